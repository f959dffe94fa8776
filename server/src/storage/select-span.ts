import type { SimilarDurations } from '@flamehouse/proto';
import { ApiError } from '../errors.ts';
import { innerSpans } from '../spans/waterfall.ts';
import type { ExportedSpan, SelectedSpan, SpanQuery } from './detail-store.ts';
import type { Engine } from './engine.ts';
import { SummedStacks } from './named-stacks.ts';
import { readValuesByStack } from './read-columns.ts';
import { selectExportedSpan } from './select-exported.ts';
import { selectSimilar } from './select-similar.ts';
import { selectTrace, spansOf } from './select-trace.ts';
import { all, type Condition, epochSeconds } from './selection-sql.ts';
import { spanIdValue } from './span-ids.ts';
import type { StackNames } from './stack-names.ts';

interface Found {
  readonly inTrace: Condition & { readonly traceId: string | null };
  readonly exported: ExportedSpan | null;
  readonly isRoot: boolean;
  readonly isSampled: boolean;
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

/** The stacks of a span, of it with its children, or of spans like it. Null when nothing was sampled in it. */
export async function selectSpan(
  { engine, names }: { readonly engine: Engine; readonly names: StackNames },
  query: SpanQuery,
  signal?: AbortSignal,
): Promise<SelectedSpan | null> {
  const span = await findSpan(engine, query, signal);
  if (span === null) return null;
  const durationMicros = span.exported?.durationMicros ?? null;
  const exported = exportedLike(span, query.aroundMs);
  const durations =
    query.scope === 'similar'
      ? await selectSimilar(engine, exported, durationMicros, signal)
      : null;
  const { rows, children, countedBy } =
    query.scope === 'similar'
      ? similar(span, { query, exported, durations })
      : await scoped(engine, span, query, signal);
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
  const { ids, values } = readValuesByStack(bytes);
  const idsQuery = {
    sql: `SELECT stack_id FROM spans WHERE ${condition.sql}`,
    values: condition.values,
  };
  const named = await names.resolve({ service: span.service, ids, idsQuery }, signal);
  const { service, version, name, endpoint } = span;
  return {
    stacks: new SummedStacks({ range, tier: 'raw' }, named, values),
    span: { traceId: span.inTrace.traceId, service, version, name, endpoint },
    children,
    samples,
    spans,
    durationMicros,
    similar: durations,
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
  const [rows, exported] = await Promise.all([
    engine.rows<[number, string, string, string, string, number]>(
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
    ),
    inTrace.traceId === null
      ? null
      : selectExportedSpan(engine, { traceId: inTrace.traceId, spanId }, signal),
  ]);
  const first = rows[0];
  if (first === undefined) return exported === null ? null : foundExported(inTrace, exported);
  const [root, service, version, endpoint, name, middleSeconds] = first;
  const isRoot = root === 1;
  const named = name || (exported?.name ?? '');
  const place = { service, version, endpoint };
  return { inTrace, exported, isRoot, isSampled: true, ...place, name: named, middleSeconds };
}

/** A span that no sample hit. */
function foundExported(inTrace: Found['inTrace'], exported: ExportedSpan): Found {
  const { localRoot, service, version, endpoint, name, startMicros, durationMicros } = exported;
  const middleSeconds = Math.floor((startMicros + durationMicros / 2) / 1e6);
  const place = { service, version, endpoint };
  return {
    ...{ inTrace, exported, isRoot: localRoot, isSampled: false, name, middleSeconds },
    ...place,
  };
}

/**
 * The rows of a span, or of it with its children.
 *
 * Samples name their local root span and their innermost span, and nothing in between: all children
 * of a local root are known from them, those of an inner span from what was exported.
 */
async function scoped(
  engine: Engine,
  { inTrace, isRoot, exported }: Found,
  { spanId, scope }: SpanQuery,
  signal?: AbortSignal,
): Promise<Scoped> {
  const countedBy = 'active_span_id';
  const ofSpan = (column: string): Condition =>
    all([
      inTrace,
      { sql: `${column} = {ownSpan: UInt64}`, values: { ownSpan: spanIdValue(spanId) } },
    ]);
  if (scope === 'span') return { rows: ofSpan('active_span_id'), children: 'excluded', countedBy };
  if (isRoot) return { rows: ofSpan('span_id'), children: 'included', countedBy };
  const { traceId } = inTrace;
  if (exported === null || traceId === null)
    return { rows: ofSpan('active_span_id'), children: 'unknown', countedBy };
  const trace = await selectTrace(engine, { traceId, spanId: null }, signal);
  const { ids, complete } = innerSpans(trace!, spanId);
  return {
    rows: all([
      inTrace,
      { sql: 'active_span_id IN {inner: Array(UInt64)}', values: { inner: ids.map(spanIdValue) } },
    ]),
    children: complete ? 'included' : 'unknown',
    countedBy,
  };
}

/**
 * Spans like this one. A request is like those of its endpoint, whatever ran in them; an inner span
 * is like those of its name.
 *
 * Errors  QUERY_DURATION_UNKNOWN when the fast or slow ones are asked for and none was exported.
 */
function similar(
  span: Found,
  of: {
    readonly query: SpanQuery;
    readonly exported: Condition;
    readonly durations: SimilarDurations | null;
  },
): Scoped {
  const { service, version, endpoint, name } = span;
  const wholeRequests = isWholeRequest(span);
  const parts: Condition[] = [around(span, of.query.aroundMs, 'window_start')];
  for (const [column, value] of Object.entries({ service, version, endpoint })) {
    if (value === '' && !span.isSampled) continue; // What no sender said cannot be asked for.
    parts.push({ sql: `${column} = {${column}: String}`, values: { [column]: value } });
  }
  if (!wholeRequests) parts.push({ sql: 'span_name = {name: String}', values: { name } });
  const idColumn = wholeRequests ? 'span_id' : 'active_span_id';
  if (of.query.speed !== 'all') parts.push(ofSpeed(idColumn, of));
  return {
    rows: all(parts),
    children: wholeRequests ? 'included' : 'excluded',
    countedBy: wholeRequests ? 'trace_id, span_id' : 'active_span_id',
  };
}

function isWholeRequest({ isRoot, endpoint }: Found): boolean {
  return isRoot && endpoint !== '';
}

/** Exported spans like this one. A sender that does not say its version or route is taken at its name. */
function exportedLike(span: Found, aroundMs: number): Condition {
  const { service, version, endpoint, exported } = span;
  const name = exported?.name ?? span.name;
  const ofRoute = isWholeRequest(span)
    ? `local_root = 1 AND (endpoint = {endpoint: String} OR (endpoint = '' AND name = {exportedName: String}))`
    : 'name = {exportedName: String}';
  return all([
    {
      sql: `service = {service: String} AND version IN ({version: String}, '') AND ${ofRoute}`,
      values: { service, version, endpoint, exportedName: name },
    },
    around(span, aroundMs, 'started_at'),
  ]);
}

function around({ middleSeconds }: Found, aroundMs: number, time: string): Condition {
  const half = aroundMs / 2;
  return {
    sql: `${time} >= toDateTime({from: UInt32}, 'UTC') AND ${time} < toDateTime({to: UInt32}, 'UTC')`,
    values: {
      from: epochSeconds(middleSeconds * 1000 - half),
      to: epochSeconds(middleSeconds * 1000 + half),
    },
  };
}

function ofSpeed(
  idColumn: string,
  {
    query: { speed },
    exported,
    durations,
  }: {
    readonly query: SpanQuery;
    readonly exported: Condition;
    readonly durations: SimilarDurations | null;
  },
): Condition {
  if (durations === null) {
    throw new ApiError('QUERY_DURATION_UNKNOWN', `no span like this one was exported`);
  }
  const [compare, bound] =
    speed === 'fast' ? ['<=', durations.medianMicros] : ['>=', durations.p95Micros];
  return {
    sql: `${idColumn} IN (SELECT span_id FROM trace_spans WHERE ${exported.sql} AND duration ${compare} {bound: Float64})`,
    values: { ...exported.values, bound },
  };
}
