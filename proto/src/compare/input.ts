import type { FrameKind } from '../api.ts';
import type { ServiceHistory } from './history.ts';

/** A function that either side of a comparison holds. `id` does not depend on lines. */
export interface ComparedFunction {
  readonly id: string; // functionId, 16 hex
  readonly name: string;
  readonly file: string;
  readonly kind: FrameKind;
  readonly package?: string; // of the agent's own, nothing is tested
}

/** CPU of the kept minutes, summed by instance, endpoint and function. Parallel columns. */
export interface CpuRows {
  readonly instance: ArrayLike<number>; // row -> row of the side's instances
  readonly endpoint: ArrayLike<number>; // row -> row of `endpoints`; -1 outside requests
  readonly func: ArrayLike<number>; // row -> row of `functions`
  readonly selfMicros: ArrayLike<number>; // after CPU charged to idle was spread over the busy stacks
  readonly totalMicros: ArrayLike<number>; // a recursive function counts once
  readonly selfTicks: ArrayLike<number>;
  readonly totalTicks: ArrayLike<number>;
}

/** One process over its kept minutes. */
export interface InstanceSums {
  readonly id: string; // '' when profiles of several processes were not told apart
  readonly minutes: number; // kept
  readonly processCpuMicros: number; // user and system, from the process clock: exact
  readonly requests: ArrayLike<number>; // endpoint -> requests; empty when they were not counted
  readonly errors?: number; // failed requests
  readonly runtime?: string; // version and flags
  readonly machine?: string; // machine type
  readonly ageMinutesMin?: number; // age of the process at its first kept minute
  readonly unattributedMicros?: number; // threads without JavaScript
  readonly idleSpreadMicros?: number; // CPU that ticks had charged to idle
  /** Process CPU and requests of the first, middle and last third of the kept minutes. */
  readonly thirds?: readonly { readonly cpuMicros: number; readonly requests: number }[];
}

export interface SideSums {
  readonly instances: readonly InstanceSums[];
  readonly rows: CpuRows;
}

/** Who calls whom, with the CPU that passes through the call on each side; empty when not known. */
export interface CallEdges {
  readonly caller: ArrayLike<number>; // edge -> function row
  readonly callee: ArrayLike<number>; // edge -> function row
  readonly baseMicros: ArrayLike<number>;
  readonly headMicros: ArrayLike<number>;
}

/**
 * Everything a comparison is made from. Nothing in it is a clock: the same input gives the same
 * answer.
 *
 * Source  the choice of minutes is `chooseMinutes`
 */
export interface CompareInput {
  readonly functions: readonly ComparedFunction[];
  readonly endpoints: readonly string[];
  readonly base: SideSums;
  readonly head: SideSums;
  readonly edges: CallEdges;
  readonly simultaneous: boolean; // both sides over the same clock minutes
  readonly history: ServiceHistory | null;
  /** `looks`: asked again and again as minutes arrive, so the levels are spent. `once`: by hand. */
  readonly asked: 'looks' | 'once';
  /** Why this base; e.g. that it is an older block of like load. Comes back as a warning. */
  readonly baseNote?: string;
}

/** Percentage points of the service and probabilities that decide; see docs for their measurement. */
export const LEVELS = {
  /** Smallest effect that counts, as a share of the service's CPU. */
  floor: 0.01,
  /** False discovery rate over all tests of functions. */
  functions: 0.03,
  service: 0.01,
  common: 0.01,
  /** Smallest change of the whole service, or of everything alike, that counts. */
  serviceFloor: 0.02,
  /** A verdict without a change needs to have been able to see this much. */
  promised: 0.1,
} as const;

/** Fewer requests of an endpoint say nothing about its cost. */
export const ENDPOINT_REQUESTS_MIN = 30;
