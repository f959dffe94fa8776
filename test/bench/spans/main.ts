import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createStorage } from '../../../server/src/storage/create-storage.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BUDGET_P95_MS = 100;
// Rows of one insert: the engine makes them itself, and one block of them stays below its memory limit.
const ROWS_AT_ONCE = 2_000_000;
const DAYS = 3;
const LOOKUPS = 200;
// Of a trace: 20 rows of `spans` (stacks in two spans), and 4 of `trace_spans`.
const ROWS_PER_TRACE = 20;

const { values: args } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000000' },
    'data-dir': { type: 'string' }, // stays, so that a later run adds to it
    'seconds-max': { type: 'string', default: '270' }, // of making rows
    out: { type: 'string', default: 'test/.artifacts/spans.json' },
  },
});

const dataDir = args['data-dir'] ?? mkdtempSync(join(tmpdir(), 'flamehouse-bench-'));
const now = Date.now();
const retention = { rawMs: 7 * DAY_MS, minuteMs: DAY_MS, hourMs: DAY_MS, spansMs: 4 * DAY_MS };
const storage = await createStorage({
  dataDir,
  clickHouse: { url: null, user: 'default', password: '', database: 'flamehouse' },
  retention,
  spoolBytesMax: 2 ** 30,
  diskBytesMin: 2 ** 30,
});

try {
  await makeRows(Number(args.rows));
  await measure();
} finally {
  await storage.close();
  if (args['data-dir'] === undefined) rmSync(dataDir, { recursive: true, force: true });
}

/** The id of the trace that a row number belongs to, as SQL; the same number gives the same id. */
function traceOf(number: string): string {
  return `reinterpretAsUUID(concat(reinterpretAsString(sipHash64(${number})), reinterpretAsString(cityHash64(${number}))))`;
}

async function count(table: string): Promise<number> {
  const rows = await storage.engine.rows<[number]>({
    sql: `SELECT toFloat64(count()) FROM ${table}`,
    values: {},
  });
  return rows[0]![0];
}

async function makeRows(wanted: number): Promise<void> {
  const start = performance.now();
  let rows = await count('spans');
  const startSeconds = Math.floor((now - DAYS * DAY_MS) / 1_000);
  while (rows < wanted && performance.now() - start < Number(args['seconds-max']) * 1_000) {
    const trace = `(${rows} + intDiv(number, ${ROWS_PER_TRACE}) * ${ROWS_PER_TRACE})`;
    // Every insert covers an hour, as uploads would.
    const second = `${startSeconds} + toUInt32((${trace} / ${wanted}) * ${DAYS * 86_400})`;
    await storage.engine.command(
      `INSERT INTO spans (trace_id, span_id, active_span_id, service, environment, version, instance,
         endpoint, span_name, type, window_start, seconds, stack_id, value, ticks)
       SELECT ${traceOf(trace)}, cityHash64(${trace}, 1), cityHash64(${trace}, 1 + number % 2),
         concat('service-', toString(cityHash64(${trace}) % 20)), 'production', '1.0.0',
         concat('instance-', toString(cityHash64(${trace}) % 40)),
         concat('GET /route-', toString(sipHash64(${trace}) % 30)), if(number % 2 = 0, 'GET', 'db'),
         'process_cpu:cpu:nanoseconds:cpu:nanoseconds', toDateTime(${second}, 'UTC'), 15,
         cityHash64(number) % 5000, 10000, 1
       FROM numbers(${ROWS_AT_ONCE}) SETTINGS max_threads = 2`,
    );
    await storage.engine.command(
      `INSERT INTO trace_spans (trace_id, span_id, parent_span_id, local_root, service, environment,
         version, instance, name, kind, endpoint, started_at, duration, status, status_message, error,
         http_status, attributes, kept_because, weight)
       SELECT ${traceOf('trace')}, cityHash64(trace, 1 + part), if(part = 0, 0, cityHash64(trace, 1)),
         part = 0, concat('service-', toString(cityHash64(trace) % 20)), '', '1.0.0', '',
         if(part = 0, 'GET', 'db'), if(part = 0, 'server', 'internal'),
         if(part = 0, concat('GET /route-', toString(sipHash64(trace) % 30)), ''),
         toDateTime64(${startSeconds} + (trace / ${wanted}) * ${DAYS * 86_400}, 6, 'UTC'),
         cityHash64(trace) % 1000000, 'unset', '', 0, 200,
         map('http.request.method', 'GET', 'url.path', concat('/', toString(trace))), 'samples', 1
       FROM (
         SELECT ${rows} + intDiv(number, 4) * ${ROWS_PER_TRACE} AS trace, number % 4 AS part
         FROM numbers(${(ROWS_AT_ONCE / ROWS_PER_TRACE) * 4})
       )`,
    );
    rows += ROWS_AT_ONCE;
    const seconds = (performance.now() - start) / 1_000;
    process.stderr.write(`${rows / 1e6} M rows after ${seconds.toFixed(0)} s\n`);
  }
}

/** Ids of a trace, as the engine made them. */
async function idsOf(trace: number): Promise<{ traceId: string; spanId: string; inner: string }> {
  const [row] = await storage.engine.rows<[string, string, string]>({
    sql: `SELECT lower(replaceAll(toString(${traceOf(`toUInt64(${trace})`)}), '-', '')),
      leftPad(lower(hex(cityHash64(toUInt64(${trace}), 1))), 16, '0'),
      leftPad(lower(hex(cityHash64(toUInt64(${trace}), 2))), 16, '0')`,
    values: {},
  });
  return { traceId: row![0], spanId: row![1], inner: row![2] };
}

async function measure(): Promise<void> {
  const rows = await count('spans');
  const traces = Math.floor(rows / ROWS_PER_TRACE);
  const lookups: Record<string, (ids: Awaited<ReturnType<typeof idsOf>>) => Promise<unknown>> = {
    'trace by its id': ({ traceId }) => storage.store.selectTrace({ traceId, spanId: null }),
    'trace by a local root span': ({ spanId }) =>
      storage.store.selectTrace({ traceId: null, spanId }),
    'trace by an inner span': ({ inner }) =>
      storage.store.selectTrace({ traceId: null, spanId: inner }),
  };
  const table: object[] = [];
  for (const [what, ask] of Object.entries(lookups)) {
    const times: number[] = [];
    let found = 0;
    for (let one = 0; one < LOOKUPS; one++) {
      const ids = await idsOf(((one * 7_919) % traces) * ROWS_PER_TRACE);
      const start = performance.now();
      if ((await ask(ids)) !== null) found++;
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    const at = (share: number) => Number(times[Math.floor(share * (times.length - 1))]!.toFixed(1));
    table.push({
      what,
      found,
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      mostMs: at(1),
      budgetMs: BUDGET_P95_MS,
    });
  }
  const exported = await count('trace_spans');
  const parts = await storage.engine.rows<[string, number, number]>({
    sql: `SELECT table, toFloat64(count()), toFloat64(sum(bytes_on_disk)) FROM system.parts
      WHERE active AND database = currentDatabase() AND table IN ('spans', 'trace_spans') GROUP BY table ORDER BY table`,
    values: {},
  });
  console.log(
    `${rows / 1e6} M rows of spans, ${exported / 1e6} M of trace_spans, load ${loadavg()[0]!.toFixed(1)}`,
  );
  for (const [name, count, bytes] of parts)
    console.log(`${name}: ${count} parts, ${(bytes / 1e9).toFixed(2)} GB`);
  console.table(table);
  mkdirSync(dirname(args.out), { recursive: true });
  writeFileSync(
    args.out,
    JSON.stringify({ rows, exported, parts, table, at: new Date() }, null, 2),
  );
}
