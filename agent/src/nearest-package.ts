import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

/** The application's package.json, as far as the agent needs it. */
export interface NearestPackage {
  readonly directory: string;
  readonly name: string;
  readonly version: string | null;
}

const BYTES_MAX = 1024 * 1024; // a package.json beyond it is not one
const insideNodeModules = (directory: string) => directory.split(sep).includes('node_modules');

/**
 * Find the nearest package.json that has a name: upwards from the entry script, outside
 * node_modules, else from the working directory.
 *
 * A package.json without a name (`{"type": "commonjs"}` in a build folder) marks a module format,
 * not an application; the search goes on above it.
 */
export function findNearestPackage(entry: string | undefined, cwd: string): NearestPackage | null {
  const starts = entry === undefined ? [cwd] : [dirname(realPath(entry)), cwd];
  for (const start of starts) {
    const found = findPackageAbove(start);
    if (found !== null) return found;
  }
  return null;
}

/** The package.json with a name in `start` or the nearest directory above, outside node_modules. */
export function findPackageAbove(start: string): NearestPackage | null {
  for (let directory = start; ; directory = dirname(directory)) {
    const found = insideNodeModules(directory) ? null : readPackage(directory);
    if (found !== null) return found;
    if (dirname(directory) === directory) return null;
  }
}

function readPackage(directory: string): NearestPackage | null {
  try {
    const text = readFileSync(join(directory, 'package.json'), 'utf8');
    const content: unknown = text.length > BYTES_MAX ? null : JSON.parse(text);
    const name = stringField(content, 'name');
    return name === null ? null : { directory, name, version: stringField(content, 'version') };
  } catch {
    return null; // absent, unreadable or not JSON: the search goes on above it
  }
}

function stringField(content: unknown, field: string): string | null {
  if (typeof content !== 'object' || content === null) return null;
  const found = (content as Record<string, unknown>)[field];
  return typeof found === 'string' && found.trim() !== '' ? found.trim() : null;
}

function realPath(path: string): string {
  try {
    return realpathSync(path); // bin links in node_modules/.bin or /usr/bin point at the script
  } catch {
    return path; // `node app` names app.js without its extension
  }
}

const PACKAGE_MANAGER =
  /^(npm|npx|npm-cli|npx-cli|npm-prefix|yarn|yarnpkg|pnpm|pnpx|corepack)(-v?\d[\w.-]*?)?(\.[cm]?js)?$/;

/** npm, npx, yarn, pnpm and corepack run as Node.js processes and inherit NODE_OPTIONS. */
export function isPackageManager(entry: string | undefined): boolean {
  if (entry === undefined) return false;
  return PACKAGE_MANAGER.test(basename(entry)) || PACKAGE_MANAGER.test(basename(realPath(entry)));
}
