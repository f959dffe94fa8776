import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWorkspace, findStaleWorkspaces } from './build.mjs';
import { Children } from './children.mjs';
import { playScenario } from './scenario.mjs';

/** Ctrl-C reaches the demo twice when npm started it: from the terminal and from npm. */
const NPM_REPEATS_SECONDS = 1;

const PARENT_CHECK_MS = 500;

/**
 * What the parts of the demo share.
 *
 * @typedef {object} Demo
 * @property {Children} children
 * @property {string} dataDir
 * @property {AbortSignal} signal aborted when the demo stops
 * @property {boolean} once stop when the fault is seen
 * @property {boolean} quick do not wait until the sound version has run for a while
 * @property {(line: string) => void} print with the seconds since the command
 */

/**
 * Run the demo until the user stops it, something fails, or, with `once`, the fault is seen.
 *
 * @param {{ once: boolean, quick: boolean }} options
 * @returns {Promise<number>} exit code
 */
export async function runDemo({ once, quick }) {
  const stop = new AbortController();
  const dataDir = await mkdtemp(join(tmpdir(), 'flamehouse-demo-'));
  /** @type {Demo} */
  const demo = { children: new Children(), dataDir, signal: stop.signal, once, quick, print };
  const interrupted = untilInterrupted();
  let exitCode = 0;
  try {
    await Promise.race([buildAndPlay(demo), demo.children.crashed, interrupted]);
  } catch (error) {
    exitCode = 1;
    print(`failed: ${error instanceof Error ? error.message : error}`);
  }
  print('stopping everything that was started');
  stop.abort();
  await demo.children.stopAll();
  await rm(dataDir, { recursive: true, force: true });
  print('stopped; the data is deleted');
  return exitCode;
}

/** @param {Demo} demo */
async function buildAndPlay(demo) {
  for (const workspace of findStaleWorkspaces()) {
    demo.print(`building ${workspace}`);
    await buildWorkspace(demo.children, workspace);
  }
  await playScenario(demo);
}

/**
 * Resolves at the first signal. One that comes later than npm's copy of the first gives up waiting:
 * what still runs then ends by itself, because its parent is gone.
 */
async function untilInterrupted() {
  await new Promise((resolve) => {
    let firstAt = 0;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        if (firstAt > 0 && process.uptime() - firstAt > NPM_REPEATS_SECONDS) process.exit(1);
        firstAt ||= process.uptime();
        resolve(undefined);
      });
    }
    process.stdout.on('error', resolve); // Nobody reads any more.
    watchNpm(() => resolve(undefined));
  });
}

/**
 * When npm is told to end, it ends the shell between itself and this process, and nobody else.
 *
 * @param {() => void} onGone
 */
function watchNpm(onGone) {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const shell = process.ppid;
  setInterval(() => {
    if (process.ppid !== shell) onGone();
  }, PARENT_CHECK_MS).unref();
}

/** @param {string} line */
function print(line) {
  const seconds = process.uptime().toFixed(1).padStart(6);
  process.stdout.write(`${seconds} s  ${line}\n`);
}
