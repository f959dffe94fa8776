import http from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type EndpointsAnswer,
  type FoundTracesAnswer,
  functionId,
  type ServerAnswer,
  type SpanDetailAnswer,
  type WaterfallAnswer,
} from '../../proto/src/index.ts';
import { launchBrowser, openPage } from '../support/browser.ts';
import { type RunningProcess, startNode, waitFor } from '../support/processes.ts';
import {
  type FlamehouseProcess,
  getJson,
  startFlamehouse,
  temporaryDirectory,
} from '../support/server-process.ts';
import { flame, graphReady } from '../support/ui-page.ts';

const SAMPLE_HZ = 250;
const FIXTURES = 'test/fixtures/two-services';

const directory = temporaryDirectory();
const services: RunningProcess[] = [];
let flamehouse: FlamehouseProcess;
let front: string;

beforeAll(async () => {
  flamehouse = await startFlamehouse({ dataDir: directory.path, env: { FLAMEHOUSE_LOG: 'error' } });
  const back = await startService(`${FIXTURES}/back.cjs`, 'back');
  front = await startService(`${FIXTURES}/front.mjs`, 'front', { BACK_URL: back });
});
afterAll(async () => {
  await Promise.all(services.map((one) => one.stop()));
  await flamehouse?.stop();
  directory.remove();
});

async function startService(file: string, service: string, env: Record<string, string> = {}) {
  const running = startNode({
    // One thread: the clock that the routes read sees all of them, and spans are charged for their own alone.
    args: ['--single-threaded', '--require', '@flamehouse/agent/register', file],
    env: {
      ...env,
      OTEL_EXPORTER_OTLP_ENDPOINT: flamehouse.url,
      OTEL_BSP_SCHEDULE_DELAY: '200',
      FLAMEHOUSE_SERVER_URL: flamehouse.url,
      FLAMEHOUSE_SERVICE: service,
      FLAMEHOUSE_VERSION: '1.0.0',
      FLAMEHOUSE_WINDOW_MS: '1000',
      FLAMEHOUSE_SAMPLE_HZ: String(SAMPLE_HZ),
      FLAMEHOUSE_OVERHEAD_BUDGET_PERCENT: '0',
      FLAMEHOUSE_HEAP_INTERVAL_BYTES: '0',
    },
  });
  services.push(running);
  return waitFor(
    `ready line of ${service}`,
    () => /listening on (http:\S+)/.exec(running.output())?.[1],
    { seen: running.output },
  );
}

const agent = new http.Agent({ keepAlive: false, maxSockets: 2_000 });

function request<T>(path: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const sent = http.get(`${front}${path}`, { agent }, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      resolve(JSON.parse(text) as T);
    });
    sent.on('error', reject);
  });
}

const api = <T>(path: string) => getJson<T>(`${flamehouse.url}/api/v1/${path}`);

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly url: string;
}

interface Worked extends Span {
  readonly inner: string;
  readonly back: Span;
}

const MARKED = ['alphaWork', 'alphaNested', 'packAlpha', 'betaWork', 'betaNested', 'packBeta'];

/** Which of the functions that tell requests and spans apart are in the flame graph of a span. */
async function functionsOf({ traceId, spanId }: Omit<Span, 'url'>, scope: string) {
  const path = `traces/${traceId}/spans/${spanId}/flamegraph?scope=${scope}`;
  const { frames, children } = await api<SpanDetailAnswer>(path);
  return { children, functions: MARKED.filter((name) => frames.name.includes(name)) };
}

test('a span has the functions of its request, and of no other, across two services', async () => {
  const names = ['alpha', 'beta', 'alpha', 'beta'] as const;
  const done = await Promise.all(names.map((name) => request<Worked>(`/priced/${name}`)));
  for (const [row, { traceId, spanId, inner, back, url }] of done.entries()) {
    const trace = await waitFor(`both sides of trace ${traceId}`, async () => {
      const answer = await fetch(`${flamehouse.url}/api/v1/traces/${traceId}`);
      if (!answer.ok) return undefined;
      const found = (await answer.json()) as WaterfallAnswer;
      const both = found.spans.filter(({ source }) => source === 'both').map((one) => one.spanId);
      return [spanId, inner, back.spanId].every((id) => both.includes(id)) && found.complete
        ? found
        : undefined;
    });
    const Name = names[row] === 'alpha' ? 'Alpha' : 'Beta';
    expect(trace.services).toEqual(['front', 'back']);
    expect(
      trace.spans.map(({ depth, service, name, kind }) => `${depth} ${service} ${name} ${kind}`),
    ).toEqual([
      '0 front GET server',
      '1 front price internal',
      '1 front GET client',
      '2 back GET server',
    ]);
    expect(trace.spans[0]).toMatchObject({ endpoint: 'GET /priced/:name', error: false });
    expect(url).toBe(`${flamehouse.url}/trace/${traceId}/span/${spanId}`);
    expect(back.url).toBe(`${flamehouse.url}/trace/${traceId}/span/${back.spanId}`);

    const own = `${names[row]}Work`;
    const nested = `${names[row]}Nested`;
    expect(await functionsOf({ traceId, spanId }, 'span')).toEqual({
      functions: [own],
      children: 'excluded',
    });
    expect(await functionsOf({ traceId, spanId: inner }, 'span')).toMatchObject({
      functions: [nested],
    });
    const both = await functionsOf({ traceId, spanId }, 'subtree');
    expect(both).toEqual({ functions: [own, nested], children: 'included' });
    const packed = await functionsOf({ traceId, spanId: back.spanId }, 'subtree');
    expect(packed.functions).toEqual([`pack${Name}`]);
  }
  await expectPages(done[0]!);
});

/** What people see who follow the links that the agent put into the spans of the first request. */
async function expectPages({ url, inner, spanId, back }: Worked): Promise<void> {
  const browser = await launchBrowser();
  const { page, close } = await openPage(browser, { reducedMotion: true });
  const shown = async (address: string) => {
    await page.goto(address);
    await graphReady(page);
    const has = await Promise.all(MARKED.map((name) => flame(page).has(name)));
    return MARKED.filter((_, row) => has[row]);
  };
  expect(await shown(`${url}?scope=subtree`)).toEqual(['alphaWork', 'alphaNested']);
  expect(await shown(`${url}?scope=span`)).toEqual(['alphaWork']);
  expect(await shown(`${url.replace(spanId, inner)}?scope=span`)).toEqual(['alphaNested']);
  expect(await shown(`${back.url}?scope=span`)).toEqual(['packAlpha']);
  await close();
  await browser.close();
}

const REQUESTS = 1_000;
interface Cpu {
  readonly process: number;
  readonly thread: number;
}

const SLICE_MICROS = 2_000; // of front.mjs
const PERIOD_MICROS = 1e6 / SAMPLE_HZ;

/** 5 to 200 ms, most of them short: 12 s in all, in an order that mixes them. */
function costMicros(index: number): number {
  const place = ((index * 617) % REQUESTS) / (REQUESTS - 1);
  return Math.round(5_000 * 40 ** (place ** 10));
}

/**
 * What all spans together may be off by beyond sampling: on a busy machine a tick is worth more in one window
 * than in another. Alone the share was 1.01 to 1.02, beside two busy loops 1.01 to 1.04 (2026-11-20).
 */
const CLOCKS = 0.02;

/**
 * What a span's CPU may be off by, from sampling alone: a slice of length s is hit by a tick with
 * probability s / T, each hit counts T, and slices are independent, because others run in between.
 */
function expectedDeviation(micros: number): number {
  const slice = Math.min(SLICE_MICROS, micros);
  return Math.sqrt(micros * PERIOD_MICROS * (1 - slice / PERIOD_MICROS));
}

/** Once the window in which the last request ended was accepted, and what was accepted is in every table. */
async function allStored(place: string): Promise<true> {
  let seen = '';
  return waitFor(
    'windows of all requests in every table',
    async () => {
      const { endpoints } = await api<EndpointsAnswer>(`endpoints?${place}`);
      const { spool } = await api<ServerAnswer>('server');
      seen = `${endpoints.requests[0]} requests, ${JSON.stringify(spool)}`;
      return (endpoints.requests[0] === REQUESTS && spool.bytes === 0) || undefined;
    },
    { deadlineMs: 60_000, intervalMs: 250, seen: () => seen },
  );
}

test('CPU of 1,000 concurrent spans agrees with what they measured, within sampling error', async () => {
  const from = Date.now() - 60_000;
  const before = await request<Cpu>('/cpu');
  const done = await Promise.all(
    Array.from({ length: REQUESTS }, (_, index) =>
      request<{ traceId: string; micros: number }>(`/burn/${costMicros(index)}`),
    ),
  );
  const after = await request<Cpu>('/cpu');
  // The clock inside a span counts the agent's own thread too, which no span is charged for.
  const ofThread = (after.thread - before.thread) / (after.process - before.process);
  const measured = done.reduce((sum, { micros }) => sum + micros * ofThread, 0);
  const burn = functionId({ name: 'burn', file: `${FIXTURES}/front.mjs`, kind: 'user' });
  const place = `service=front&from=${from}&to=now&endpoint=GET%20/burn/:micros`;
  await allStored(place);
  const { traces } = await api<FoundTracesAnswer>(`functions/${burn}/traces?${place}&limit=1000`);
  const attributed = new Map(traces.map((one) => [one.traceId, one.functionMicros!]));
  const spans = done
    .map((one) => ({ micros: one.micros * ofThread, found: attributed.get(one.traceId) ?? 0 }))
    .sort((a, b) => a.micros - b.micros);
  const residuals = spans.map(({ micros, found }) => (found - micros) / expectedDeviation(micros));
  const dispersion = residuals.reduce((sum, z) => sum + z * z, 0) / REQUESTS;
  const share = spans.reduce((sum, { found }) => sum + found, 0) / measured;
  // Ten groups by cost, against each other: what is common to all of them is judged by the share.
  const chiSquare = Array.from({ length: 10 }, (_, group) => {
    const ofGroup = spans.slice(group * 100, group * 100 + 100);
    const sum = ofGroup.reduce((total, { micros, found }) => total + found - micros * share, 0);
    const variance = ofGroup.reduce(
      (total, { micros }) => total + expectedDeviation(micros) ** 2,
      0,
    );
    return sum ** 2 / variance;
  }).reduce((a, b) => a + b, 0);
  const far = residuals.filter((z) => Math.abs(z) > 3).length;
  const text = `thread ${ofThread}, share ${share}, dispersion ${dispersion}, chi-square ${chiSquare}, beyond 3: ${far}`;
  const deviation = Math.hypot(...spans.map(({ micros }) => expectedDeviation(micros))) / measured;
  expect(Math.abs(share - 1), text).toBeLessThan(4 * deviation + CLOCKS);
  expect(dispersion, text).toBeGreaterThan(0.3);
  expect(dispersion, text).toBeLessThan(1.5);
  expect(chiSquare, text).toBeLessThan(37.7); // once in 50,000 runs, were it chance alone
  expect(far, text).toBeLessThan(15);
});
