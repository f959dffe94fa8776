import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMsOf } from '../server-run.ts';
import { type LoadKind, startLoad } from './live-load.ts';
import type { Random } from './random.ts';

/** One process of the example under the agent, with its load. */
export interface LiveProcess {
  /** Ends load and process. Units: milliseconds of CPU that the process took; NaN where nothing tells. */
  stop(): Promise<number>;
}

export interface LiveOptions {
  readonly serverUrl: string;
  readonly environment: string;
  readonly version: string; // as the agent reports it
  readonly behaviour: string; // VERSION of the example: 1.1.0 has the planted fault
  readonly instance: string;
  readonly load: LoadKind;
  readonly rate: number; // requests a second
  readonly passes: number; // work of `weighBasket` on each request
  readonly random: Random;
}

export const SERVICE = 'checkout';
const READY_MS = 60_000;
const WINDOW_MS = 5_000;
const running = new Set<LiveProcess>();

/** For a bench that fails: nothing that it started outlives it. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((one) => one.stop()));
}

/** Start a process, wait until it listens, and send it requests until it is stopped. */
export async function startLive(options: LiveOptions): Promise<LiveProcess> {
  const child = spawn(
    process.execPath,
    [
      '--require',
      './test/bench/verdict/weigh-basket.cjs',
      '--require',
      '@flamehouse/agent/register',
      'examples/checkout/src/main.js',
    ],
    { env: environmentOf(options), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const url = await listening(child, options.instance);
  const { load: kind, rate, random } = options;
  const load = startLoad({ url, kind, rate, random });
  const live: LiveProcess = {
    async stop() {
      running.delete(live);
      await load.stop();
      const cpuMs = cpuMsOf(child.pid!);
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await ended;
      }
      return cpuMs;
    },
  };
  running.add(live);
  return live;
}

function environmentOf(options: LiveOptions): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    PORT: '0',
    VERSION: options.behaviour,
    WEIGH_PASSES: String(options.passes),
    FLAMEHOUSE_SERVER_URL: options.serverUrl,
    FLAMEHOUSE_SERVICE: SERVICE,
    FLAMEHOUSE_VERSION: options.version,
    FLAMEHOUSE_ENVIRONMENT: options.environment,
    FLAMEHOUSE_INSTANCE: options.instance,
    FLAMEHOUSE_WINDOW_MS: String(WINDOW_MS),
  };
}

async function listening(child: ChildProcess, instance: string): Promise<string> {
  let printed = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk) => {
      printed = (printed + chunk).slice(-4_000);
    });
  }
  for (const end = Date.now() + READY_MS; Date.now() < end && child.exitCode === null; ) {
    const url = / listening on (http:\S+)/.exec(printed)?.[1];
    if (url !== undefined) return url;
    await sleep(50);
  }
  child.kill('SIGKILL');
  throw new Error(`${instance} does not listen; it printed: ${printed}`);
}
