import { GROWTH_POINTS_MIN, type Growth, growthOf } from '@flamehouse/proto';
import { giveWay } from '../http/give-way.ts';
import { coveredMinutes } from './coverage-sql.ts';
import type { SelectedGrowth } from './detail-store.ts';
import type { Engine } from './engine.ts';
import type { ProfileSelection } from './profile-store.ts';
import { type Condition, SAMPLES_OF_TIER, sampleCondition } from './selection-sql.ts';
import { spanIdOf } from './span-ids.ts';
import type { StackNames } from './stack-names.ts';
import type { TierChoice } from './tier.ts';

type GrowthQuery = ProfileSelection & { readonly limit: number; readonly offset: number };

// A line is no better for more points than this, and every site has as many.
const POINTS_MAX = 120;
// Of a leak the bytes are large in the end; what is below the largest 2,000 sites is not one.
const SITES_MAX = 2_000;
// 0.1 ms each; the event loop should not be held for longer than the fold of a tree does.
const SITES_AT_ONCE = 200;
const BIN_SECONDS = { raw: 60, minute: 60, hour: 3_600 } as const;
const HOUR_SECONDS = 3_600;

interface Context {
  readonly engine: Engine;
  readonly query: GrowthQuery;
  readonly choice: TierChoice;
  readonly step: number; // seconds
  readonly signal: AbortSignal | undefined;
}

/**
 * Live memory of allocation sites over time, and how each grows.
 *
 * A site is the function that a stack ends in. Its value in a step is the mean over the covered
 * seconds, summed over instances; a step in which it had nothing alive counts as 0. Steps that were
 * covered for less than half are left out.
 */
export async function selectHeapGrowth(
  { engine, names }: { readonly engine: Engine; readonly names: StackNames },
  query: GrowthQuery,
  choice: TierChoice,
  signal?: AbortSignal,
): Promise<SelectedGrowth> {
  const { from, to } = choice.range;
  const bin = BIN_SECONDS[choice.tier];
  const step = Math.ceil((to - from) / 1000 / POINTS_MAX / bin) * bin;
  const context: Context = { engine, query, choice, step, signal };
  const covered = await selectCovered(context);
  const hours = covered.map(({ time }) => (time - covered[0]!.time) / HOUR_SECONDS);
  const { tier, range } = choice;
  const empty = { tier, range, stepMs: step * 1000, points: covered.length, total: null, rows: 0 };
  if (covered.length < GROWTH_POINTS_MIN) return { ...empty, frames: NO_FRAMES, sites: [] };
  const [found, total] = await Promise.all([selectSites(context), selectTotals(context)]);
  const sites: { readonly functionNumber: string; readonly growth: Growth }[] = [];
  for (const [i, { functionNumber, weighted }] of found.entries()) {
    if (i % SITES_AT_ONCE === 0) await giveWay();
    const values = covered.map(({ time, seconds }) => (weighted.get(time) ?? 0) / seconds);
    const alive = values.filter((value) => value > 0).length;
    if (alive < GROWTH_POINTS_MIN) continue;
    sites.push({ functionNumber, growth: growthOf(hours, values) });
  }
  sites.sort((a, b) => b.growth.slopeLowPerHour - a.growth.slopeLowPerHour);
  const page = sites.slice(query.offset, query.offset + query.limit);
  const stackOf = await selectLargestStacks(context, page);
  const ids = page.map(({ functionNumber }) => stackOf.get(functionNumber)!);
  const idsQuery = samplesOf(context);
  const named = await names.resolve(
    {
      service: query.service,
      ids: BigUint64Array.from(ids),
      idsQuery: { ...idsQuery, sql: `SELECT stack_id FROM ${idsQuery.sql}` },
    },
    signal,
  );
  return {
    ...empty,
    total: growthOf(
      hours,
      covered.map(({ time, seconds }) => (total.get(time) ?? 0) / seconds),
    ),
    rows: sites.length,
    frames: named.frames,
    sites: page.map(({ functionNumber, growth }, i) => ({
      functionId: spanIdOf(functionNumber),
      stack: [...named.stacks[i]!],
      growth,
    })),
  };
}

const NO_FRAMES = { id: [], functionId: [], name: [], file: [], package: [], kind: [], line: [] };

async function selectCovered({ engine, query, choice, step, signal }: Context) {
  const { sql, values } = coveredMinutes(query, choice);
  const rows = await engine.rows<[time: number, seconds: number]>(
    {
      sql: `SELECT toFloat64(time), toFloat64(sum(bitCount(mask))) FROM (
    SELECT intDiv(toUInt64(toUInt32(start_minute)), {step: UInt32}) * {step: UInt32} AS time,
      minute, groupBitOr(minutes.mask) AS mask
    FROM (${sql}) AS minutes GROUP BY time, minute
  )
  GROUP BY time ORDER BY time`,
      values: { ...values, step },
    },
    signal,
  );
  return rows
    .map(([time, seconds]) => ({ time, seconds }))
    .filter(({ seconds }) => seconds >= step / 2);
}

/** `table WHERE …` of the selection's samples. */
function samplesOf({ query, choice }: Context): Condition {
  const { table, time } = SAMPLES_OF_TIER[choice.tier];
  const { sql, values } = sampleCondition(query, { time, range: choice.range });
  return { sql: `${table} WHERE ${sql}`, values };
}

const BYTE_SECONDS = {
  raw: 'sumIf(value * seconds, gauge = 1)',
  minute: 'sum(weighted)',
  hour: 'sum(weighted)',
} as const;

/** The function that every stack of the service ends in, as `(stack_id, function_id)`. */
const SITE_OF_STACK = `(
    SELECT leaves.stack_id AS stack_id, functions.function_id AS function_id
    FROM (SELECT stack_id, any(stacks.frames[-1]) AS frame_id FROM stacks
      WHERE service = {service: String} GROUP BY stack_id) AS leaves
    INNER JOIN (SELECT frame_id, any(frames.function_id) AS function_id FROM frames GROUP BY frame_id) AS functions
      USING (frame_id)
  )`;

async function selectSites(context: Context) {
  const { engine, choice, step, signal } = context;
  const { sql, values } = samplesOf(context);
  const { time } = SAMPLES_OF_TIER[choice.tier];
  const rows = await engine.rows<[string, readonly number[], readonly number[]]>(
    {
      sql: `SELECT function_id, groupArray(step_time), groupArray(step_sum) FROM (
    SELECT sites.function_id AS function_id, sums.step_time AS step_time,
      toFloat64(sum(sums.byte_seconds)) AS step_sum
    FROM (
      SELECT stack_id, ${BYTE_SECONDS[choice.tier]} AS byte_seconds,
        toFloat64(intDiv(toUInt64(toUInt32(${time})), {step: UInt32}) * {step: UInt32}) AS step_time
      FROM ${sql} GROUP BY stack_id, step_time
    ) AS sums
    INNER JOIN ${SITE_OF_STACK} AS sites USING (stack_id)
    GROUP BY function_id, step_time
  )
  GROUP BY function_id ORDER BY sum(step_sum) DESC LIMIT ${SITES_MAX}`,
      values: { ...values, step },
    },
    signal,
  );
  return rows.map(([functionNumber, times, sums]) => ({
    functionNumber,
    weighted: new Map(times.map((at, i) => [at, sums[i]!])),
  }));
}

/** Of the whole heap, however many sites it has. */
async function selectTotals(context: Context): Promise<Map<number, number>> {
  const { engine, choice, step, signal } = context;
  const { sql, values } = samplesOf(context);
  const { time } = SAMPLES_OF_TIER[choice.tier];
  const rows = await engine.rows<[time: number, byteSeconds: number]>(
    {
      sql: `SELECT toFloat64(intDiv(toUInt64(toUInt32(${time})), {step: UInt32}) * {step: UInt32}) AS step_time,
    toFloat64(${BYTE_SECONDS[choice.tier]})
  FROM ${sql} GROUP BY step_time`,
      values: { ...values, step },
    },
    signal,
  );
  return new Map(rows);
}

async function selectLargestStacks(
  context: Context,
  sites: readonly { readonly functionNumber: string }[],
): Promise<Map<string, bigint>> {
  if (sites.length === 0) return new Map();
  const { engine, choice, signal } = context;
  const { sql, values } = samplesOf(context);
  const rows = await engine.rows<[functionNumber: string, stack: string]>(
    {
      sql: `SELECT sites.function_id, argMax(sums.stack_id, sums.byte_seconds) FROM (
    SELECT stack_id, ${BYTE_SECONDS[choice.tier]} AS byte_seconds FROM ${sql} GROUP BY stack_id
  ) AS sums
  INNER JOIN ${SITE_OF_STACK} AS sites USING (stack_id)
  WHERE sites.function_id IN {functions: Array(UInt64)}
  GROUP BY sites.function_id`,
      values: { ...values, functions: sites.map(({ functionNumber }) => BigInt(functionNumber)) },
    },
    signal,
  );
  return new Map(rows.map(([functionNumber, stack]) => [functionNumber, BigInt(stack)]));
}
