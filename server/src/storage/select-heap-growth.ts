import {
  GROWTH_POINTS_MIN,
  type Growth,
  type GrowthLine,
  growthLine,
  growthOf,
  growthOfLine,
  slopeLowAtMost,
} from '@flamehouse/proto';
import { giveWay } from '../http/give-way.ts';
import { coveredMinutes } from './coverage-sql.ts';
import type { SelectedGrowth } from './detail-store.ts';
import type { Engine } from './engine.ts';
import type { ProfileSelection } from './profile-store.ts';
import { sampleSource } from './sample-source.ts';
import type { Condition } from './selection-sql.ts';
import { spanIdOf } from './span-ids.ts';
import type { StackNames } from './stack-names.ts';
import type { TierChoice } from './tier.ts';

type GrowthQuery = ProfileSelection & { readonly limit: number; readonly offset: number };

// A line is no better for more points than this, and every site has as many.
const POINTS_MAX = 120;
// Of a leak the bytes are large in the end; what is below the largest 2,000 sites is not one.
const SITES_MAX = 2_000;
// 4 us each for lines, 60 for intervals; uploads wait meanwhile.
const LINES_AT_ONCE = 1_000;
const INTERVALS_AT_ONCE = 100;
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
  const lines = await linesOf(found, covered, hours);
  const page = (await steepest(lines, query.offset + query.limit)).slice(query.offset);
  const stackOf = await selectLargestStacks(context, page);
  const ids = page.map(({ functionNumber }) => stackOf.get(functionNumber)!);
  const idsQuery = sampleSource(query, choice, STACKS);
  const named = await names.resolve(
    {
      service: query.service,
      ids: BigUint64Array.from(ids),
      idsQuery: { ...idsQuery, sql: `SELECT stack_id FROM (${idsQuery.sql})` },
    },
    signal,
  );
  return {
    ...empty,
    total: growthOf(
      hours,
      covered.map(({ time, seconds }) => (total.get(time) ?? 0) / seconds),
    ),
    rows: lines.length,
    frames: named.frames,
    sites: page.map(({ functionNumber, growth }, i) => ({
      functionId: spanIdOf(functionNumber),
      stack: [...named.stacks[i]!],
      growth,
    })),
  };
}

const STACKS = { columns: () => 'stack_id' } as const;
const NO_FRAMES = { id: [], functionId: [], name: [], file: [], package: [], kind: [], line: [] };

interface Covered {
  readonly time: number;
  readonly seconds: number;
}

interface SiteSums {
  readonly functionNumber: string;
  readonly times: readonly number[];
  readonly byteSeconds: readonly number[]; // pairs with times
}

interface SiteLine {
  readonly functionNumber: string;
  readonly line: GrowthLine;
}

/** The sites that were alive in enough steps, each with its line. */
async function linesOf(
  found: readonly SiteSums[],
  covered: readonly Covered[],
  hours: readonly number[],
): Promise<SiteLine[]> {
  const stepOf = new Map(covered.map(({ time }, step) => [time, step]));
  const lines: SiteLine[] = [];
  for (const [i, { functionNumber, times, byteSeconds }] of found.entries()) {
    if (i % LINES_AT_ONCE === 0) await giveWay();
    const values = new Float64Array(covered.length);
    times.forEach((time, at) => {
      const step = stepOf.get(time);
      if (step !== undefined) values[step] = byteSeconds[at]! / covered[step]!.seconds;
    });
    const alive = values.filter((value) => value > 0).length;
    if (alive >= GROWTH_POINTS_MIN) lines.push({ functionNumber, line: growthLine(hours, values) });
  }
  return lines;
}

/**
 * The first `count` sites by the lower end of their slope, the largest first.
 *
 * Intervals are worked out only until no line that is left can come before those that were found.
 */
async function steepest(lines: readonly SiteLine[], count: number) {
  const order = lines
    .map((site, place) => ({ ...site, place, lowAtMost: slopeLowAtMost(site.line) }))
    .sort((a, b) => b.lowAtMost - a.lowAtMost || a.place - b.place);
  const known: {
    readonly functionNumber: string;
    readonly growth: Growth;
    readonly place: number;
  }[] = [];
  for (let at = 0; at < order.length; at += INTERVALS_AT_ONCE) {
    const last = known[count - 1];
    if (last !== undefined && last.growth.slopeLowPerHour > order[at]!.lowAtMost) break;
    for (const { functionNumber, line, place } of order.slice(at, at + INTERVALS_AT_ONCE)) {
      known.push({ functionNumber, growth: growthOfLine(line), place });
    }
    known.sort((a, b) => b.growth.slopeLowPerHour - a.growth.slopeLowPerHour || a.place - b.place);
    await giveWay();
  }
  return known.slice(0, count);
}

async function selectCovered({ engine, query, choice, step, signal }: Context): Promise<Covered[]> {
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

/** Samples with their stack and the start of their step. A sample counts where its window starts, so minutes and hours will do. */
function steppedSamples({ query, choice, step }: Context): Condition {
  const { sql, values } = sampleSource(query, choice, {
    columns: (time) =>
      `stack_id, toUInt32(intDiv(toUInt32(${time}), {step: UInt32}) * {step: UInt32}) AS step_time`,
    stepSeconds: step,
  });
  return { sql, values: { ...values, step } };
}

/** The function that every stack of the service ends in, as `(stack_id, function_id)`. */
const SITE_OF_STACK = `(
    SELECT leaves.stack_id AS stack_id, functions.function_id AS function_id
    FROM (SELECT stack_id, any(stacks.frames[-1]) AS frame_id FROM stacks
      WHERE service = {service: String} GROUP BY stack_id) AS leaves
    INNER JOIN (SELECT frame_id, any(frames.function_id) AS function_id FROM frames GROUP BY frame_id) AS functions
      USING (frame_id)
  )`;

async function selectSites(context: Context): Promise<SiteSums[]> {
  const { engine, signal } = context;
  const { sql, values } = steppedSamples(context);
  // Joined before anything is summed: there are far more stacks and steps than functions and steps.
  const rows = await engine.rows<[string, readonly number[], readonly number[]]>(
    {
      sql: `SELECT function_id, groupArray(step_time), groupArray(step_sum) FROM (
    SELECT function_id, step_time, toFloat64(sum(weighted)) AS step_sum
    FROM (${sql}) AS sums
    INNER JOIN ${SITE_OF_STACK} AS sites USING (stack_id)
    GROUP BY function_id, step_time
  )
  GROUP BY function_id ORDER BY sum(step_sum) DESC LIMIT ${SITES_MAX}`,
      values,
    },
    signal,
  );
  return rows.map(([functionNumber, times, byteSeconds]) => ({
    functionNumber,
    times,
    byteSeconds,
  }));
}

/** Of the whole heap, however many sites it has. */
async function selectTotals(context: Context): Promise<Map<number, number>> {
  const { engine, signal } = context;
  const { sql, values } = steppedSamples(context);
  const rows = await engine.rows<[time: number, byteSeconds: number]>(
    { sql: `SELECT step_time, toFloat64(sum(weighted)) FROM (${sql}) GROUP BY step_time`, values },
    signal,
  );
  return new Map(rows);
}

async function selectLargestStacks(
  context: Context,
  sites: readonly { readonly functionNumber: string }[],
): Promise<Map<string, bigint>> {
  if (sites.length === 0) return new Map();
  const { engine, query, choice, signal } = context;
  const { sql, values } = sampleSource(query, choice, STACKS);
  const rows = await engine.rows<[functionNumber: string, stack: string]>(
    {
      sql: `SELECT sites.function_id, argMax(sums.stack_id, sums.byte_seconds) FROM (
    SELECT stack_id, sum(weighted) AS byte_seconds FROM (${sql}) GROUP BY stack_id
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
