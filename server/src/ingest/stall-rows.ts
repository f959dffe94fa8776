import type { UploadMeta } from '../storage/profile-store.ts';
import type { Repairs } from './repairs.ts';
import type { StackRow } from './stack-cache.ts';
import type { Window } from './window.ts';

/** A stall with the stacks that were sampled in it. */
export interface StallRow {
  readonly stall: UploadMeta['stalls'][number];
  readonly stackNumbers: readonly string[]; // most ticks first
}

// A stall has one or two stacks that matter; a second of it has 99 ticks.
const STACKS_MAX = 16;
// A stall may begin in an earlier window, but hardly earlier than this.
const LOOKBACK_NANOS = 3_600_000_000_000n;
const SECOND_NANOS = 1_000_000_000n;

/** The stalls of one upload. */
export class StallRows {
  private readonly stalls: UploadMeta['stalls'];
  private readonly ticksOf = new Map<number, Map<string, number>>(); // stall -> stack -> ticks

  constructor(stalls: UploadMeta['stalls']) {
    this.stalls = stalls;
  }

  /** The stall that a sample's label names; -1 for none. */
  indexOf(label: string | undefined): number {
    const index = label !== undefined && /^\d{1,6}$/.test(label) ? Number(label) : -1;
    return index < this.stalls.length ? index : -1;
  }

  add(index: number, { stackNumber }: StackRow, ticks: number): void {
    let stacks = this.ticksOf.get(index);
    if (stacks === undefined) {
      stacks = new Map();
      this.ticksOf.set(index, stacks);
    }
    stacks.set(stackNumber, (stacks.get(stackNumber) ?? 0) + ticks);
  }

  /** All stalls, also those without a sample. Those of another time are left out and counted. */
  rows(window: Window, repairs: Repairs): StallRow[] {
    const start = BigInt(window.startSeconds) * SECOND_NANOS - LOOKBACK_NANOS;
    const end = BigInt(window.startSeconds + window.seconds + 1) * SECOND_NANOS;
    return this.stalls.flatMap((stall, index) => {
      if (stall.from < start || stall.from >= end) {
        repairs.add('strayStalls');
        return [];
      }
      const stacks = [...(this.ticksOf.get(index) ?? [])].sort(([, a], [, b]) => b - a);
      return [{ stall, stackNumbers: stacks.slice(0, STACKS_MAX).map(([number]) => number) }];
    });
  }
}
