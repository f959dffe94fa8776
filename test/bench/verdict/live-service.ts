import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** One process of the example under the agent, with its load. */
export interface LiveProcess {
  stop(): Promise<void>;
}

export interface LiveOptions {
  readonly serverUrl: string;
  readonly version: string; // as the agent reports it
  readonly behaviour: string; // VERSION of the example: 1.1.0 has the planted fault
  readonly instance: string;
  /** Requests a second; null for a closed loop of two connections. */
  readonly rate: number | null;
  /** Work of `weighBasket` on each request, in passes over its table. */
  readonly passes: number;
}

interface Load {
  readonly connections: number;
  readonly overallRate?: number;
  readonly requests: readonly object[];
}

/** As much of autocannon as is used; it ships no types. */
type Autocannon = (
  options: Load & { readonly url: string; readonly duration: number },
) => Promise<unknown> & { stop(): void };

/** The bench runs from a temporary directory, so the package is looked for from the repository. */
function readAutocannon(): Autocannon {
  return createRequire(join(process.cwd(), 'package.json'))('autocannon') as Autocannon;
}

export const SERVICE = 'checkout';
export const ENVIRONMENT = 'bench';
const READY_MS = 30_000;
const WINDOW_MS = 5_000;
const DAY_SECONDS = 86_400;
const CART = { country: 'DE', items: [{ productId: 'p-0001', quantity: 2 }] };

/** Start a process and wait until it listens. */
export async function startLive(options: LiveOptions): Promise<LiveProcess> {
  const { serverUrl, version, behaviour, instance, passes } = options;
  const child = spawn(
    process.execPath,
    [
      '--require',
      './test/bench/verdict/weigh-basket.cjs',
      '--require',
      '@flamehouse/agent/register',
      'examples/checkout/src/main.js',
    ],
    {
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        VERSION: behaviour,
        WEIGH_PASSES: String(passes),
        FLAMEHOUSE_SERVER_URL: serverUrl,
        FLAMEHOUSE_SERVICE: SERVICE,
        FLAMEHOUSE_VERSION: version,
        FLAMEHOUSE_ENVIRONMENT: ENVIRONMENT,
        FLAMEHOUSE_INSTANCE: instance,
        FLAMEHOUSE_WINDOW_MS: String(WINDOW_MS),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const url = await listening(child, instance);
  const run = readAutocannon()({ url, duration: DAY_SECONDS, ...loadOf(options.rate) });
  return {
    async stop() {
      run.stop();
      await run;
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await ended;
      }
    },
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

/** Two searches to a checkout, as in the demo. */
function loadOf(rate: number | null): Load {
  const search = { method: 'GET', path: '/search?q=oak%20dining%20chair' };
  const checkout = {
    method: 'POST',
    path: '/checkout',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(CART),
  };
  const requests = [search, search, checkout];
  return rate === null
    ? { connections: 2, requests }
    : { connections: 4, overallRate: rate, requests };
}
