import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createStorage } from '../../../server/src/storage/create-storage.ts';
import { insertRows, ROWS_PER_TRACE, traceOf } from './rows.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BUDGET_P95_MS = 100;
// Rows of one insert: the engine makes them itself, and one block of them stays below its memory limit.
const ROWS_AT_ONCE = 2_000_000;
const DAYS = 3;

const { values: args } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000000' },
    'data-dir': { type: 'string' }, // stays, so that a later run adds to it
    'seconds-max': { type: 'string', default: '270' }, // of making rows
    lookups: { type: 'string', default: '200' }, // of each kind; 0 only makes rows
    arriving: { type: 'string', default: '0' }, // rows of `spans` a second, while lookups are measured
    out: { type: 'string', default: 'test/.artifacts/spans.json' },
  },
});

const dataDir = args['data-dir'] ?? mkdtempSync(join(tmpdir(), 'flamehouse-bench-'));
const now = Date.now();
const retention = { rawMs: 7 * DAY_MS, minuteMs: DAY_MS, hourMs: DAY_MS, spansMs: 4 * DAY_MS };
const { engine, store, close } = await createStorage({
  dataDir,
  clickHouse: { url: null, user: 'default', password: '', database: 'flamehouse' },
  retention,
  spoolBytesMax: 2 ** 30,
  diskBytesMin: 2 ** 30,
});

try {
  await makeRows(Number(args.rows));
  if (Number(args.lookups) > 0) await measure(Number(args.lookups), Number(args.arriving));
} finally {
  await close();
  if (args['data-dir'] === undefined) rmSync(dataDir, { recursive: true, force: true });
}

async function number(sql: string): Promise<number> {
  const rows = await engine.rows<[number]>({ sql: `SELECT toFloat64(${sql})`, values: {} });
  return rows[0]![0];
}

function count(table: string): Promise<number> {
  return number(`(SELECT count() FROM ${table})`);
}

/** Rows over three days, up to this moment. Every insert covers an hour, as uploads would. */
async function makeRows(wanted: number): Promise<void> {
  const start = performance.now();
  const startSeconds = Math.floor((now - DAYS * DAY_MS) / 1_000);
  const secondOf = (trace: string) => `${startSeconds} + (${trace} / ${wanted}) * ${DAYS * 86_400}`;
  let rows = await count('spans');
  while (rows < wanted && performance.now() - start < Number(args['seconds-max']) * 1_000) {
    await insertRows(engine, { first: rows, count: ROWS_AT_ONCE, secondOf });
    rows += ROWS_AT_ONCE;
    const seconds = (performance.now() - start) / 1_000;
    process.stderr.write(`${rows / 1e6} M rows after ${seconds.toFixed(0)} s\n`);
  }
}

/** Rows of this moment, once a second, until it is told to stop. Gives how many there were. */
async function arrive(first: number, perSecond: number, signal: AbortSignal): Promise<number> {
  const each = Math.ceil(perSecond / ROWS_PER_TRACE) * ROWS_PER_TRACE;
  const start = performance.now();
  let rows = 0;
  while (!signal.aborted && each > 0) {
    const second = Math.floor(Date.now() / 1_000);
    await insertRows(engine, { first: first + rows, count: each, secondOf: () => `${second}` });
    rows += each;
    const dueMs = start + (rows / each) * 1_000 - performance.now();
    if (dueMs > 0) await sleep(dueMs, undefined, { signal }).catch(() => undefined);
  }
  return rows;
}

/** Ids of a trace, as the engine made them. */
async function idsOf(trace: number): Promise<{ traceId: string; spanId: string; inner: string }> {
  const [row] = await engine.rows<[string, string, string]>({
    sql: `SELECT lower(replaceAll(toString(${traceOf(`toUInt64(${trace})`)}), '-', '')),
      leftPad(lower(hex(cityHash64(toUInt64(${trace}), 1))), 16, '0'),
      leftPad(lower(hex(cityHash64(toUInt64(${trace}), 2))), 16, '0')`,
    values: {},
  });
  return { traceId: row![0], spanId: row![1], inner: row![2] };
}

type Lookup = (ids: Awaited<ReturnType<typeof idsOf>>) => Promise<unknown>;

async function timeOf(lookup: Lookup, lookups: number, traces: number) {
  const times: number[] = [];
  let found = 0;
  let merges = 0;
  for (let one = 0; one < lookups; one++) {
    const ids = await idsOf(((one * 7_919) % traces) * ROWS_PER_TRACE);
    const start = performance.now();
    if ((await lookup(ids)) !== null) found++;
    times.push(performance.now() - start);
    if (one % 10 === 0 && (await number('(SELECT count() FROM system.merges)')) > 0) merges += 10;
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => Number(times[Math.floor(share * (times.length - 1))]!.toFixed(1));
  const besideMergePercent = (merges / lookups) * 100;
  return {
    ...{ found, p50Ms: at(0.5), p95Ms: at(0.95), mostMs: at(1) },
    ...{ besideMergePercent, budgetMs: BUDGET_P95_MS },
  };
}

async function measure(lookups: number, arriving: number): Promise<void> {
  const rows = await count('spans');
  const traces = Math.floor(Math.min(rows, Number(args.rows)) / ROWS_PER_TRACE);
  const kinds: Record<string, Lookup> = {
    'trace by its id': ({ traceId }) => store.selectTrace({ traceId, spanId: null }),
    'trace by a local root span': ({ spanId }) => store.selectTrace({ traceId: null, spanId }),
    'trace by an inner span': ({ inner }) => store.selectTrace({ traceId: null, spanId: inner }),
  };
  const stop = new AbortController();
  const arrived = arrive(rows, arriving, stop.signal);
  const start = performance.now();
  const table: object[] = [];
  for (const [what, lookup] of Object.entries(kinds))
    table.push({ what, ...(await timeOf(lookup, lookups, traces)) });
  const seconds = (performance.now() - start) / 1_000;
  stop.abort();
  await report({ rows, table, arrivedPerSecond: Math.round((await arrived) / seconds) });
}

async function report(result: {
  readonly rows: number;
  readonly table: readonly object[];
  readonly arrivedPerSecond: number;
}): Promise<void> {
  const { rows, table, arrivedPerSecond } = result;
  const exported = await count('trace_spans');
  const parts = await engine.rows<[string, number, number]>({
    sql: `SELECT table, toFloat64(count()), toFloat64(sum(bytes_on_disk)) FROM system.parts
      WHERE active AND database = currentDatabase() AND table IN ('spans', 'trace_spans') GROUP BY table ORDER BY table`,
    values: {},
  });
  console.log(
    `${rows / 1e6} M rows of spans, ${exported / 1e6} M of trace_spans, ${arrivedPerSecond} rows a second more meanwhile, load ${loadavg()[0]!.toFixed(1)}`,
  );
  for (const [name, count, bytes] of parts)
    console.log(`${name}: ${count} parts, ${(bytes / 1e9).toFixed(2)} GB`);
  console.table(table);
  mkdirSync(dirname(args.out), { recursive: true });
  const facts = { rows, exported, arrivedPerSecond, parts, table, at: new Date() };
  writeFileSync(args.out, JSON.stringify(facts, null, 2));
}
