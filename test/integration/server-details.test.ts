import { afterAll, beforeAll, expect, test } from 'vitest';
import type {
  EndpointsAnswer,
  FlamegraphAnswer,
  FunctionSeriesAnswer,
  FunctionsAnswer,
  HeapGrowthAnswer,
  SeriesAnswer,
  ServerAnswer,
  SpanFlamegraphAnswer,
  StallsAnswer,
  TraceAnswer,
  TracesAnswer,
} from '../../proto/src/index.ts';
import { readConfig } from '../../server/src/config.ts';
import { type RunningServer, startServer } from '../../server/src/start-server.ts';
import { waitFor } from '../support/processes.ts';
import { multipart } from '../support/server-app.ts';
import { getJson as get, temporaryDirectory } from '../support/server-process.ts';
import { printTree } from '../support/server-tree.ts';
import { AGENT_CPU, pprof } from '../support/server-upload.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const ROOT = '00f067aa0ba902b7';
const INNER = 'b7ad6b7169203331';
const MINUTE_MS = 60_000;
const start = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 20 * MINUTE_MS;
const from = `from=${start}&to=${start + 15 * MINUTE_MS}&service=checkout`;

const directory = temporaryDirectory();
let server: RunningServer;

const span = `endpoint=GET /search, trace_id=${TRACE}, span_id=${ROOT}, span_name=GET`;
const CPU_TEXT = `
  main;search | 6 60000000 60000000 | ${span}
  main;search;load | 4 40000000 40000000 | ${span.replace('GET,', 'db,')}, active_span_id=${INNER}, stall=0
  main | 1 10000000 10000000`;

beforeAll(async () => {
  const env = {
    FLAMEHOUSE_DATA_DIR: directory.path,
    FLAMEHOUSE_PORT: '0',
    FLAMEHOUSE_LOG: 'error',
  };
  server = await startServer(readConfig(env));
  for (let minute = 0; minute < 12; minute++) await upload(minute);
  // Samples are inserted last: CPU of the first window, and the mean of 15,000 to 26,000 bytes over all.
  await waitFor('every window in the samples', async () => {
    const cpu = await getJson<FunctionsAnswer>(`functions?${from}`);
    const heap = await getJson<FunctionsAnswer>(`functions?${from}&type=heap`);
    return cpu.total === 110_000 && heap.total === 20_500 ? true : undefined;
  });
});
afterAll(async () => {
  await server?.stop();
  directory.remove();
});

/** One window of a minute over HTTP, as an agent sends it; the first one has requests and a stall. */
async function upload(minute: number): Promise<void> {
  const startMs = start + minute * MINUTE_MS;
  const nanos = (ms: number) => String(BigInt(ms) * 1_000_000n);
  const stall = { durationMs: 250, traceId: TRACE, spanId: ROOT, endpoint: 'GET /search' };
  const requests = { endpoint: 'GET /search', count: 5, errors: 1, durationSumNanos: '500000000' };
  const meta = {
    uploadId: `0b0e7a52-93d5-4d3c-8a4e-3d6a7b1c2d${String(minute).padStart(2, '0')}`,
    service: 'checkout',
    version: '1.0.0',
    instance: 'one',
    from: nanos(startMs),
    to: nanos(startMs + MINUTE_MS),
    agent: { version: '0.1.0' },
    ...(minute === 0
      ? { endpoints: [requests], stalls: [{ from: nanos(startMs + 1_000), ...stall }] }
      : {}),
  };
  const profile = { startMs, durationMs: MINUTE_MS };
  const heap = pprof({
    ...profile,
    types: [{ type: 'inuse_space', unit: 'bytes' }],
    text: `main;remember | ${10_000 + 1_000 * minute}\nmain;steady | 5000`,
  });
  const cpu = pprof({ ...profile, types: AGENT_CPU, text: CPU_TEXT });
  const { payload, headers } = multipart([
    { name: 'meta', body: JSON.stringify(meta) },
    ...(minute === 0 ? [{ name: 'cpu', fileName: 'cpu.pb.gz', body: cpu }] : []),
    { name: 'heap', fileName: 'heap.pb.gz', body: heap },
  ]);
  const request = { method: 'POST', headers, body: new Uint8Array(payload) };
  const response = await fetch(`${server.url}/api/v1/profiles`, request);
  expect(response.status, await response.text()).toBe(200);
}

const getJson = <T>(path: string) => get<T>(`${server.url}/api/v1/${path}`);

test('from the table to a function, its callers, its history and its traces', async () => {
  const table = await getJson<FunctionsAnswer>(`functions?${from}&search=load`);
  const [load] = table.functions.id;
  expect(table.functions.self).toEqual([40_000]);
  const callers = await getJson<FlamegraphAnswer>(`functions/${load}/callers?${from}`);
  expect(printTree(callers)).toEqual([
    '(root) total=40000 self=0',
    '  load total=40000 self=0',
    '    search total=40000 self=0',
    '      main total=40000 self=40000',
  ]);
  const only = await getJson<FlamegraphAnswer>(`flamegraph?${from}&x=from:${load}&view=bottom-up`);
  expect(only.total).toBe(40_000);
  const history = await getJson<FunctionSeriesAnswer>(
    `functions/${load}/series?${from}&stepMs=${MINUTE_MS}`,
  );
  expect(history.series).toMatchObject([{ timesMs: [start], self: [0.04 / 60], all: [0.11 / 60] }]);
  const { traces } = await getJson<TracesAnswer>(`functions/${load}/traces?${from}`);
  expect(traces).toMatchObject([
    { traceId: TRACE, spanId: ROOT, cpuMicros: 100_000, functionMicros: 40_000, samples: 10 },
  ]);
});

test('from a trace to its spans and their stacks', async () => {
  const trace = await getJson<TraceAnswer>(`traces/${TRACE}`);
  expect(await getJson(`spans/${INNER}`)).toEqual(trace);
  expect(trace.spans.map(({ spanId, samples }) => [spanId, samples])).toEqual([
    [ROOT, 6],
    [INNER, 4],
  ]);
  const inner = await getJson<SpanFlamegraphAnswer>(`traces/${TRACE}/spans/${INNER}/flamegraph`);
  expect(printTree(inner).at(-1)).toBe('      load total=40000 self=40000');
  expect(inner.uncertainty!.hint).toContain('4 samples');
  const whole = await getJson<SpanFlamegraphAnswer>(
    `traces/${TRACE}/spans/${ROOT}/flamegraph?scope=subtree`,
  );
  expect([whole.total, whole.samples, whole.children]).toEqual([100_000, 10, 'included']);
});

test('endpoints, also over time', async () => {
  const { endpoints } = await getJson<EndpointsAnswer>(`endpoints?${from}`);
  expect(endpoints).toMatchObject({
    endpoint: ['GET /search', ''],
    cpuMicros: [100_000, 10_000],
    cpuMicrosPerRequest: [20_000, null],
    durationMicrosMean: [100_000, null],
    errorShare: [0.2, null],
  });
  const { series } = await getJson<SeriesAnswer>(`series?${from}&groupBy=endpoint`);
  expect(series.map(({ labels }) => labels['endpoint'])).toEqual(['', 'GET /search']);
});

test('a stall has its span and what ran in it', async () => {
  const { stalls, stacks, frames } = await getJson<StallsAnswer>(`stalls?${from}`);
  expect(stalls).toMatchObject({
    from: [start + 1_000],
    durationMicros: [250_000],
    traceId: [TRACE],
    spanId: [ROOT],
  });
  const names = stacks[stalls.stacks[0]![0]!]!.map((frame) => frames.name[frame]);
  expect(names).toEqual(['main', 'search', 'load']);
});

test('what grows in the heap comes first', async () => {
  const { sites, frames, points } = await getJson<HeapGrowthAnswer>(`heap/growth?${from}`);
  expect(points).toBe(12);
  expect(sites.stack.map((stack) => frames.name[stack.at(-1)!])).toEqual(['remember', 'steady']);
  expect(sites.growth).toEqual([11_000, 0]);
  expect(sites.slopeLowPerHour[0]).toBeCloseTo(60_000, 3);
});

test('the server says what it holds', async () => {
  const { tables, engine, uploads } = await getJson<ServerAnswer>('server');
  expect(engine.kind).toBe('embedded');
  expect(tables.rows[tables.name.indexOf('stalls')]).toBe(1);
  expect(uploads.stored).toBe(12);
});
