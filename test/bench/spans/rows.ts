import type { Engine } from '../../../server/src/storage/engine.ts';

// Of a trace: 20 rows of `spans` (stacks in two spans), and 4 of `trace_spans`.
export const ROWS_PER_TRACE = 20;

/** Rows that one insert makes. */
export interface Made {
  readonly first: number; // number of the first row, a multiple of ROWS_PER_TRACE
  readonly count: number;
  /** Epoch seconds of a row as SQL, from the number of its trace. */
  readonly secondOf: (trace: string) => string;
}

/** The id of the trace that a row number belongs to, as SQL; the same number gives the same id. */
export function traceOf(number: string): string {
  return `reinterpretAsUUID(concat(reinterpretAsString(sipHash64(${number})), reinterpretAsString(cityHash64(${number}))))`;
}

/** Rows of `spans` and of `trace_spans` for the same traces, which the engine makes itself. */
export async function insertRows(engine: Engine, made: Made): Promise<void> {
  await engine.command(sampledSql(made));
  await engine.command(exportedSql(made));
}

function sampledSql({ first, count, secondOf }: Made): string {
  const trace = `(${first} + intDiv(number, ${ROWS_PER_TRACE}) * ${ROWS_PER_TRACE})`;
  return `INSERT INTO spans (trace_id, span_id, active_span_id, service, environment, version, instance,
       endpoint, span_name, type, window_start, seconds, stack_id, value, ticks)
     SELECT ${traceOf(trace)}, cityHash64(${trace}, 1), cityHash64(${trace}, 1 + number % 2),
       concat('service-', toString(cityHash64(${trace}) % 20)), 'production', '1.0.0',
       concat('instance-', toString(cityHash64(${trace}) % 40)),
       concat('GET /route-', toString(sipHash64(${trace}) % 30)), if(number % 2 = 0, 'GET', 'db'),
       'process_cpu:cpu:nanoseconds:cpu:nanoseconds', toDateTime(toUInt32(${secondOf(trace)}), 'UTC'), 15,
       cityHash64(number) % 5000, 10000, 1
     FROM numbers(${count}) SETTINGS max_threads = 2`;
}

function exportedSql({ first, count, secondOf }: Made): string {
  return `INSERT INTO trace_spans (trace_id, span_id, parent_span_id, local_root, service, environment,
       version, instance, name, kind, endpoint, started_at, duration, status, status_message, error,
       http_status, attributes, kept_because, weight)
     SELECT ${traceOf('trace')}, cityHash64(trace, 1 + part), if(part = 0, 0, cityHash64(trace, 1)),
       part = 0, concat('service-', toString(cityHash64(trace) % 20)), '', '1.0.0', '',
       if(part = 0, 'GET', 'db'), if(part = 0, 'server', 'internal'),
       if(part = 0, concat('GET /route-', toString(sipHash64(trace) % 30)), ''),
       toDateTime64(${secondOf('trace')}, 6, 'UTC'),
       cityHash64(trace) % 1000000, 'unset', '', 0, 200,
       map('http.request.method', 'GET', 'url.path', concat('/', toString(trace))), 'samples', 1
     FROM (
       SELECT ${first} + intDiv(number, 4) * ${ROWS_PER_TRACE} AS trace, number % 4 AS part
       FROM numbers(${(count / ROWS_PER_TRACE) * 4})
     )`;
}
