import { PROFILE_TYPE_OF_ALIAS, type TraceSummary } from '@flamehouse/proto';
import type { TracesQuery } from './detail-store.ts';
import type { Engine } from './engine.ts';
import { stackCondition } from './function-stacks.ts';
import { placeCondition } from './place-sql.ts';
import { all, type Condition } from './selection-sql.ts';
import { spanIdOf, spanIdValue, traceIdOf } from './span-ids.ts';

type Row = readonly [
  traceId: string,
  spanId: string,
  environment: string,
  version: string,
  instance: string,
  endpoint: string,
  name: string,
  from: number,
  to: number,
  samples: number,
  cpu: number,
];

/** The local root spans that used most CPU: in a function, or at all. */
export async function selectTraces(
  engine: Engine,
  query: TracesQuery,
  signal?: AbortSignal,
): Promise<TraceSummary[]> {
  const ofCpu: Condition = {
    sql: 'type = {cpu: String}',
    values: { cpu: PROFILE_TYPE_OF_ALIAS.cpu },
  };
  const condition = all([placeCondition(query, 'window_start'), ofCpu]);
  const best = await selectBest(engine, query, condition, signal);
  if (best.length === 0) return [];
  const rows = await engine.rows<Row>(
    {
      sql: `SELECT trace_id, span_id, environment, version, instance,
    anyIf(endpoint, endpoint != '') AS of_endpoint,
    anyIf(span_name, active_span_id = span_id AND span_name != '') AS name,
    toUInt32(min(window_start)), toUInt32(max(window_start + seconds)),
    toFloat64(sum(ticks)), toFloat64(sum(value))
  FROM spans WHERE ${condition.sql} AND span_id IN {ids: Array(UInt64)}
  GROUP BY trace_id, span_id, environment, version, instance`,
      values: { ...condition.values, ids: best.map(({ spanId }) => spanIdValue(spanId)) },
    },
    signal,
  );
  const found = new Map(rows.map((row) => [`${row[0]} ${spanIdOf(row[1])}`, row]));
  return best.flatMap(({ trace, spanId, micros }) => {
    const row = found.get(`${trace} ${spanId}`);
    if (row === undefined) return [];
    const functionMicros = query.functionId === undefined ? null : micros;
    return [{ service: query.service, functionMicros, ...summaryOf(row) }];
  });
}

async function selectBest(
  engine: Engine,
  { functionId, limit }: TracesQuery,
  condition: Condition,
  signal?: AbortSignal,
) {
  const { sql, values } =
    functionId === undefined
      ? condition
      : all([condition, stackCondition({ functionId, part: 'total' })]);
  const rows = await engine.rows<[trace: string, span: string, micros: number]>(
    {
      sql: `SELECT trace_id, span_id, toFloat64(sum(value)) AS micros FROM spans WHERE ${sql}
  GROUP BY trace_id, span_id ORDER BY micros DESC, trace_id, span_id LIMIT {limit: UInt32}`,
      values: { ...values, limit },
    },
    signal,
  );
  return rows.map(([trace, span, micros]) => ({ trace, spanId: spanIdOf(span), micros }));
}

function summaryOf(row: Row): Omit<TraceSummary, 'service' | 'functionMicros'> {
  const [
    trace,
    span,
    environment,
    version,
    instance,
    endpoint,
    name,
    from,
    to,
    samples,
    cpuMicros,
  ] = row;
  return {
    traceId: traceIdOf(trace),
    spanId: spanIdOf(span),
    name,
    environment,
    version,
    instance,
    endpoint,
    from: from * 1000,
    to: to * 1000,
    samples,
    cpuMicros,
  };
}
