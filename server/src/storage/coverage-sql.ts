import type { Tier } from '@flamehouse/proto';
import type { ProfileSelection, TimeRange } from './profile-store.ts';
import { all, type Condition, releaseCondition } from './selection-sql.ts';

interface Covered {
  readonly tier: Tier;
  readonly range: TimeRange;
}

/**
 * One row `(start_minute, minute, mask)` for each minute that windows of the selection covered:
 * a bit for every second, so that instances side by side count once.
 *
 * Endpoints and other labels of samples do not narrow it: a window without samples of an endpoint
 * still observed it. Windows count where they start, as the values of the tier do.
 */
export function coveredMinutes(selection: ProfileSelection, { tier, range }: Covered): Condition {
  if (tier !== 'raw') {
    const { sql, values } = releaseCondition(selection, { time: 'start_minute', range });
    return {
      sql: `SELECT start_minute, minute, groupBitOr(seconds_mask) AS mask
    FROM coverage WHERE ${sql} GROUP BY start_minute, minute`,
      values,
    };
  }
  const { sql, values } = windowCondition(selection, range);
  return {
    sql: `SELECT start_minute, minute_number AS minute, groupBitOr(
      bitShiftLeft(toUInt64(1), least(end_number - minute_number, 60))
      - bitShiftLeft(toUInt64(1), greatest(start_number, minute_number) - minute_number)) AS mask
    FROM (
      SELECT DISTINCT toStartOfMinute(window_start, 'UTC') AS start_minute,
        toUInt32(window_start) AS start_number,
        start_number + seconds AS end_number,
        arrayJoin(range(toUInt64(toUInt32(start_minute)), end_number, 60)) AS minute_number
      FROM windows WHERE ${sql}
    )
    GROUP BY start_minute, minute`,
    values,
  };
}

/** Seconds that windows of the selection covered, as a scalar; it is not Nullable, which RowBinary would write with a byte before it. */
export function coveredSeconds(selection: ProfileSelection, covered: Covered): Condition {
  const { sql, values } = coveredMinutes(selection, covered);
  return {
    sql: `ifNull((SELECT sum(bitCount(mask)) FROM (
    SELECT minute, groupBitOr(mask) AS mask FROM (${sql}) GROUP BY minute)), 0)`,
    values,
  };
}

/** Rows of `windows` of a selection, which knows instances too. */
export function windowCondition(selection: ProfileSelection, range: TimeRange): Condition {
  const parts = [releaseCondition(selection, { time: 'window_start', range })];
  const { instance } = selection;
  if (instance !== undefined) {
    parts.push({ sql: 'instance = {instance: String}', values: { instance } });
  }
  return all(parts);
}
