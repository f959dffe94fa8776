import type { VerdictState } from './verdict.ts';

/** Kept minutes at which a deploy is judged, and the part of the levels that each look may use. */
export const LOOKS = [
  { minutes: 2, spend: 0.1 },
  { minutes: 5, spend: 0.4 },
  { minutes: 10, spend: 1 },
  { minutes: 15, spend: 1 },
] as const;

/** The look that these minutes allow: how often it looks inflates false alarms, so early looks are strict. */
export function lookAt(
  minutes: number,
  asked: 'looks' | 'once',
): { minutes: number; spend: number } {
  if (asked === 'once') return { minutes, spend: 1 };
  return LOOKS.findLast((look) => minutes >= look.minutes) ?? { minutes: 0, spend: 0.1 };
}

export interface LookResult {
  readonly minutes: number; // of the look
  readonly state: VerdictState;
}

/** What the looks so far amount to. */
export interface StandingVerdict {
  readonly state: VerdictState;
  readonly settled: boolean; // is not taken back; what comes later is a new entry
  readonly atMinutes: number; // the look that gave the state
}

/**
 * `more` and `less` settle when seen at 10 minutes or later, or at two looks in a row; before they
 * are likely. `no-change` settles at the last look. Between looks the last state stands.
 *
 * Shape   `looks` is in order of time; null before the first look.
 */
export function standingVerdict(looks: readonly LookResult[]): StandingVerdict | null {
  let standing: StandingVerdict | null = null;
  let before: VerdictState | null = null;
  for (const { minutes, state } of looks) {
    const changed = state === 'more' || state === 'less';
    const settled = changed
      ? minutes >= 10 || before === state
      : state === 'no-change' && minutes >= LOOKS.at(-1)!.minutes;
    standing = { state, settled, atMinutes: minutes };
    if (settled) return standing;
    before = state;
  }
  return standing;
}
