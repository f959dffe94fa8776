import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.ts';

/** Requests come when they come (open), or each customer waits for an answer and thinks (closed). */
export type LoadKind = 'open' | 'closed';

export interface LoadOptions {
  readonly url: string;
  readonly kind: LoadKind;
  readonly rate: number; // requests a second; of a closed loop, if answers took no time
  readonly random: Random;
}

export interface Load {
  stop(): Promise<void>;
}

const THINK_MS = 200;
const CONNECTIONS_MAX = 16;
const TIMEOUT_MS = 10_000;
const CART = JSON.stringify({ country: 'DE', items: [{ productId: 'p-0001', quantity: 2 }] });
const SEARCHES = ['oak dining chair', 'walnut bookcase', 'linen sofa'];

/** Random arrivals, two searches to a checkout as in the demo. No answer is looked at but for its end. */
export function startLoad({ url, kind, rate, random }: LoadOptions): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });
  const ending = new AbortController();
  let sent = 0;
  const send = () => sendOne(url, agent, sent++);
  const pause = (meanMs: number) =>
    sleep(-Math.log(1 - random.uniform()) * meanMs, undefined, { signal: ending.signal });
  const arrivals = async () => {
    for (;;) {
      await pause(1_000 / rate);
      void send();
    }
  };
  const customer = async () => {
    for (;;) {
      await pause(THINK_MS);
      await send();
    }
  };
  const customers = Math.max(1, Math.round((rate * THINK_MS) / 1_000));
  const loops = kind === 'open' ? [arrivals()] : Array.from({ length: customers }, customer);
  const ended = Promise.allSettled(loops);
  return {
    async stop() {
      ending.abort();
      await ended;
      agent.destroy();
    },
  };
}

/** A failed request is one request less: the service counts what it served. */
function sendOne(url: string, agent: Agent, number: number): Promise<void> {
  const checkout = number % 3 === 2;
  const query = encodeURIComponent(SEARCHES[number % SEARCHES.length]!);
  const path = checkout ? '/checkout' : `/search?q=${query}`;
  const options = {
    agent,
    method: checkout ? 'POST' : 'GET',
    timeout: TIMEOUT_MS,
    headers: checkout ? { 'content-type': 'application/json' } : {},
  };
  return new Promise((resolve) => {
    const sending = request(`${url}${path}`, options, (response) => {
      response.resume();
      response.on('close', resolve);
    });
    sending.on('error', () => resolve());
    sending.on('timeout', () => sending.destroy());
    sending.end(checkout ? CART : undefined);
  });
}
