import type { SpanKind, SpanStatus } from '@flamehouse/proto';
import type { ExportedSpan } from './detail-store.ts';
import type { Engine } from './engine.ts';
import { spanIdOf, spanIdValue, uuidValue } from './span-ids.ts';

type Row = readonly [
  spanId: string,
  parent: string,
  localRoot: number,
  service: string,
  environment: string,
  version: string,
  instance: string,
  name: string,
  kind: SpanKind,
  endpoint: string,
  start: number,
  duration: number,
  status: SpanStatus,
  statusMessage: string,
  error: number,
  attributes: Readonly<Record<string, string>>,
  rows: number,
];

const COLUMNS = `span_id, parent_span_id, local_root, service, environment, version, instance, name, kind,
  endpoint, toFloat64(toUnixTimestamp64Micro(started_at)) AS start, toFloat64(duration), status,
  status_message, error, attributes`;

/** One of them; null when it was not exported or not kept. */
export async function selectExportedSpan(
  engine: Engine,
  { traceId, spanId }: { readonly traceId: string; readonly spanId: string },
  signal?: AbortSignal,
): Promise<ExportedSpan | null> {
  const rows = await engine.rows<Row>(
    {
      sql: `SELECT ${COLUMNS}, 1
  FROM trace_spans WHERE trace_id = {trace: UUID} AND span_id = {span: UInt64} LIMIT 1`,
      values: { trace: uuidValue(traceId), span: spanIdValue(spanId) },
    },
    signal,
  );
  return rows[0] === undefined ? null : spanOf(rows[0]);
}

/** Spans of a trace that came by OTLP, earliest first. A span that was sent twice counts once. */
export async function selectExported(
  engine: Engine,
  { traceId, limit }: { readonly traceId: string; readonly limit: number },
  signal?: AbortSignal,
): Promise<{ readonly spans: readonly ExportedSpan[]; readonly rows: number }> {
  const rows = await engine.rows<Row>(
    {
      sql: `SELECT *, toFloat64(count() OVER ())
  FROM (
    SELECT ${COLUMNS}
    FROM trace_spans WHERE trace_id = {trace: UUID}
    LIMIT 1 BY span_id
  )
  ORDER BY start, span_id
  LIMIT {limit: UInt32}`,
      values: { trace: uuidValue(traceId), limit },
    },
    signal,
  );
  return { spans: rows.map(spanOf), rows: rows[0]?.[16] ?? 0 };
}

function spanOf(row: Row): ExportedSpan {
  const parent = spanIdOf(row[1]);
  return {
    spanId: spanIdOf(row[0]),
    parentSpanId: /^0+$/.test(parent) ? null : parent,
    localRoot: row[2] === 1,
    service: row[3],
    environment: row[4],
    version: row[5],
    instance: row[6],
    name: row[7],
    kind: row[8],
    endpoint: row[9],
    startMicros: row[10],
    durationMicros: row[11],
    status: row[12],
    statusMessage: row[13],
    error: row[14] === 1,
    attributes: row[15],
  };
}
