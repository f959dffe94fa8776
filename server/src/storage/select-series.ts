import { unitOf } from '@flamehouse/proto';
import { ApiError } from '../errors.ts';
import { coveredMinutes, windowCondition } from './coverage-sql.ts';
import type { Engine } from './engine.ts';
import { stackCondition } from './function-stacks.ts';
import type {
  FunctionSeriesQuery,
  ProfileSelection,
  SelectedFunctionSeries,
  SelectedSeries,
  SeriesQuery,
  TimeRange,
} from './profile-store.ts';
import { type Condition, epochSeconds, SAMPLES_OF_TIER, sampleCondition } from './selection-sql.ts';
import { KEPT_LABELS, type TierChoice } from './tier.ts';

// More points than a screen has columns, and more groups than a legend can name, help nobody.
const POINTS_MAX = 11_000;
const ROWS_MAX = 200_000;
const STEP_SECONDS_MIN = { raw: 1, minute: 60, hour: 3_600 } as const;
// A window that began before the range still has CPU inside it; agents send 15 s windows.
const LOOKBACK_MS = 60_000;

type Sums = readonly [counter: number, weighted: number];
type Row = readonly [time: string, covered: number, sums: readonly Sums[], ...groups: string[]];

/** Whose samples a line adds up: all that are selected, or those that meet a condition too. */
interface Part {
  readonly name: string;
  readonly condition: Condition | null;
}

const WHOLE: Part = { name: 'whole', condition: null };

/**
 * Values over time.
 *
 * Units   per covered second: microseconds become cores, counts and bytes a rate; gauges a mean.
 * Errors  QUERY_PARAMETER_INVALID for more than 11,000 steps.
 */
export async function selectSeries(
  engine: Engine,
  query: SeriesQuery,
  choice: TierChoice,
  signal?: AbortSignal,
): Promise<SelectedSeries> {
  return (await selectParts(engine, query, choice, { parts: [WHOLE], signal }))[0]!;
}

/** The history of one function: of the stacks that it is in, and of those that end in it. */
export async function selectFunctionSeries(
  engine: Engine,
  { functionId, ...query }: FunctionSeriesQuery,
  choice: TierChoice,
  signal?: AbortSignal,
): Promise<Pick<SelectedFunctionSeries, 'self' | 'total'>> {
  const inStack = { ...query, stacksOf: { functionId, part: 'total' } } as const;
  const self = { name: 'self', condition: stackCondition({ functionId, part: 'self' }) };
  const found = await selectParts(engine, inStack, choice, { parts: [WHOLE, self], signal });
  return { total: found[0]!, self: found[1]! };
}

/** A line for each part, all from one pass over the samples. */
async function selectParts(
  engine: Engine,
  query: SeriesQuery,
  choice: TierChoice,
  { parts, signal }: { readonly parts: readonly Part[]; readonly signal: AbortSignal | undefined },
): Promise<SelectedSeries[]> {
  const step = stepSeconds(query.stepMs, choice.tier);
  const { from, to } = choice.range;
  if ((to - from) / 1000 / step > POINTS_MAX) {
    throw new ApiError(
      'QUERY_PARAMETER_INVALID',
      `stepMs ${query.stepMs} makes more than ${POINTS_MAX} steps of the range from ${from} to ${to}`,
    );
  }
  const values =
    choice.tier === 'raw' ? rawValues(query, choice, parts) : rollupValues(query, choice, parts);
  const covered = stepCoverage(query, choice);
  const groups = query.groupBy.map((_, index) => `group${index}`);
  const rows = await engine.rows<Row>(
    {
      sql: `SELECT time, covered, [${parts.map(({ name }) => `(${name}_counter, ${name}_weighted)`)}]${groups.map((name) => `, ${name}`).join('')}
  FROM (${values.sql}) AS sums
  INNER JOIN (${covered.sql}) AS coverage USING (time)
  ORDER BY ${[...groups, 'time'].join(', ')}
  LIMIT ${ROWS_MAX}`,
      values: { ...covered.values, ...values.values, step },
    },
    signal,
  );
  const { tier, range } = choice;
  return parts.map((_, part) => ({ tier, range, series: seriesOf(query, rows, part) }));
}

/** A step of whole bins of the tier, in seconds. */
export function stepSeconds(stepMs: number, tier: TierChoice['tier']): number {
  const least = STEP_SECONDS_MIN[tier];
  return Math.max(1, Math.ceil(stepMs / 1000 / least)) * least;
}

/** Rows `(time, covered)`: seconds of every step that some window covered. Binds `step` in the caller. */
export function stepCoverage(query: ProfileSelection, choice: TierChoice): Condition {
  return choice.tier === 'raw' ? rawCoverage(query, choice) : rollupCoverage(query, choice);
}

/** Windows are spread over the steps they touch, by seconds: steps and windows do not begin together. */
function rawValues(query: SeriesQuery, choice: TierChoice, parts: readonly Part[]): Condition {
  const { sql, values } = fromWindows(query)
    ? windowSums(query, choice)
    : sampleSums(query, choice, parts);
  const groups = groupNames(query);
  const sums = parts.map(
    ({ name }) => `, sum(${name}_counter_sum * overlap / seconds) AS ${name}_counter,
      toFloat64(sum(${name}_gauge_sum * overlap)) AS ${name}_weighted`,
  );
  return {
    sql: `SELECT time${groups}${sums.join('')}
    FROM (
      SELECT *, toUInt64(toUInt32(window_start)) AS starts, starts + seconds AS ends,
        arrayJoin(range(intDiv(starts, {step: UInt32}) * {step: UInt32}, ends, toUInt64({step: UInt32}))) AS time,
        least(ends, time + {step: UInt32}) - greatest(starts, time) AS overlap
      FROM (${sql})
    )
    WHERE time >= intDiv({first: UInt32}, {step: UInt32}) * {step: UInt32} AND time < {to: UInt32}
    GROUP BY time${groups}`,
    values: { ...values, first: epochSeconds(choice.range.from) },
  };
}

/** The ledger of windows knows the sums of whole uploads, which is all that most charts ask for. */
function fromWindows({ endpoint, matchers = [], groupBy, stacksOf }: SeriesQuery): boolean {
  const labels = new Set(['environment', 'version', 'instance']);
  return (
    endpoint === undefined &&
    stacksOf === undefined &&
    matchers.length === 0 &&
    groupBy.every((name) => labels.has(name))
  );
}

function windowSums(query: SeriesQuery, choice: TierChoice): Condition {
  const { sql, values } = windowCondition(query, lookedBack(choice));
  const groups = query.groupBy.map((name, index) => `, ${name} AS group${index}`).join('');
  return {
    sql: `SELECT window_start, seconds${groups},
        sumIf(value, gauge = 0) AS whole_counter_sum, sumIf(value, gauge = 1) AS whole_gauge_sum
      FROM windows WHERE ${sql}
      GROUP BY window_start, seconds${groupNames(query)}`,
    values,
  };
}

/** By window and group, or by window and series where only these know the label. */
function sampleSums(query: SeriesQuery, choice: TierChoice, parts: readonly Part[]): Condition {
  const { sql, values } = sampleCondition(query, {
    time: 'window_start',
    range: lookedBack(choice),
  });
  const sums = parts.map(({ name, condition }) => {
    const also = condition === null ? '' : ` AND ${condition.sql}`;
    return `, sumIf(value, gauge = 0${also}) AS ${name}_counter_sum, sumIf(value, gauge = 1${also}) AS ${name}_gauge_sum`;
  });
  const bound = Object.assign({}, values, ...parts.map(({ condition }) => condition?.values));
  const isKept = query.groupBy.every((name) => KEPT_LABELS.has(name));
  if (isKept) {
    const groups = query.groupBy.map((name, index) => `, ${name} AS group${index}`).join('');
    return {
      sql: `SELECT window_start, seconds${groups}${sums.join('')}
      FROM samples WHERE ${sql}
      GROUP BY window_start, seconds${groupNames(query)}`,
      values: bound,
    };
  }
  const groups = query.groupBy.map(
    (_, index) => `, labels[{groupLabel${index}: String}] AS group${index}`,
  );
  const labelNames = query.groupBy.map((name, index) => [`groupLabel${index}`, name] as const);
  return {
    sql: `SELECT * EXCEPT (labels)${groups.join('')} FROM (
        SELECT series_id, window_start, seconds${sums.join('')}
        FROM samples WHERE ${sql}
        GROUP BY series_id, window_start, seconds
      ) AS sums INNER JOIN (
        SELECT series_id, any(series.labels) AS labels FROM series
        WHERE service = {service: String} GROUP BY series_id
      ) AS names USING (series_id)`,
    values: { ...bound, ...Object.fromEntries(labelNames) },
  };
}

function lookedBack({ range }: TierChoice): TimeRange {
  return { from: range.from - LOOKBACK_MS, to: range.to };
}

function rollupValues(query: SeriesQuery, choice: TierChoice, parts: readonly Part[]): Condition {
  const { table, time } = SAMPLES_OF_TIER[choice.tier];
  const { sql, values } = sampleCondition(query, { time, range: choice.range });
  const groups = query.groupBy.map((name, index) => `, ${name} AS group${index}`).join('');
  const sums = parts.map(({ name, condition }) => {
    const of = (column: string) =>
      condition === null ? `sum(${column})` : `sumIf(${column}, ${condition.sql})`;
    return `,
      toFloat64(${of('value')}) AS ${name}_counter, toFloat64(${of(`${table}.weighted`)}) AS ${name}_weighted`;
  });
  return {
    sql: `SELECT intDiv(toUInt64(toUInt32(${time})), {step: UInt32}) * {step: UInt32} AS time${groups}${sums.join('')}
    FROM ${table} WHERE ${sql}
    GROUP BY time${groupNames(query)}`,
    values: Object.assign({}, values, ...parts.map(({ condition }) => condition?.values)),
  };
}

function rawCoverage(query: ProfileSelection, choice: TierChoice): Condition {
  const { sql, values } = windowCondition(query, lookedBack(choice));
  return {
    sql: `SELECT intDiv(second, {step: UInt32}) * {step: UInt32} AS time, toFloat64(count()) AS covered
    FROM (
      SELECT DISTINCT arrayJoin(range(toUInt64(toUInt32(window_start)), toUInt64(toUInt32(window_start) + seconds))) AS second
      FROM (SELECT DISTINCT window_start, seconds FROM windows WHERE ${sql})
    )
    GROUP BY time`,
    values,
  };
}

function rollupCoverage(query: ProfileSelection, choice: TierChoice): Condition {
  const { sql, values } = coveredMinutes(query, choice);
  return {
    sql: `SELECT time, toFloat64(sum(bitCount(mask))) AS covered FROM (
      SELECT intDiv(toUInt64(toUInt32(start_minute)), {step: UInt32}) * {step: UInt32} AS time,
        minute, groupBitOr(minutes.mask) AS mask
      FROM (${sql}) AS minutes GROUP BY time, minute
    )
    GROUP BY time`,
    values,
  };
}

function groupNames({ groupBy }: SeriesQuery): string {
  return groupBy.map((_, index) => `, group${index}`).join('');
}

function seriesOf(
  query: SeriesQuery,
  rows: readonly Row[],
  part: number,
): SelectedSeries['series'] {
  const unit = unitOf(query.type) === 'microseconds' ? 1e6 : 1;
  const series = new Map<
    string,
    { labels: Record<string, string>; timesMs: number[]; values: number[] }
  >();
  for (const [time, covered, sums, ...groups] of rows) {
    const [counter, weighted] = sums[part]!;
    const key = JSON.stringify(groups);
    let one = series.get(key);
    if (one === undefined) {
      const labels = query.groupBy.map((name, index) => [name, groups[index]!] as const);
      one = { labels: Object.fromEntries(labels), timesMs: [], values: [] };
      series.set(key, one);
    }
    one.timesMs.push(Number(time) * 1000);
    one.values.push((counter / unit + weighted) / covered);
  }
  return [...series.values()];
}
