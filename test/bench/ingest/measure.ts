import { setTimeout as sleep } from 'node:timers/promises';
import { BenchServer, queryStopped } from '../server-run.ts';
import type { UploadMix } from './mix.ts';
import { Sender, type SentUpload } from './sender.ts';

export interface Load {
  readonly seconds: number;
  readonly perSecond: number; // 0: as many as the connections take
  readonly connections: number;
}

export interface ServerUnderTest {
  readonly name: string;
  readonly cli: string;
  readonly nodeArgs: readonly string[];
}

export interface Measured {
  readonly server: string;
  readonly seconds: number;
  readonly uploads: number; // acknowledged
  readonly rejected: number; // 503, or any other status
  readonly unsent: number; // due by the rate, but no connection was free in time
  readonly rows: number;
  readonly bytes: number;
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** CPU of the server until all is in the tables, of its event loop, and of this generator. */
  readonly cpuMsPerUpload: { server: number; main: number; generator: number };
  readonly drainSeconds: number; // from the last answer until all is in the tables
  readonly residentMiB: readonly number[]; // every second
  readonly lost: { readonly uploads: number; readonly rows: number }; // negative: counted twice
}

/** One run: a fresh server, a warm-up, the load, then what the store holds against what was acknowledged. */
export async function measure(
  { name, cli, nodeArgs }: ServerUnderTest,
  mix: UploadMix,
  load: Load,
): Promise<Measured> {
  const server = await BenchServer.start(cli, nodeArgs);
  try {
    const warmUp = await send(server, mix, { ...load, seconds: Math.min(10, load.seconds) });
    await server.drained();
    const residentMiB: number[] = [];
    const watch = setInterval(() => {
      residentMiB.push(Math.round(server.usage().residentBytes / 2 ** 20));
    }, 1_000);
    const before = { ...server.usage(), generator: process.cpuUsage(), at: performance.now() };
    const sent = await send(server, mix, load);
    const seconds = (performance.now() - before.at) / 1_000;
    const generator = process.cpuUsage(before.generator);
    await server.drained();
    const drainSeconds = (performance.now() - before.at) / 1_000 - seconds;
    const after = server.usage();
    clearInterval(watch);
    await server.stop();
    const stored = sent.filter(({ status }) => status === 200);
    const all = [...warmUp, ...sent].filter(({ status }) => status === 200);
    const per = (ms: number) => ms / stored.length;
    return {
      server: name,
      seconds,
      uploads: stored.length,
      rejected: sent.length - stored.length,
      unsent: Math.max(0, load.perSecond * load.seconds - sent.length),
      rows: sum(stored, 'samples'),
      bytes: sum(stored, 'bytes'),
      latencyMs: quantiles(stored.map(({ latencyMs }) => latencyMs)),
      cpuMsPerUpload: {
        server: per(after.cpuMs - before.cpuMs),
        main: per(after.mainMs - before.mainMs),
        generator: per((generator.user + generator.system) / 1_000),
      },
      drainSeconds,
      residentMiB,
      lost: lostOf(server.dataDir, all),
    };
  } finally {
    await server.stop();
    server.remove();
  }
}

/**
 * Open loop with a rate: an upload that waits for a connection is late, and its latency says so. The load ends on time: what is
 * due by then and was not sent, because the server is too slow for the rate, is counted and never made.
 */
async function send(server: BenchServer, mix: UploadMix, load: Load): Promise<SentUpload[]> {
  const { seconds, perSecond, connections } = load;
  const senders = await Promise.all(
    Array.from({ length: connections }, () => Sender.open(server.url)),
  );
  const start = performance.now();
  const end = start + seconds * 1_000;
  const sent: SentUpload[] = [];
  let next = 0;
  const work = async (sender: Sender) => {
    for (;;) {
      const dueMs = perSecond === 0 ? performance.now() : start + (next++ / perSecond) * 1_000;
      if (dueMs >= end || performance.now() >= end) return;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      const one = await sender.post(mix.body(Date.now()), mix.contentType, dueMs);
      sent.push(one);
      if (one.status === 0) return;
    }
  };
  await Promise.all(senders.map(work));
  for (const sender of senders) sender.close();
  return sent;
}

/** What was acknowledged and is not in the tables. */
function lostOf(dataDir: string, sent: readonly SentUpload[]): Measured['lost'] {
  const [row] = queryStopped(
    dataDir,
    `SELECT toUInt32((SELECT sum(uploads) FROM instance_minutes)), toUInt32((SELECT count() FROM samples))`,
  );
  const [uploads, rows] = row as [number, number];
  return { uploads: sent.length - uploads, rows: sum(sent, 'samples') - rows };
}

function sum(sent: readonly SentUpload[], field: 'samples' | 'bytes'): number {
  return sent.reduce((total, one) => total + one[field], 0);
}

export function quantiles(values: readonly number[]): Measured['latencyMs'] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
