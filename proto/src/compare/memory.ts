import type { MemoryVerdict } from '../deploys-answer.ts';
import { GROWTH_POINTS_MIN, growthOf } from '../growth.ts';
import { studentTwoSided, studentUpper } from './distributions.ts';
import { LEVELS } from './input.ts';
import { meanOf, varianceOf } from './robust.ts';
import type { Interval, VerdictState } from './verdict.ts';

/** Live heap of one process, minute by minute. */
export interface HeapMinutes {
  readonly instance: string;
  readonly hours: readonly number[]; // since some time that all share
  readonly bytes: readonly number[]; // pairs with hours
}

export interface MemoryInput {
  readonly base: readonly HeapMinutes[];
  readonly head: readonly HeapMinutes[];
  /** Both sides have processes of the same age. A young one has not filled its caches. */
  readonly sameAge: boolean;
  readonly spend: number; // part of the levels that this look may use
}

/** Processes of one build differ by about so much; weighs as four instances. */
const PROCESS_NOISE = 0.08;
const PROCESS_WEIGHT = 4;
/** One heap sample stands for so many bytes: FLAMEHOUSE_HEAP_INTERVAL_BYTES by default. */
const SAMPLE_BYTES = 524_288;
const FLOOR = 0.05;
/** A verdict without a change needs to have been able to see this much. */
const PROMISED = 0.25;
const POWER = 0.1;

/**
 * Compare live heap per instance, and how it grows. Null where a side has none.
 *
 * The unit is the instance, as for CPU: minutes of one process hold mostly the same objects.
 */
export function compareMemory(input: MemoryInput): MemoryVerdict | null {
  const base = input.base.map(meanBytes).filter((bytes) => bytes > 0);
  const head = input.head.map(meanBytes).filter((bytes) => bytes > 0);
  if (base.length === 0 || head.length === 0) return null;
  const { change, sd, df } = logChange(base, head);
  const half = studentUpper(0.025, df) * sd;
  const effect = {
    value: Math.expm1(change),
    low: Math.expm1(change - half),
    high: Math.expm1(change + half),
  };
  const seen = studentUpper((LEVELS.service * input.spend) / 2, df) + studentUpper(POWER, df);
  const flagged =
    studentTwoSided(Math.abs(change) / sd, df) < LEVELS.service * input.spend &&
    Math.abs(effect.value) >= FLOOR;
  return {
    state: stateOf(change, flagged, seen * sd <= PROMISED, input.sameAge),
    effect,
    baseBytes: meanOf(base),
    headBytes: meanOf(head),
    growth: compareGrowth(input, meanOf(head)),
  };
}

function stateOf(change: number, flagged: boolean, sure: boolean, sameAge: boolean): VerdictState {
  if (flagged && change > 0) return 'more';
  if (flagged && sameAge) return 'less';
  return sure && sameAge ? 'no-change' : 'not-enough-data';
}

function logChange(base: readonly number[], head: readonly number[]) {
  const logs = [base, head].map((side) => side.map(Math.log));
  const own = base.length + head.length - 2;
  const sampling = (side: readonly number[]) => SAMPLE_BYTES / meanOf(side);
  const squares = logs.reduce(
    (sum, side) => sum + (side.length > 1 ? varianceOf(side) * (side.length - 1) : 0),
    0,
  );
  const df = own + PROCESS_WEIGHT;
  const process = (squares + PROCESS_WEIGHT * PROCESS_NOISE ** 2) / df;
  const variance =
    (process + sampling(base)) / base.length + (process + sampling(head)) / head.length;
  return { change: meanOf(logs[1]!) - meanOf(logs[0]!), sd: Math.sqrt(variance), df };
}

/** What grows in a young process grows in base at that age, too; more than that is a leak. */
function compareGrowth({ base, head, sameAge }: MemoryInput, liveBytes: number) {
  const after = meanSlope(head);
  if (after === null) return null;
  const before = sameAge ? meanSlope(base) : null;
  const half = Math.hypot(halfOf(after), before === null ? 0 : halfOf(before));
  const difference = after.value - (before?.value ?? 0);
  let state: VerdictState = 'not-enough-data';
  if (before !== null) {
    const large = Math.abs(difference) >= FLOOR * liveBytes;
    if (large && difference - half > 0 && after.low > 0) state = 'more';
    else if (large && difference + half < 0) state = 'less';
    else if (half <= PROMISED * liveBytes) state = 'no-change';
  }
  return { state, bytesPerHour: after };
}

/** Bytes an hour, of the mean instance; null when none was watched for long enough. */
function meanSlope(instances: readonly HeapMinutes[]): Interval | null {
  const slopes = instances
    .filter(({ hours }) => hours.length >= GROWTH_POINTS_MIN)
    .map(({ hours, bytes }) => growthOf(hours, bytes));
  if (slopes.length === 0) return null;
  const value = meanOf(slopes.map(({ slopePerHour }) => slopePerHour));
  const halves = slopes.map(
    ({ slopeHighPerHour, slopeLowPerHour }) => slopeHighPerHour - slopeLowPerHour,
  );
  const within = Math.hypot(...halves.map((width) => width / 2)) / slopes.length;
  const between =
    slopes.length > 1
      ? 2 * Math.sqrt(varianceOf(slopes.map(({ slopePerHour }) => slopePerHour)) / slopes.length)
      : 0;
  const half = Math.max(within, between);
  return { value, low: value - half, high: value + half };
}

function halfOf({ low, high }: Interval): number {
  return (high - low) / 2;
}

function meanBytes({ bytes }: HeapMinutes): number {
  return bytes.length === 0 ? 0 : meanOf(bytes);
}
