import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from './paths.mjs';

/** The server drains for at most 10 s. */
const STOP_DEADLINE_MS = 12_000;

/** Enough to see why a process ended. */
const OUTPUT_CHARACTERS_MAX = 4_000;

const STOP_WITH_PARENT = './examples/demo/stop-with-parent.cjs';

/**
 * @typedef {object} Child
 * @property {string} name
 * @property {import('node:child_process').ChildProcess} process
 * @property {() => string} output the end of what it printed
 *
 * @typedef {object} StartOptions
 * @property {string} name for messages
 * @property {readonly string[]} args of node
 * @property {Readonly<Record<string, string>>} [env] beside the inherited environment
 */

/** Every process the demo starts, so that none can be forgotten. */
export class Children {
  /** @type {Set<Child>} */
  #running = new Set();
  /** @type {Set<Child>} */
  #stopping = new Set();
  #closed = false;
  /** @type {(error: Error) => void} */
  #reportCrash = () => {};

  /** Rejects when a process ends that was not told to. */
  crashed = /** @type {Promise<never>} */ (
    new Promise((_, reject) => {
      this.#reportCrash = reject;
    })
  );

  constructor() {
    // Whoever awaits `crashed` still sees the rejection; a crash while nobody waits ends nothing.
    this.crashed.catch(() => {});
  }

  /**
   * Start a node process that runs until it is stopped.
   *
   * @param {StartOptions} options
   * @returns {Child}
   */
  start({ name, args, env = {} }) {
    const child = this.#spawn({
      name,
      command: process.execPath,
      args: ['--require', STOP_WITH_PARENT, ...args],
      env,
      ipc: true,
    });
    child.process.once('exit', (code, signal) => {
      if (this.#stopping.has(child)) return;
      this.#reportCrash(
        new Error(`${name} ended by itself with ${signal ?? `code ${code}`}\n${child.output()}`),
      );
    });
    return child;
  }

  /**
   * Run a command to its end.
   *
   * Errors  throws when its exit code is not 0, with what it printed.
   *
   * @param {{ name: string, command: string, args: readonly string[] }} options
   */
  async runToEnd({ name, command, args }) {
    const child = this.#spawn({ name, command, args, env: { NO_COLOR: '1' }, ipc: false });
    const [code, signal] = await once(child.process, 'exit');
    if (code !== 0)
      throw new Error(`${name} ended with ${signal ?? `code ${code}`}\n${child.output()}`);
  }

  /**
   * SIGTERM, then SIGKILL after the deadline.
   *
   * @param {Child} child
   */
  async stop(child) {
    this.#stopping.add(child);
    if (!this.#running.has(child)) return;
    const exited = once(child.process, 'exit');
    signalGroup(child, 'SIGTERM');
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), STOP_DEADLINE_MS);
    await exited;
    clearTimeout(timer);
  }

  /**
   * Stop the newest first: the example before the server that takes its last profile.
   * Nothing can be started after that.
   */
  async stopAll() {
    this.#closed = true;
    for (const child of [...this.#running].reverse()) await this.stop(child);
  }

  /**
   * @param {{ name: string, command: string, args: readonly string[],
   *           env: Readonly<Record<string, string>>, ipc: boolean }} options
   * @returns {Child}
   */
  #spawn({ name, command, args, env, ipc }) {
    if (this.#closed) throw new Error(`${name} was not started: the demo is stopping`);
    const spawned = spawn(command, args, {
      cwd: ROOT,
      env: { ...ownEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? [/** @type {const} */ ('ipc')] : [])],
      // A group of its own: Ctrl-C in the terminal reaches the demo only, which then stops its children in order.
      detached: true,
    });
    let printed = '';
    for (const stream of [spawned.stdout, spawned.stderr]) {
      stream?.on('data', (chunk) => {
        printed = (printed + chunk).slice(-OUTPUT_CHARACTERS_MAX);
      });
    }
    const child = { name, process: spawned, output: () => printed };
    this.#running.add(child);
    spawned.once('exit', () => this.#running.delete(child));
    spawned.once('error', (error) => {
      this.#running.delete(child);
      this.#reportCrash(new Error(`${name} did not start: ${error.message}`));
    });
    return child;
  }
}

/**
 * A build is npm, a shell and Vite: the signal goes to all of them.
 *
 * @param {Child} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  if (child.process.pid !== undefined) process.kill(-child.process.pid, signal);
}

/** The environment without the user's own Flamehouse and ClickHouse settings, which are not for the demo. */
function ownEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(FLAMEHOUSE_|CLICKHOUSE_|OTEL_|NODE_OPTIONS$|NODE_ENV$)/.test(name),
    ),
  );
}
