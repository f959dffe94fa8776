import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

/** What each workspace is built from, and the file that its build writes. */
const WORKSPACES = [
  {
    name: 'agent',
    sources: ['agent/src', 'agent/vite.config.ts'],
    built: 'agent/dist/register.js',
  },
  { name: 'server', sources: ['server/src', 'server/vite.config.ts'], built: 'server/dist/cli.js' },
  {
    name: 'ui',
    sources: ['ui/src', 'ui/index.html', 'ui/vite.config.ts'],
    built: 'ui/dist/index.html',
  },
];

/** All three are bundled with proto, and a new lock file may bring other dependencies. */
const SHARED_SOURCES = ['proto/src', 'package-lock.json'];

/** @returns {string[]} the workspaces whose build is missing or older than a source */
export function findStaleWorkspaces() {
  return WORKSPACES.filter(({ sources, built }) => {
    const builtAt = modifiedAt(built);
    return [...SHARED_SOURCES, ...sources].some((source) => newestUnder(source) > builtAt);
  }).map(({ name }) => name);
}

/**
 * Build a workspace with its own npm script.
 *
 * Errors  throws when the build fails, with what it printed.
 *
 * @param {import('./children.mjs').Children} children
 * @param {string} workspace
 */
export async function buildWorkspace(children, workspace) {
  await children.runToEnd({
    name: `build of ${workspace}`,
    command: 'npm',
    args: ['run', 'build', '-w', workspace],
  });
}

/**
 * @param {string} path
 * @returns {number} epoch milliseconds; 0 when there is no such file
 */
function modifiedAt(path) {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * @param {string} path a file or a folder
 * @returns {number} epoch milliseconds of the newest file
 */
function newestUnder(path) {
  if (!statSync(join(ROOT, path), { throwIfNoEntry: false })?.isDirectory())
    return modifiedAt(path);
  const entries = readdirSync(join(ROOT, path));
  return Math.max(0, ...entries.map((entry) => newestUnder(join(path, entry))));
}
