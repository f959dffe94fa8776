import type { Tier } from '@flamehouse/proto';
import { ApiError } from '../errors.ts';
import type { LabelMatcher, TimeRange } from './profile-store.ts';
import type { Retention } from './retention.ts';

export interface TierChoice {
  readonly tier: Tier;
  readonly range: TimeRange; // widened to whole bins
}

interface Asked {
  readonly range: TimeRange;
  readonly instance?: string;
  readonly matchers?: readonly LabelMatcher[];
  readonly groupBy?: readonly string[];
}

/** The labels that rollups keep. */
export const KEPT_LABELS: ReadonlySet<string> = new Set(['version', 'environment', 'endpoint']);

const DAY_MS = 24 * 3_600_000;
// 26 million raw rows of a day take 0.2 s to sum; a week of minutes about as long.
const RAW_RANGE_MS_MAX = DAY_MS;
const MINUTE_RANGE_MS_MAX = 7 * DAY_MS;
const BIN_MS: Readonly<Record<Tier, number>> = { raw: 1_000, minute: 60_000, hour: 3_600_000 };

/**
 * The coarsest table that answers exactly: by range, by what is still kept, and by the labels asked for.
 *
 * Errors  QUERY_LABEL_NOT_KEPT when a label is asked for that only raw rows have, and they are gone.
 */
export function chooseTier(asked: Asked, retention: Retention, nowMs: number): TierChoice {
  const { range } = asked;
  const age = nowMs - range.from;
  const label = labelNotKept(asked);
  if (label !== null) {
    if (age <= retention.rawMs) return widen('raw', range);
    throw new ApiError(
      'QUERY_LABEL_NOT_KEPT',
      `label ${label} is kept for ${retention.rawMs / DAY_MS} days, the range begins ${(age / DAY_MS).toFixed(1)} days ago`,
    );
  }
  const length = range.to - range.from;
  if (length <= RAW_RANGE_MS_MAX && age <= retention.rawMs) return widen('raw', range);
  if (length <= MINUTE_RANGE_MS_MAX && age <= retention.minuteMs) return widen('minute', range);
  return widen('hour', range);
}

function labelNotKept({ instance, matchers = [], groupBy = [] }: Asked): string | null {
  if (instance !== undefined) return 'instance';
  const names = [...matchers.map(({ name }) => name), ...groupBy];
  return names.find((name) => !KEPT_LABELS.has(name)) ?? null;
}

function widen(tier: Tier, { from, to }: TimeRange): TierChoice {
  const bin = BIN_MS[tier];
  return {
    tier,
    range: { from: Math.floor(from / bin) * bin, to: Math.ceil(to / bin) * bin },
  };
}
