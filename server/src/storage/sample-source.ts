import type { Tier } from '@flamehouse/proto';
import type { ProfileSelection } from './profile-store.ts';
import { type Condition, SAMPLES_OF_TIER, sampleCondition } from './selection-sql.ts';
import { BIN_MS, type TierChoice } from './tier.ts';

export interface SampleColumns {
  /** What is selected beside the sums, by the name of the time column. */
  readonly columns: (time: string) => string;
  /** Times matter only by whole steps of this length; left out, they do not. */
  readonly stepSeconds?: number;
}

type Part = Pick<TierChoice, 'tier' | 'range'>;

/**
 * Samples of a selection as a query for some columns, `counter`, and `weighted`, which is value x seconds of gauges.
 *
 * What lies in whole hours or minutes inside the range comes from their sums, which hold the same samples, and only
 * both ends from the table of the tier: a day is read in a quarter of the time (2026-11-30).
 */
export function sampleSource(
  selection: ProfileSelection,
  choice: TierChoice,
  wanted: SampleColumns,
): Condition {
  const inner = wholeBins(choice, wanted.stepSeconds);
  const time = { time: SAMPLES_OF_TIER[choice.tier].time, range: choice.range };
  const outer = sampleCondition(selection, time);
  if (inner === null) return rowsOf(choice.tier, wanted, outer);
  const ofBins = sampleCondition(selection, {
    time: SAMPLES_OF_TIER[inner.tier].time,
    range: inner.range,
    bound: 'inner',
  });
  const sums = rowsOf(inner.tier, wanted, ofBins);
  if (inner.range.from === choice.range.from && inner.range.to === choice.range.to) return sums;
  const ends = rowsOf(choice.tier, wanted, {
    sql: `${outer.sql}
    AND (${time.time} < toDateTime({innerFrom: UInt32}, 'UTC') OR ${time.time} >= toDateTime({innerTo: UInt32}, 'UTC'))`,
    values: outer.values,
  });
  return {
    sql: `${sums.sql}\n  UNION ALL\n  ${ends.sql}`,
    values: { ...sums.values, ...ends.values },
  };
}

/** The coarsest bins that are whole in the range and no longer than a step; null when there are none. */
function wholeBins({ range, coarser }: TierChoice, stepSeconds?: number): Part | null {
  for (const tier of coarser) {
    const bin = BIN_MS[tier];
    if (stepSeconds !== undefined && (stepSeconds * 1000) % bin !== 0) continue;
    const from = Math.ceil(range.from / bin) * bin;
    const to = Math.floor(range.to / bin) * bin;
    if (from < to) return { tier, range: { from, to } };
  }
  return null;
}

function rowsOf(tier: Tier, { columns }: SampleColumns, { sql, values }: Condition): Condition {
  const { table, time } = SAMPLES_OF_TIER[tier];
  const [counter, weighted] = VALUES_OF_TIER[tier];
  return {
    sql: `SELECT ${columns(time)}, ${counter} AS counter, ${weighted} AS weighted
  FROM ${table} WHERE ${sql}`,
    values,
  };
}

const VALUES_OF_TIER = {
  raw: ['if(gauge = 0, samples.value, 0)', 'if(gauge = 1, samples.value * seconds, 0)'],
  minute: ['samples_1m.value', 'samples_1m.weighted'],
  hour: ['samples_1h.value', 'samples_1h.weighted'],
} as const;
