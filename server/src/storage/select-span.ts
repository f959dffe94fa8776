import type { SelectedSpan, SpanQuery } from './detail-store.ts';
import type { Engine } from './engine.ts';
import { spansOf } from './select-trace.ts';
import { all, type Condition, epochSeconds } from './selection-sql.ts';
import { spanIdValue } from './span-ids.ts';
import type { StackNames } from './stack-names.ts';

interface Found {
  readonly inTrace: Condition & { readonly traceId: string | null };
  readonly isRoot: boolean;
  readonly service: string;
  readonly version: string;
  readonly endpoint: string;
  readonly name: string;
  readonly middleSeconds: number;
}

interface Scoped {
  readonly rows: Condition;
  readonly children: SelectedSpan['children'];
  readonly countedBy: string; // what a span of the answer is, as columns
}

const ROW_BYTES = 16;

/** The stacks of a span, of it with its children, or of spans like it. Null when nothing was sampled in it. */
export async function selectSpan(
  { engine, names }: { readonly engine: Engine; readonly names: StackNames },
  query: SpanQuery,
  signal?: AbortSignal,
): Promise<SelectedSpan | null> {
  const span = await findSpan(engine, query, signal);
  if (span === null) return null;
  const { rows, children, countedBy } = scoped(span, query);
  const condition = all([rows, { sql: 'type = {type: String}', values: { type: query.type } }]);
  const [bytes, facts] = await Promise.all([
    engine.binary(
      {
        sql: `SELECT stack_id, toFloat64(sum(value)) FROM spans WHERE ${condition.sql} GROUP BY stack_id`,
        values: condition.values,
      },
      signal,
    ),
    engine.rows<[samples: number, spans: number, from: number, to: number]>(
      {
        sql: `SELECT toFloat64(sum(ticks)), toFloat64(uniqExact(${countedBy})),
    toUInt32(min(window_start)), toUInt32(max(window_start + seconds))
  FROM spans WHERE ${condition.sql}`,
        values: condition.values,
      },
      signal,
    ),
  ]);
  const [samples, spans, first, last] = facts[0]!;
  const found = first > 0; // Without rows of the type both ends are 0.
  const range = {
    from: (found ? first : span.middleSeconds) * 1000,
    to: (found ? last : span.middleSeconds) * 1000,
  };
  const count = bytes.length / ROW_BYTES;
  const ids = Array.from({ length: count }, (_, row) => bytes.readBigUInt64LE(row * ROW_BYTES));
  const values = Float64Array.from({ length: count }, (_, row) =>
    bytes.readDoubleLE(row * ROW_BYTES + 8),
  );
  const idsQuery = {
    sql: `SELECT stack_id FROM spans WHERE ${condition.sql}`,
    values: condition.values,
  };
  const named = await names.resolve({ service: span.service, ids, idsQuery }, signal);
  const { service, version, name, endpoint } = span;
  return {
    stacks: { range, tier: 'raw', ...named, values },
    span: { traceId: span.inTrace.traceId, service, version, name, endpoint },
    children,
    samples,
    spans,
  };
}

async function findSpan(
  engine: Engine,
  { traceId, spanId }: SpanQuery,
  signal?: AbortSignal,
): Promise<Found | null> {
  const inTrace = await spansOf(engine, { traceId, spanId }, signal);
  if (inTrace === null) return null;
  const span = spanIdValue(spanId);
  const rows = await engine.rows<[number, string, string, string, string, number]>(
    {
      sql: `SELECT max(span_id = {span: UInt64}), service, version,
    anyIf(endpoint, endpoint != '') AS of_endpoint,
    anyIf(span_name, active_span_id = {span: UInt64} AND span_name != '') AS name,
    toUInt32(intDiv(toUInt64(toUInt32(min(window_start))) + toUInt32(max(window_start + seconds)), 2))
  FROM spans
  WHERE ${inTrace.sql} AND (active_span_id = {span: UInt64} OR span_id = {span: UInt64})
  GROUP BY service, version ORDER BY sum(value) DESC LIMIT 1`,
      values: { ...inTrace.values, span },
    },
    signal,
  );
  const first = rows[0];
  if (first === undefined) return null;
  const [root, service, version, endpoint, name, middleSeconds] = first;
  return { inTrace, isRoot: root === 1, service, version, endpoint, name, middleSeconds };
}

/**
 * The rows of a scope.
 *
 * Samples name their local root span and their innermost span, and nothing in between: all children
 * of a local root are known, those of an inner span are not.
 */
function scoped(span: Found, { spanId, scope, aroundMs }: SpanQuery): Scoped {
  const { inTrace, isRoot } = span;
  if (scope === 'similar') return similar(span, aroundMs);
  const own = scope === 'subtree' && isRoot ? 'span_id' : 'active_span_id';
  return {
    rows: all([
      inTrace,
      { sql: `${own} = {ownSpan: UInt64}`, values: { ownSpan: spanIdValue(spanId) } },
    ]),
    children: scope === 'span' ? 'excluded' : isRoot ? 'included' : 'unknown',
    countedBy: 'active_span_id',
  };
}

/** A request is like those of its endpoint, whatever ran in them; an inner span like those of its name. */
function similar(
  { isRoot, service, version, endpoint, name, middleSeconds }: Found,
  aroundMs: number,
): Scoped {
  const wholeRequests = isRoot && endpoint !== '';
  const half = aroundMs / 2;
  const parts: Condition[] = [
    {
      sql: 'service = {service: String} AND version = {version: String} AND endpoint = {endpoint: String}',
      values: { service, version, endpoint },
    },
    {
      sql: `window_start >= toDateTime({from: UInt32}, 'UTC') AND window_start < toDateTime({to: UInt32}, 'UTC')`,
      values: {
        from: epochSeconds(middleSeconds * 1000 - half),
        to: epochSeconds(middleSeconds * 1000 + half),
      },
    },
  ];
  if (!wholeRequests) parts.push({ sql: 'span_name = {name: String}', values: { name } });
  return {
    rows: all(parts),
    children: wholeRequests ? 'included' : 'excluded',
    countedBy: wholeRequests ? 'trace_id, span_id' : 'active_span_id',
  };
}
