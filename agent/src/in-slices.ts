import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { Clock } from './clock.ts';
import type { OwnCost } from './own-cost.ts';

/**
 * Work that can stop between any two of its short steps. A step that yields a path asks for that
 * file and goes on with its bytes, or with null when there is no such file or it is too large.
 */
export type Steps<T> = Generator<string | undefined, T, Buffer | null | undefined>;

const SLICE_MS = 2; // well below the 5 ms that the agent may hold the event loop

/** The largest bundles with their maps are tens of megabytes; reading holds them once. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** Do the work in turns of its own, each about 2 ms, on the agent's account. */
export async function inSlices<T>(steps: Steps<T>, clock: Clock, cost: OwnCost): Promise<T> {
  let read: Buffer | null | undefined;
  for (;;) {
    await new Promise<void>((resolve) => clock.setTurn(resolve));
    const file = read;
    const step = cost.measure(() => runUntil(steps, file, clock, clock.monotonicMs() + SLICE_MS));
    if (step.done === true) return step.value;
    read = step.value === undefined ? undefined : await readLater(step.value);
  }
}

function runUntil<T>(
  steps: Steps<T>,
  file: Buffer | null | undefined,
  clock: Clock,
  endMs: number,
): IteratorResult<string | undefined, T> {
  for (let step = steps.next(file); ; step = steps.next()) {
    if (step.done === true || step.value !== undefined || clock.monotonicMs() >= endMs) return step;
  }
}

/** Do the work at once, for the moment in which the process ends. */
export function atOnce<T>(steps: Steps<T>, fileBytesMax: number): T {
  for (let step = steps.next(); ; ) {
    if (step.done === true) return step.value;
    step = steps.next(step.value === undefined ? undefined : readNow(step.value, fileBytesMax));
  }
}

async function readLater(path: string): Promise<Buffer | null> {
  try {
    return (await stat(path)).size <= FILE_BYTES_MAX ? await readFile(path) : null;
  } catch {
    return null; // absent or not readable: the same to the asker
  }
}

function readNow(path: string, bytesMax: number): Buffer | null {
  try {
    return statSync(path).size <= bytesMax ? readFileSync(path) : null;
  } catch {
    return null; // likewise
  }
}
