import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchServer } from '../server-run.ts';
import type { LoadKind } from './live-load.ts';
import { type LiveProcess, startLive } from './live-service.ts';
import { Random } from './random.ts';

export interface BatchPlan {
  readonly identical: number; // batches of the same code
  readonly dearer: number; // batches whose `weighBasket` costs a tenth of a request more
  readonly keptMinutes: number;
  readonly minutes: number; // in which all of them run
  readonly rate: number; // requests a second of one half of a batch; the other half has twice as many
  readonly seed: number;
}

export const HALVES = ['a', 'b'] as const;
export type Half = (typeof HALVES)[number];

/** Four fresh processes that started together: two with the usual traffic, two with twice as much. */
export interface Batch {
  readonly name: string;
  readonly load: LoadKind;
  readonly dearer: boolean;
  readonly from: number; // epoch milliseconds
  readonly to: number;
}

/** What `recordBatches` leaves in its directory beside the server's data. */
export interface Recording {
  readonly plan: BatchPlan;
  readonly batches: readonly Batch[];
  readonly cores: number; // of processes and server together, on average
}

export const VERSION = '1.0.0';
const PROCESSES = 2; // a half
const MINUTE_MS = 60_000;
/** One minute that is not complete, two of warm-up, and the arrival of the last window. */
const BEFORE_KEPT_MINUTES = 3.3;
const BETWEEN_STARTS_MS = 4_000;
/** Work of `weighBasket`: about an eighth of a request; twice of it is about a tenth of a request more. */
export const PASSES = 10;
export const DEARER_PASSES = 20;

/** The environment that keeps a half apart from all others. */
export function environmentOf({ name }: Batch, half: Half): string {
  return `${name}-${half}`;
}

/** Run the batches, several at once, each started at its own time, and write down when they ran. */
export async function recordBatches(
  server: BenchServer,
  plan: BatchPlan,
  print: (line: string) => void,
): Promise<Recording> {
  const random = new Random(plan.seed);
  const lifeMs = (plan.keptMinutes + BEFORE_KEPT_MINUTES) * MINUTE_MS;
  const began = performance.now();
  const before = server.usage().cpuMs;
  let cpuMs = 0;
  const runs = scheduleOf(plan, random).map(async ({ afterMs, ...batch }) => {
    await sleep(afterMs);
    const from = Date.now();
    print(`${batch.name} starts`);
    const processes = await startBatch(server, batch, plan, random);
    await sleep(Math.max(0, from + lifeMs + startsMs() - Date.now()));
    for (const own of await Promise.all(processes.map((one) => one.stop()))) cpuMs += own;
    print(`${batch.name} ends`);
    return { ...batch, from, to: Date.now() };
  });
  const batches = await Promise.all(runs);
  const ownMs = process.cpuUsage().user / 1_000 + process.cpuUsage().system / 1_000;
  const allMs = cpuMs + server.usage().cpuMs - before + ownMs;
  const recording = { plan, batches, cores: allMs / (performance.now() - began) };
  writeFileSync(recordingFile(server.dataDir), JSON.stringify(recording));
  return recording;
}

export function readRecording(directory: string): Recording {
  return JSON.parse(readFileSync(recordingFile(directory), 'utf8')) as Recording;
}

/** Beside the data: what is in the server's directory is the server's. */
function recordingFile(directory: string): string {
  mkdirSync(directory, { recursive: true });
  return join(directory, '..', 'batches.json');
}

function startsMs(): number {
  return (2 * PROCESSES - 1) * BETWEEN_STARTS_MS;
}

type Planned = Omit<Batch, 'from' | 'to'> & { readonly afterMs: number };

/** Starts are spread over the time at random, one in each part of it; identical and dearer ones mixed. */
function scheduleOf(plan: BatchPlan, random: Random): Planned[] {
  const list = (count: number, dearer: boolean) =>
    Array.from({ length: count }, (_, i) => {
      const load: LoadKind = i % 2 === 0 ? 'open' : 'closed';
      return { name: `${load}-${dearer ? 'dearer' : 'same'}-${i}`, load, dearer };
    });
  const all = [...list(plan.identical, false), ...list(plan.dearer, true)];
  const usedMs = (plan.keptMinutes + BEFORE_KEPT_MINUTES) * MINUTE_MS + startsMs();
  const partMs = Math.max(0, plan.minutes * MINUTE_MS - usedMs) / all.length;
  return random
    .shuffled(all.length)
    .map((row, part) => ({ ...all[row]!, afterMs: (part + random.uniform()) * partMs }));
}

async function startBatch(
  server: BenchServer,
  batch: Omit<Batch, 'from' | 'to'>,
  plan: BatchPlan,
  random: Random,
): Promise<LiveProcess[]> {
  const processes: LiveProcess[] = [];
  for (let i = 0; i < 2 * PROCESSES; i++) {
    if (i > 0) await sleep(BETWEEN_STARTS_MS);
    const half = HALVES[i % 2]!;
    const environment = `${batch.name}-${half}`;
    processes.push(
      await startLive({
        serverUrl: server.url,
        environment,
        version: VERSION,
        behaviour: VERSION,
        instance: `${environment}-${i}`,
        load: batch.load,
        rate: half === 'a' ? plan.rate : 2 * plan.rate,
        passes: batch.dearer ? DEARER_PASSES : PASSES,
        random: new Random(random.below(2 ** 31)),
      }),
    );
  }
  return processes;
}
