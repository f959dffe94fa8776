import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  EndpointsAnswer,
  HeapGrowthAnswer,
  ServerAnswer,
  SpanFlamegraphAnswer,
} from '../../../proto/src/index.ts';
import { functionId } from '../../../proto/src/index.ts';
import { buildTestApp, multipart, type TestApp } from '../../support/server-app.ts';
import { INNER_SPAN_ID, SPAN_ID, TRACE_ID } from '../../support/server-fake-details.ts';
import { FAKE_NOW_MS } from '../../support/server-fake-store.ts';
import { printTree } from '../../support/server-tree.ts';

const FOLDED = `
  main@src/main.ts:1;search@src/search.ts:8 120
  main@src/main.ts:1                         20
`;
const SEARCH = functionId({ name: 'search', file: 'src/search.ts', kind: 'user' });

let server: TestApp;
beforeAll(async () => {
  server = await buildTestApp({ folded: FOLDED });
});
afterAll(() => server.app.close());

async function getJson<T>(path: string): Promise<T> {
  const response = await server.app.inject(`/api/v1/${path}`);
  expect(response.statusCode, response.body).toBe(200);
  return response.json<T>();
}

describe('endpoints', () => {
  const names = async (query: string) => {
    const answer = await getJson<EndpointsAnswer>(`endpoints?service=checkout${query}`);
    return answer.endpoints.endpoint;
  };

  test('have values per request where requests were counted, and none by division by 0', async () => {
    const answer = await getJson<EndpointsAnswer>('endpoints?service=checkout');
    expect(answer).toMatchObject({ cpuMicros: 85_000, wallMicros: 99_000, rows: 3 });
    expect(answer.endpoints).toEqual({
      endpoint: ['GET /search', 'POST /checkout', ''],
      cpuMicros: [60_000, 20_000, 5_000],
      wallMicros: [70_000, 20_000, 9_000],
      requests: [30, 0, null],
      errors: [3, 0, null],
      requestsPerSecond: [0.01, 0, null],
      errorShare: [0.1, null, null],
      cpuMicrosPerRequest: [2_000, null, null],
      durationMicrosMean: [30_000, null, null],
    });
  });

  test.each([
    ['&sort=wall', ['GET /search', 'POST /checkout', '']],
    ['&sort=name', ['', 'GET /search', 'POST /checkout']],
    ['&sort=perRequest', ['GET /search', '', 'POST /checkout']],
    ['&sort=name&limit=1&offset=1', ['GET /search']],
    ['&search=CHECK', ['POST /checkout']],
  ])('%s', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });
});

describe('traces', () => {
  test('are found by their id in any case, and by a span alone', async () => {
    const byTrace = await getJson(`traces/${TRACE_ID.toUpperCase()}`);
    expect(server.store.questions).toContainEqual({ traceId: TRACE_ID, spanId: null });
    const bySpan = await getJson(`spans/${SPAN_ID}`);
    expect(server.store.questions).toContainEqual({ traceId: null, spanId: SPAN_ID });
    expect(bySpan).toEqual(byTrace);
  });

  test.each([
    [
      `traces/${'1'.repeat(32)}`,
      'TRACE_NOT_SAMPLED',
      `nothing is known of trace ${'1'.repeat(32)}`,
    ],
    [
      `traces/${'0'.repeat(32)}`,
      'TRACE_NOT_SAMPLED',
      `nothing is known of trace ${'0'.repeat(32)}`,
    ],
    [`spans/${'1'.repeat(16)}`, 'SPAN_NOT_SAMPLED', `nothing is known of span ${'1'.repeat(16)}`],
    [
      `traces/${TRACE_ID}/spans/${'1'.repeat(16)}/flamegraph`,
      'SPAN_NOT_SAMPLED',
      `nothing is known of span ${'1'.repeat(16)} in trace ${TRACE_ID}`,
    ],
  ])('%s has no sample, and the answer says why that is usual', async (path, code, message) => {
    const response = await server.app.inject(`/api/v1/${path}`);
    expect(response.statusCode).toBe(404);
    expect(response.json()).toEqual({ code, message, help: expect.stringContaining('no sample') });
  });

  test.each(['traces/12', 'spans/main', `traces/${TRACE_ID}/spans/1/flamegraph`])(
    '%s is no id',
    async (path) => {
      const response = await server.app.inject(`/api/v1/${path}`);
      expect(response.json()).toMatchObject({ code: 'QUERY_PARAMETER_INVALID' });
    },
  );

  test('of a function name the CPU in it', async () => {
    const url = `functions/${SEARCH}/traces?service=checkout&endpoint=GET%20/search&limit=3`;
    expect(await getJson(url)).toMatchObject({
      traces: [{ spanId: SPAN_ID, functionMicros: 30_000 }],
    });
    expect(server.store.questions.at(-1)).toEqual({
      service: 'checkout',
      range: { from: FAKE_NOW_MS - 3_600_000, to: FAKE_NOW_MS },
      endpoint: 'GET /search',
      functionId: SEARCH,
      sort: 'cpu',
      limit: 3,
      offset: 0,
    });
    expect(await getJson('traces?service=checkout')).toMatchObject({
      traces: [{ functionMicros: null }],
    });
  });

  test('are filtered in milliseconds and sorted', async () => {
    const filters = 'minDurationMs=1.5&maxDurationMs=20&minCpuMs=3&error=true&sort=duration';
    await getJson(`traces?service=checkout&${filters}&offset=20`);
    expect(server.store.questions.at(-1)).toMatchObject({
      ...{ minDurationMicros: 1_500, maxDurationMicros: 20_000, minCpuMicros: 3_000 },
      ...{ error: true, sort: 'duration', limit: 20, offset: 20 },
    });
  });
});

describe('the flame graph of a span', () => {
  const url = `traces/${TRACE_ID}/spans/${SPAN_ID}/flamegraph`;

  test('says how sure a share of few samples is', async () => {
    const answer = await getJson<SpanFlamegraphAnswer>(url);
    expect(printTree(answer)).toEqual([
      '(root) total=140 self=0',
      '  main total=140 self=20',
      '    search total=120 self=120',
    ]);
    expect(answer).toMatchObject({ scope: 'span', children: 'excluded', samples: 14, spans: 1 });
    // z / (2 sqrt(14 + z^2)) by hand.
    expect(answer.uncertainty!.halfWidth).toBeCloseTo(0.232, 3);
    expect(answer.uncertainty!.hint).toBe(
      '14 samples: a share of 50 % may be off by 23 points. scope=similar has more.',
    );
  });

  test('takes scope, range, views and formats', async () => {
    await getJson(`${url}?scope=similar&aroundMs=600000&type=wall`);
    expect(server.store.questions.at(-1)).toEqual({
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      scope: 'similar',
      type: 'wall:wall:nanoseconds:wall:nanoseconds',
      aroundMs: 600_000,
      speed: 'all',
    });
    const bottomUp = await getJson<SpanFlamegraphAnswer>(`${url}?view=bottom-up&x=only:${SEARCH}`);
    expect(printTree(bottomUp)).toEqual([
      '(root) total=120 self=0',
      '  search total=120 self=0',
      '    main total=120 self=120',
    ]);
    const folded = await server.app.inject(`/api/v1/${url}?format=folded`);
    expect(folded.body).toBe('main;search 120\nmain 20\n');
    expect(folded.headers['content-disposition']).toContain('checkout-cpu-');
  });

  test('zeros stand for a trace that is not known', async () => {
    await getJson(url.replace(TRACE_ID, '0'.repeat(32)));
    expect(server.store.questions.at(-1)).toMatchObject({ traceId: null, spanId: SPAN_ID });
  });

  test('a span without samples of its own is not there', async () => {
    const response = await server.app.inject(`/api/v1/${url.replace(SPAN_ID, INNER_SPAN_ID)}`);
    expect(response.statusCode).toBe(404);
  });
});

test('stalls widen their range to whole seconds', async () => {
  await getJson(
    'stalls?service=checkout&from=1795000000001&to=1795000001001&instance=one&offset=5',
  );
  expect(server.store.questions.at(-1)).toEqual({
    service: 'checkout',
    range: { from: 1_795_000_000_000, to: 1_795_000_002_000 },
    instance: 'one',
    limit: 100,
    offset: 5,
  });
});

test('heap growth is of what is in use', async () => {
  const answer = await getJson<HeapGrowthAnswer>('heap/growth?service=checkout');
  expect(answer).toMatchObject({ unit: 'bytes', rows: 1, sites: { slopeLowPerHour: [990.25] } });
  expect(server.store.questions.at(-1)).toMatchObject({
    type: 'memory:inuse_space:bytes:space:bytes',
  });
  const response = await server.app.inject('/api/v1/heap/growth?service=checkout&type=cpu');
  expect(response.json().message).toBe('type is "cpu": it must be one of heap, heap-objects');
});

test('the server counts uploads since it started, also stalls', async () => {
  const counted = await buildTestApp();
  const meta = {
    uploadId: '0b0e7a52-93d5-4d3c-8a4e-3d6a7b1c2d3e',
    service: 'checkout',
    from: '1',
    to: '2',
    stalls: [
      { from: '1', durationMs: 200 },
      { from: '1', durationMs: 300 },
    ],
  };
  const parts = multipart([
    { name: 'meta', body: JSON.stringify(meta) },
    { name: 'cpu', fileName: 'cpu.pb.gz', body: 'bytes' },
  ]);
  const upload = { method: 'POST', url: '/api/v1/profiles' } as const;
  await counted.app.inject({ ...upload, ...parts });
  await counted.app.inject(upload);
  const answer = (await counted.app.inject('/api/v1/server')).json<ServerAnswer>();
  expect(answer.uploads).toEqual({
    stored: 1,
    bytes: parts.payload.length,
    samples: 3,
    rejected: { INGEST_BODY_EMPTY: 1 },
  });
  expect(answer).toMatchObject({ startedAt: FAKE_NOW_MS, retention: { spansMs: 3 * 86_400_000 } });
  const metrics = (await counted.app.inject('/metrics')).body;
  expect(metrics).toContain('flamehouse_ingest_stalls_total 2');
  await counted.app.close();
});

test.each(['endpoints', 'endpoints/series', 'traces', 'stalls', 'heap/growth'])(
  '%s needs a service',
  async (path) => {
    const response = await server.app.inject(`/api/v1/${path}`);
    expect(response.json()).toMatchObject({ message: 'parameter service is missing' });
  },
);

test.each([
  `endpoints?service=a&filter={}`,
  `traces/${TRACE_ID}?service=a`,
  `stalls?service=a&type=cpu`,
  `server?x=1`,
  `functions/${SEARCH}/callers?service=a&format=pprof`,
])('%s has an unknown parameter', async (path) => {
  const response = await server.app.inject(`/api/v1/${path}`);
  expect(response.json()).toMatchObject({
    code: 'QUERY_PARAMETER_INVALID',
    message: expect.stringContaining('is unknown'),
  });
});
