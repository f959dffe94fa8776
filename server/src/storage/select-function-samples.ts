import { PROFILE_TYPE_OF_ALIAS } from '@flamehouse/proto';
import { OTHER_ENDPOINT } from '../ingest/busiest-endpoints.ts';
import type { Engine } from './engine.ts';
import { placeCondition } from './place-sql.ts';
import type { FunctionSamples, FunctionSeriesQuery, LabelMatcher } from './profile-store.ts';
import { all, type Condition, compare } from './selection-sql.ts';
import { spanIdValue } from './span-ids.ts';
import { type TierChoice, widen } from './tier.ts';

/** The labels that `function_sums` has as columns. */
const COLUMNS: ReadonlySet<string> = new Set(['environment', 'version', 'instance', 'endpoint']);

/**
 * How often the profiler hit a function, from the sums by minute; no other table counts that.
 *
 * Shape   null where it cannot be said: another type than CPU, a label that the sums do not have, ranges that
 *         are answered by the hour, a profiler that counts nothing, and one endpoint of so many that the
 *         function was summed up under `(other)` as well.
 */
export async function selectFunctionSamples(
  engine: Engine,
  query: FunctionSeriesQuery,
  choice: TierChoice,
  signal?: AbortSignal,
): Promise<FunctionSamples | null> {
  const { matchers = [], endpoint, functionId, ...place } = query;
  const known = matchers.every(({ name }) => COLUMNS.has(name));
  if (place.type !== PROFILE_TYPE_OF_ALIAS.cpu || choice.tier === 'hour' || !known) return null;
  const { range } = widen('minute', choice.range);
  const isOfEndpoint = ({ name }: LabelMatcher) => name === 'endpoint';
  const where = all([
    placeCondition({ ...place, range }, 'minute'),
    ...matchers.flatMap((matcher, index) =>
      isOfEndpoint(matcher) ? [] : [compare(matcher.name, matcher, index)],
    ),
  ]);
  const asked: LabelMatcher[] = [
    ...matchers.filter(isOfEndpoint),
    ...(endpoint === undefined ? [] : [{ name: 'endpoint', op: '=', value: endpoint } as const]),
  ];
  const ofEndpoint = all([
    { sql: '1', values: {} },
    ...asked.map((matcher, index) => compare('endpoint', matcher, matchers.length + index)),
  ]);
  const rows = await engine.rows<[self: number, total: number, micros: number, other: number]>(
    sumsOf({ where, ofEndpoint, functionId }),
    signal,
  );
  const [self, total, micros, other] = rows[0]!;
  if (asked.length > 0 && other > 0) return null;
  return total === 0 && micros > 0 ? null : { ...range, self, total };
}

function sumsOf({
  where,
  ofEndpoint,
  functionId,
}: {
  readonly where: Condition;
  readonly ofEndpoint: Condition;
  readonly functionId: string;
}): { readonly sql: string; readonly values: Condition['values'] } {
  const at = 'indexOf(function_id, {functionId: UInt64})';
  return {
    sql: `SELECT toFloat64(sumIf(own, hit)), toFloat64(sumIf(whole, hit)), toFloat64(sumIf(micros, hit)),
    toFloat64(countIf(endpoint = {other: String}))
  FROM (
    SELECT toString(endpoint) AS endpoint, ${ofEndpoint.sql} AS hit,
      self_ticks[${at}] AS own, total_ticks[${at}] AS whole, total[${at}] AS micros
    FROM function_sums WHERE has(function_id, {functionId: UInt64}) AND ${where.sql}
    UNION ALL
    SELECT toString(endpoint), ${ofEndpoint.sql}, self_ticks, total_ticks, total
    FROM function_minutes_rows WHERE function_id = {functionId: UInt64} AND ${where.sql}
  )`,
    values: {
      ...where.values,
      ...ofEndpoint.values,
      functionId: spanIdValue(functionId),
      other: OTHER_ENDPOINT,
    },
  };
}
