import { PROFILE_TYPE_OF_ALIAS, type SpanSummary } from '@flamehouse/proto';
import type { SelectedTrace, TraceQuery } from './detail-store.ts';
import type { Engine } from './engine.ts';
import { all, type Condition } from './selection-sql.ts';
import { spanIdOf, spanIdValue, traceIdOf, uuidValue } from './span-ids.ts';

// A waterfall of more spans is not read; the answer says how many there are.
const SPANS_MAX = 1_000;

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

/** Every span of a trace with samples. The table is sorted by trace, so this reads one granule a day. */
export async function selectTrace(
  engine: Engine,
  query: TraceQuery,
  signal?: AbortSignal,
): Promise<SelectedTrace | null> {
  const condition = await spansOf(engine, query, signal);
  if (condition === null) return null;
  const { cpu, wall } = PROFILE_TYPE_OF_ALIAS;
  const rows = await engine.rows<Row>(
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
  const first = rows[0];
  if (first === undefined) return null;
  const traceId = condition.traceId;
  const [total, samples, cpuMicros, wallMicros] = first.slice(13) as number[];
  return {
    traceId,
    rows: total!,
    samples: samples!,
    cpuMicros: cpuMicros!,
    wallMicros: wallMicros!,
    spans: rows.map((row) => summaryOf(row, traceId)),
  };
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

/** The trace of a span, from the projections by_span and by_active_span; undefined when nothing was sampled. */
async function traceOfSpan(
  engine: Engine,
  spanId: string,
  signal?: AbortSignal,
): Promise<string | null | undefined> {
  for (const column of ['span_id', 'active_span_id']) {
    const rows = await engine.rows<[string]>(
      {
        sql: `SELECT trace_id FROM spans WHERE ${column} = {span: UInt64}
  GROUP BY trace_id ORDER BY trace_id DESC LIMIT 1`,
        values: { span: spanIdValue(spanId) },
      },
      signal,
    );
    if (rows[0] !== undefined) return traceIdOf(rows[0][0]);
  }
  return undefined;
}
