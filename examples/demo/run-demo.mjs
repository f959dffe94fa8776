import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWorkspace, findStaleWorkspaces } from './build.mjs';
import { Children } from './children.mjs';
import { playScenario } from './scenario.mjs';

/**
 * What the parts of the demo share.
 *
 * @typedef {object} Demo
 * @property {Children} children
 * @property {string} dataDir
 * @property {AbortSignal} signal aborted when the demo stops
 * @property {boolean} once
 * @property {(line: string) => void} print with the seconds since the command
 */

/**
 * Run the demo until the user stops it, something fails, or, with `once`, the fault is seen.
 *
 * @param {{ once: boolean }} options
 * @returns {Promise<number>} exit code
 */
export async function runDemo({ once }) {
  const stop = new AbortController();
  const dataDir = await mkdtemp(join(tmpdir(), 'flamehouse-demo-'));
  /** @type {Demo} */
  const demo = { children: new Children(), dataDir, signal: stop.signal, once, print };
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

/** Later signals change nothing: the demo is stopping already, with a deadline for each process. */
async function untilInterrupted() {
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, resolve);
    process.stdout.on('error', resolve); // Nobody reads any more.
  });
}

/** @param {string} line */
function print(line) {
  const seconds = process.uptime().toFixed(1).padStart(6);
  process.stdout.write(`${seconds} s  ${line}\n`);
}
