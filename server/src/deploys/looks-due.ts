import { type InstanceMinute, keptMinutes, LOOKS } from '@flamehouse/proto';

/** Kept minutes after which a verdict settles. */
export const MINUTES_WANTED: number = LOOKS.at(-1)!.minutes;

const MINUTE_MS = 60_000;
/** A minute is complete when its last window has arrived. */
const ARRIVAL_MS = 20_000;
/** A process has a first minute that is not complete, and two of warm-up. */
const MINUTES_BEFORE_KEPT = 3;

/** Kept minutes of the middle instance of head: one that keeps restarting holds nothing up. */
export function minutesOfHead(head: readonly InstanceMinute[]): number {
  const perInstance = new Map<string, number>();
  for (const { instance } of keptMinutes(head)) {
    perInstance.set(instance, (perInstance.get(instance) ?? 0) + 1);
  }
  const counts = [...perInstance.values()].sort((a, b) => b - a);
  return counts[Math.floor((counts.length - 1) / 2)] ?? 0;
}

/**
 * When a look became due, as the end of its last minute: the same however late it is taken. Null before.
 *
 * Units   epoch milliseconds
 */
export function endOfLook(head: readonly InstanceMinute[], minutes: number): number | null {
  const clock = [...new Set(head.map(({ minute }) => minute))].sort((a, b) => a - b);
  for (const last of clock) {
    const sofar = head.filter(({ minute }) => minute <= last);
    if (minutesOfHead(sofar) >= minutes) return (last + 1) * MINUTE_MS;
  }
  return null;
}

/** Looks that these minutes allow and that were not taken yet, in order. */
export function looksDue(
  minutes: number,
  taken: readonly { readonly minutes: number }[],
): number[] {
  const last = taken.at(-1)?.minutes ?? 0;
  return LOOKS.map((look) => look.minutes).filter((look) => look > last && look <= minutes);
}

/** When the next look can be expected; null when there is none left. */
export function nextLookAt(options: {
  readonly at: number; // of the deploy
  readonly minutes: number; // kept so far
  readonly taken: readonly { readonly minutes: number }[];
  readonly nowMs: number;
}): number | null {
  const { at, minutes, taken, nowMs } = options;
  const next = LOOKS.find((look) => look.minutes > (taken.at(-1)?.minutes ?? 0));
  if (next === undefined) return null;
  const begun = minutes === 0 ? at + MINUTES_BEFORE_KEPT * MINUTE_MS : nowMs;
  return Math.max(begun, nowMs) + (next.minutes - minutes) * MINUTE_MS + ARRIVAL_MS;
}
