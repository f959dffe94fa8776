import { PROFILE_TYPE_OF_ALIAS, type SpanKind } from '@flamehouse/proto';
import type { SelectedTraces, TracesQuery } from './detail-store.ts';
import type { Engine } from './engine.ts';
import { stackCondition } from './function-stacks.ts';
import { all, type Condition, epochSeconds } from './selection-sql.ts';
import { spanIdOf, spanIdValue, traceIdOf } from './span-ids.ts';

/**
 * Local root spans of a service: sampled, exported, or both.
 *
 * Two steps: which they are, over everything in the range, with as few columns as sorting and
 * filtering need; then what to show of them.
 */
export async function selectTraces(
  engine: Engine,
  query: TracesQuery,
  signal?: AbortSignal,
): Promise<SelectedTraces> {
  const best = await selectBest(engine, query, signal);
  const details = await selectDetails(engine, query, best.ids, signal);
  return {
    rows: best.rows,
    exported: best.exported,
    traces: best.ids.flatMap((id) => details.get(`${id.trace} ${id.spanId}`) ?? []),
  };
}

interface BestId {
  readonly trace: string; // as the engine writes a UUID
  readonly spanId: string;
  readonly functionMicros: number;
}

// Windows begin up to so long before a span, and spans after a window: the halves of one that lies
// across an end of the range still meet.
const EDGE_SECONDS = 60;

async function selectBest(
  engine: Engine,
  query: TracesQuery,
  signal?: AbortSignal,
): Promise<{
  readonly ids: readonly BestId[];
  readonly rows: number;
  readonly exported: number;
}> {
  const ofFunction = functionCondition(query.functionId);
  const sampled = sampledRows(query);
  const exported = exportedRows(query);
  const filter = filterOf(query);
  const rows = await engine.rows<[string, string, number, number, number]>(
    {
      sql: `SELECT trace_id, span_id, function_micros,
    toFloat64(count() OVER ()), toFloat64(sum(was_exported) OVER ())
  FROM (
    SELECT trace_id, span_id, max(inside) AS counts, toFloat64(sum(cpu)) AS cpu_micros,
      toFloat64(sum(of_function)) AS function_micros, toFloat64(max(duration)) AS duration_micros,
      max(failed) AS has_failed, max(exported) AS was_exported, max(start) AS latest
    FROM (
      SELECT trace_id, span_id, ${sampled.inside} AS inside, value AS cpu,
        if(${ofFunction.sql}, value, 0) AS of_function, toUInt64(0) AS duration, 0 AS failed,
        0 AS exported, toFloat64(toUInt32(window_start)) AS start
      FROM spans WHERE ${sampled.rows.sql}
      UNION ALL
      SELECT trace_id, span_id, ${exported.inside} AS inside, toUInt64(0) AS cpu,
        toUInt64(0) AS of_function, duration, error AS failed, 1 AS exported,
        toUnixTimestamp64Micro(started_at) / 1e6 AS start
      FROM trace_spans WHERE ${exported.rows.sql}
    )
    GROUP BY trace_id, span_id
  )
  WHERE counts = 1${filter.sql}
  ORDER BY ${orderOf(query)} DESC, trace_id, span_id
  LIMIT {limit: UInt32} OFFSET {offset: UInt32}`,
      values: {
        ...sampled.rows.values,
        ...exported.rows.values,
        ...ofFunction.values,
        ...filter.values,
        limit: query.limit,
        offset: query.offset,
      },
    },
    signal,
  );
  return {
    ids: rows.map(([trace, span, functionMicros]) => ({
      trace,
      spanId: spanIdOf(span),
      functionMicros,
    })),
    rows: rows[0]?.[3] ?? 0,
    exported: rows[0]?.[4] ?? 0,
  };
}

function functionCondition(functionId: string | undefined): Condition {
  return functionId === undefined
    ? { sql: 'true', values: {} }
    : stackCondition({ functionId, part: 'total' });
}

interface Side {
  readonly rows: Condition;
  readonly inside: string; // whether a row alone makes its span one of the answer
}

/** Samples of CPU near the range. */
function sampledRows(query: TracesQuery): Side {
  const { environment, version, instance, endpoint } = query;
  const columns = { environment, version, instance, endpoint };
  const parts = [
    timeCondition(query, 'window_start'),
    { sql: 'type = {cpu: String}', values: { cpu: PROFILE_TYPE_OF_ALIAS.cpu } },
  ];
  for (const [name, value] of Object.entries(columns)) {
    if (value !== undefined)
      parts.push({ sql: `${name} = {${name}: String}`, values: { [name]: value } });
  }
  return { rows: all(parts), inside: insideOf('window_start') };
}

/**
 * Exported local roots near the range. A sender that does not say its environment, version or route
 * adds duration and error to what was sampled, and is no match by itself. Of instances SDKs have
 * ids that agents do not know, so nothing is said about those.
 */
function exportedRows(query: TracesQuery): Side {
  const { environment, version, endpoint, instance } = query;
  const columns = { environment, version, endpoint };
  const parts: Condition[] = [
    timeCondition(query, 'started_at'),
    { sql: 'local_root = 1', values: {} },
  ];
  const matches = [insideOf('started_at')];
  for (const [name, value] of Object.entries(columns)) {
    if (value === undefined) continue;
    parts.push({ sql: `${name} IN ({${name}: String}, '')`, values: { [name]: value } });
    matches.push(`${name} = {${name}: String}`);
  }
  if (instance !== undefined) matches.push('false');
  return { rows: all(parts), inside: `(${matches.join(' AND ')})` };
}

function timeCondition({ service, range }: TracesQuery, time: string): Condition {
  return {
    sql: `service = {service: String}
        AND ${time} >= toDateTime({nearFrom: UInt32}, 'UTC') AND ${time} < toDateTime({nearTo: UInt32}, 'UTC')`,
    values: {
      service,
      nearFrom: epochSeconds(range.from - EDGE_SECONDS * 1_000),
      nearTo: epochSeconds(range.to + EDGE_SECONDS * 1_000),
      from: epochSeconds(range.from),
      to: epochSeconds(range.to),
    },
  };
}

function insideOf(time: string): string {
  return `(${time} >= toDateTime({from: UInt32}, 'UTC') AND ${time} < toDateTime({to: UInt32}, 'UTC'))`;
}

function filterOf(query: TracesQuery): Condition {
  const { minDurationMicros, maxDurationMicros, minCpuMicros, error, functionId } = query;
  const parts: Condition[] = [];
  const add = (sql: string, values: Condition['values'] = {}) => parts.push({ sql, values });
  if (functionId !== undefined) add('function_micros > 0');
  if (minDurationMicros !== undefined)
    add('duration_micros >= {minDuration: Float64}', { minDuration: minDurationMicros });
  if (maxDurationMicros !== undefined)
    add('duration_micros <= {maxDuration: Float64}', { maxDuration: maxDurationMicros });
  if (minCpuMicros !== undefined) add('cpu_micros >= {minCpu: Float64}', { minCpu: minCpuMicros });
  if (error !== undefined) add(`has_failed = ${error ? 1 : 0}`);
  const asksExport = minDurationMicros ?? maxDurationMicros ?? error;
  if (asksExport !== undefined) add('was_exported = 1');
  if (parts.length === 0) return { sql: '', values: {} };
  const { sql, values } = all(parts);
  return { sql: ` AND ${sql}`, values };
}

function orderOf({ sort, functionId }: TracesQuery): string {
  if (sort === 'duration') return 'duration_micros';
  if (sort === 'start') return 'latest';
  return functionId === undefined ? 'cpu_micros' : 'function_micros';
}

type Found = SelectedTraces['traces'][number];

type DetailRow = readonly [
  trace: string,
  span: string,
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
  exported: number,
  kind: SpanKind | '',
  start: number,
  duration: number,
  error: number,
  httpStatus: number,
];

async function selectDetails(
  engine: Engine,
  { service, functionId }: TracesQuery,
  ids: readonly BestId[],
  signal?: AbortSignal,
): Promise<Map<string, Found>> {
  if (ids.length === 0) return new Map();
  const { cpu, wall } = PROFILE_TYPE_OF_ALIAS;
  const ofIds = `trace_id IN (SELECT arrayJoin(splitByChar(',', {traces: String}))::UUID) AND span_id IN {ids: Array(UInt64)}`;
  const rows = await engine.rows<DetailRow>(
    {
      sql: `SELECT trace_id, span_id, anyIf(environment, environment != ''), anyIf(version, version != ''),
    anyIf(instance, instance != ''), anyIf(endpoint, endpoint != ''), argMax(name, rank),
    toUInt32(min(starts)), toUInt32(max(ends)), toFloat64(greatest(sum(cpu_ticks), sum(wall_ticks))),
    toFloat64(sum(cpu)), toFloat64(sum(wall)), max(exported), max(kind), max(start),
    toFloat64(max(duration)), max(error), max(http_status)
  FROM (
    SELECT trace_id, span_id, environment, version, instance, endpoint,
      if(active_span_id = span_id, span_name, '') AS name, name != '' AS rank,
      window_start AS starts, window_start + seconds AS ends,
      if(type = {cpu: String}, ticks, 0) AS cpu_ticks, if(type = {wall: String}, ticks, 0) AS wall_ticks,
      if(type = {cpu: String}, value, 0) AS cpu, if(type = {wall: String}, value, 0) AS wall,
      0 AS exported, '' AS kind, 0. AS start, toUInt64(0) AS duration, 0 AS error, 0 AS http_status
    FROM spans WHERE ${ofIds}
    UNION ALL
    SELECT trace_id, span_id, environment, version, '' AS instance, endpoint, name, 2 AS rank,
      toDateTime(started_at, 'UTC') AS starts,
      toDateTime(ceil((toUnixTimestamp64Micro(started_at) + duration) / 1e6), 'UTC') AS ends,
      0, 0, 0, 0, 1, kind, toFloat64(toUnixTimestamp64Micro(started_at)), duration, error, http_status
    FROM trace_spans WHERE ${ofIds}
  )
  GROUP BY trace_id, span_id`,
      values: {
        cpu,
        wall,
        traces: ids.map(({ trace }) => trace).join(','),
        ids: ids.map(({ spanId }) => spanIdValue(spanId)),
      },
    },
    signal,
  );
  const functionMicros = new Map(ids.map((id) => [`${id.trace} ${id.spanId}`, id.functionMicros]));
  return new Map(
    rows.map((row) => {
      const key = `${row[0]} ${spanIdOf(row[1])}`;
      const ofFunction = functionId === undefined ? null : (functionMicros.get(key) ?? null);
      return [key, foundOf(row, service, ofFunction)];
    }),
  );
}

function foundOf(row: DetailRow, service: string, functionMicros: number | null): Found {
  const exported = row[12] === 1;
  return {
    traceId: traceIdOf(row[0]),
    spanId: spanIdOf(row[1]),
    name: row[6],
    service,
    environment: row[2],
    version: row[3],
    instance: row[4],
    endpoint: row[5],
    from: row[7] * 1000,
    to: row[8] * 1000,
    samples: row[9],
    cpuMicros: row[10],
    wallMicros: row[11],
    functionMicros,
    kind: row[13] === '' ? null : row[13],
    startMicros: exported ? row[14] : null,
    durationMicros: exported ? row[15] : null,
    error: exported ? row[16] === 1 : null,
    httpStatus: row[17] === 0 ? null : row[17],
  };
}
