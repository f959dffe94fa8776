import { PROFILE_TYPE_OF_ALIAS, type SpanSummary } from '@flamehouse/proto';
import type { SelectedTrace, TraceQuery, TraceStall } from './detail-store.ts';
import type { Engine } from './engine.ts';
import { selectExported } from './select-exported.ts';
import { all, type Condition, epochSeconds } from './selection-sql.ts';
import { spanIdOf, spanIdValue, traceIdOf, uuidValue } from './span-ids.ts';

// Read of each side, so that rows of a large trace meet; an answer lists fewer.
const SPANS_MAX = 5_000;

type Row = readonly [
  localRoot: string,
  active: string,
  service: string,
  environment: string,
  version: string,
  instance: string,
  endpoint: string,
  name: string,
  from: number,
  to: number,
  samples: number,
  cpu: number,
  wall: number,
  rows: number,
  allSamples: number,
  allCpu: number,
  allWall: number,
];

/** A trace from its samples, its exported spans and its stalls. */
export async function selectTrace(
  engine: Engine,
  query: TraceQuery,
  signal?: AbortSignal,
): Promise<SelectedTrace | null> {
  const condition = await spansOf(engine, query, signal);
  if (condition === null) return null;
  const { traceId } = condition;
  const [sampled, exported] = await Promise.all([
    selectSampled(engine, condition, signal),
    traceId === null
      ? { spans: [], rows: 0 }
      : selectExported(engine, { traceId, limit: SPANS_MAX }, signal),
  ]);
  if (sampled.length === 0 && exported.spans.length === 0) return null;
  const [rows, samples, cpuMicros, wallMicros] = (sampled[0]?.slice(13) ?? [
    0, 0, 0, 0,
  ]) as number[];
  const spans = sampled.map((row) => summaryOf(row, traceId));
  const times = [
    ...spans.map(({ from, to }) => ({ from, to })),
    ...exported.spans.map(({ startMicros, durationMicros }) => ({
      from: startMicros / 1_000,
      to: (startMicros + durationMicros) / 1_000,
    })),
  ];
  const range = {
    from: times.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY),
    to: times.reduce((most, { to }) => Math.max(most, to), 0),
  };
  return {
    traceId,
    samples: samples!,
    cpuMicros: cpuMicros!,
    wallMicros: wallMicros!,
    sampled: spans,
    exported: exported.spans,
    cut: rows! - sampled.length + (exported.rows - exported.spans.length),
    stalls: traceId === null ? [] : await selectStallsOf(engine, { traceId, range }, signal),
  };
}

/** Every span of a trace with samples. The table is sorted by trace, so this reads one granule a day. */
async function selectSampled(
  engine: Engine,
  condition: Condition,
  signal?: AbortSignal,
): Promise<Row[]> {
  const { cpu, wall } = PROFILE_TYPE_OF_ALIAS;
  return engine.rows<Row>(
    {
      sql: `SELECT *, toFloat64(count() OVER ()), sum(samples) OVER (), sum(cpu_sum) OVER (), sum(wall_sum) OVER ()
  FROM (
    SELECT span_id, active_span_id, service, environment, version, instance,
      anyIf(endpoint, endpoint != '') AS of_endpoint, anyIf(span_name, span_name != '') AS name,
      toUInt32(min(window_start)) AS starts, toUInt32(max(window_start + seconds)) AS ends,
      toFloat64(greatest(sumIf(ticks, type = {cpu: String}), sumIf(ticks, type = {wall: String}))) AS samples,
      toFloat64(sumIf(value, type = {cpu: String})) AS cpu_sum,
      toFloat64(sumIf(value, type = {wall: String})) AS wall_sum
    FROM spans WHERE ${condition.sql}
    GROUP BY span_id, active_span_id, service, environment, version, instance
  )
  ORDER BY span_id = active_span_id DESC, cpu_sum DESC, active_span_id
  LIMIT ${SPANS_MAX}`,
      values: { ...condition.values, cpu, wall },
    },
    signal,
  );
}

// A stall is reported with its start; a window may begin after it.
const STALL_MS_MAX = 60_000;

async function selectStallsOf(
  engine: Engine,
  { traceId, range }: { readonly traceId: string; readonly range: { from: number; to: number } },
  signal?: AbortSignal,
): Promise<TraceStall[]> {
  const rows = await engine.rows<[span: string, from: number, micros: number]>(
    {
      sql: `SELECT span_id, toFloat64(toUnixTimestamp64Milli(started_at)), toFloat64(duration) FROM stalls
  WHERE trace_id = {trace: UUID}
    AND started_at >= toDateTime({from: UInt32}, 'UTC') AND started_at < toDateTime({to: UInt32}, 'UTC')
  ORDER BY started_at LIMIT ${SPANS_MAX}`,
      values: {
        trace: uuidValue(traceId),
        from: epochSeconds(range.from - STALL_MS_MAX),
        to: epochSeconds(range.to + STALL_MS_MAX),
      },
    },
    signal,
  );
  return rows.map(([span, from, durationMicros]) => ({
    spanId: spanIdOf(span),
    from,
    durationMicros,
  }));
}

function summaryOf(row: Row, traceId: string | null): SpanSummary {
  const [localRoot, active, service, environment, version, instance, endpoint, name] = row;
  const [from, to, samples, cpuMicros, wallMicros] = row.slice(8) as number[];
  return {
    traceId,
    spanId: spanIdOf(active),
    localRootSpanId: spanIdOf(localRoot),
    name,
    service,
    environment,
    version,
    instance,
    endpoint,
    from: from! * 1000,
    to: to! * 1000,
    samples: samples!,
    cpuMicros: cpuMicros!,
    wallMicros: wallMicros!,
  };
}

/** Rows of one trace; without a trace id in them, rows of the span alone. Null when no row has the span. */
export async function spansOf(
  engine: Engine,
  { traceId, spanId }: TraceQuery,
  signal?: AbortSignal,
): Promise<(Condition & { readonly traceId: string | null }) | null> {
  const found = traceId ?? (await traceOfSpan(engine, spanId!, signal));
  if (found === undefined) return null;
  const parts: Condition[] = [
    { sql: 'trace_id = {trace: UUID}', values: { trace: uuidValue(found) } },
  ];
  if (found === null) {
    parts.push({
      sql: '(span_id = {span: UInt64} OR active_span_id = {span: UInt64})',
      values: { span: spanIdValue(spanId!) },
    });
  }
  return { ...all(parts), traceId: found };
}

/**
 * The trace of a span, from projections that hold each id once; undefined when it is nowhere.
 * Spans with samples come first: what is asked for is what was sampled.
 */
async function traceOfSpan(
  engine: Engine,
  spanId: string,
  signal?: AbortSignal,
): Promise<string | null | undefined> {
  const ways = [
    { table: 'spans', column: 'span_id' },
    { table: 'spans', column: 'active_span_id' },
    { table: 'trace_spans', column: 'span_id' },
  ];
  for (const { table, column } of ways) {
    const rows = await engine.rows<[string]>(
      {
        sql: `SELECT trace_id FROM ${table} WHERE ${column} = {span: UInt64}
  GROUP BY trace_id ORDER BY trace_id DESC LIMIT 1`,
        values: { span: spanIdValue(spanId) },
      },
      signal,
    );
    if (rows[0] !== undefined) return traceIdOf(rows[0][0]);
  }
  return undefined;
}
