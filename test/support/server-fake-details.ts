import type { SpanSummary } from '../../proto/src/index.ts';
import type {
  ExportedSpan,
  SelectedAgent,
  SelectedEndpointSeries,
  SelectedEndpoints,
  SelectedGrowth,
  SelectedSpan,
  SelectedStalls,
  SelectedTrace,
  SelectedTraces,
  StoreFacts,
} from '../../server/src/storage/detail-store.ts';
import type { IngestStatus, SelectedStacks } from '../../server/src/storage/profile-store.ts';

export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
export const SPAN_ID = '00f067aa0ba902b7';
export const INNER_SPAN_ID = 'b7ad6b7169203331';

/** What the fake store answers about endpoints, spans, stalls and memory, at a time. */
export function fakeDetails(nowMs: number, stacks: SelectedStacks) {
  const range = { from: nowMs - 3_600_000, to: nowMs };
  const root: SpanSummary = {
    traceId: TRACE_ID,
    spanId: SPAN_ID,
    localRootSpanId: SPAN_ID,
    name: 'GET',
    service: 'checkout',
    environment: 'production',
    version: '1.1.0',
    instance: 'one',
    endpoint: 'GET /search',
    from: nowMs - 30_000,
    to: nowMs - 15_000,
    samples: 14,
    cpuMicros: 140_000,
    wallMicros: 141_000,
  };
  const inner = { ...root, spanId: INNER_SPAN_ID, name: 'db', samples: 4, cpuMicros: 40_000 };
  const endpoints: SelectedEndpoints = {
    range,
    tier: 'raw',
    coveredSeconds: 3_000,
    endpoints: [
      { endpoint: '', cpuMicros: 5_000, wallMicros: 9_000, requests: null },
      {
        endpoint: 'GET /search',
        cpuMicros: 60_000,
        wallMicros: 70_000,
        requests: { count: 30, errors: 3, durationMicros: 900_000 },
      },
      {
        endpoint: 'POST /checkout',
        cpuMicros: 20_000,
        wallMicros: 20_000,
        requests: { count: 0, errors: 0, durationMicros: 0 },
      },
    ],
  };
  const trace: SelectedTrace = {
    traceId: TRACE_ID,
    samples: 18,
    cpuMicros: 180_000,
    wallMicros: 181_000,
    sampled: [root, inner],
    exported: exportedSpans(nowMs),
    cut: 0,
    stalls: [{ spanId: SPAN_ID, from: nowMs - 19_900, durationMicros: 120_000 }],
  };
  const agent: SelectedAgent = {
    ...{ instances: ['one', 'two'], sampleHz: 99, labelled: true, kept: true },
    lastSeenMs: nowMs - 10_000,
  };
  const noAgent: SelectedAgent = {
    ...{ instances: [], sampleHz: null, labelled: false, kept: true },
    lastSeenMs: null,
  };
  const span: SelectedSpan = {
    ...{ stacks, span: root, children: 'excluded', samples: 14, spans: 1 },
    durationMicros: 412_000,
    similar: null,
  };
  const { localRootSpanId: _, ...request } = root;
  const traces: SelectedTraces = {
    rows: 30,
    exported: 12,
    traces: [
      {
        ...request,
        functionMicros: null,
        kind: 'server',
        startMicros: (nowMs - 20_000) * 1_000,
        durationMicros: 412_000,
        error: false,
        httpStatus: 200,
      },
    ],
  };
  const endpointSeries: SelectedEndpointSeries = {
    range: { from: nowMs - 60_000, to: nowMs },
    tier: 'raw',
    stepMs: 30_000,
    timesMs: [nowMs - 60_000, nowMs - 30_000],
    series: [
      {
        endpoint: 'GET /search',
        cores: [0.25, null],
        requestsPerSecond: [5, null],
        errorShare: [0.1, null],
        cpuMicrosPerRequest: [50_000, null],
        durationMicrosMean: [62_000, null],
      },
    ],
  };
  const { frames } = stacks;
  const stalls: SelectedStalls = {
    rows: 2,
    durationMicros: 620_000,
    frames,
    stacks: stacks.stacks.map((stack) => [...stack]),
    stalls: {
      from: [nowMs - 20_000, nowMs - 40_000],
      durationMicros: [500_000, 120_000],
      service: ['checkout', 'checkout'],
      environment: ['production', 'production'],
      version: ['1.1.0', '1.1.0'],
      instance: ['one', 'two'],
      endpoint: ['GET /search', ''],
      traceId: [TRACE_ID, null],
      spanId: [SPAN_ID, null],
      stacks: [stacks.stacks.map((_, row) => row), []],
    },
  };
  const growth = {
    start: 1_000,
    end: 2_000,
    growth: 1_000,
    slopePerHour: 1_050.5,
    slopeLowPerHour: 990.25,
    slopeHighPerHour: 1_110.75,
  };
  const heapGrowth: SelectedGrowth = {
    range,
    tier: 'raw',
    stepMs: 60_000,
    points: 60,
    total: growth,
    rows: 1,
    frames,
    sites: stacks.stacks.slice(0, 1).map((stack) => ({
      functionId: frames.functionId[stack.at(-1)!]!,
      stack: [...stack],
      growth,
    })),
  };
  const facts: StoreFacts = {
    retention: {
      rawMs: 7 * 86_400_000,
      minuteMs: 30 * 86_400_000,
      hourMs: 400 * 86_400_000,
      spansMs: 3 * 86_400_000,
    },
    engine: { kind: 'embedded', version: '26.7.1.1' },
    dataBytes: 12_345,
    tables: {
      name: ['samples', 'spans'],
      rows: [100, 0],
      bytes: [12_345, 0],
      oldest: [range.from, null],
    },
  };
  const status: IngestStatus = {
    spoolBytes: 4_096,
    spoolBytesMax: 2 ** 30,
    segments: 1,
    setAside: 0,
    diskFreeBytes: 10 ** 9,
    diskTotalBytes: 10 ** 10,
    diskFreeBytesMin: 2 ** 29,
  };
  return {
    ...{
      endpoints,
      endpointSeries,
      trace,
      agent,
      noAgent,
      traces,
      span,
      stalls,
      heapGrowth,
      facts,
      status,
    },
  };
}

/** The request, a call that it made, and what was called; the inner sampled span was not exported. */
function exportedSpans(nowMs: number): ExportedSpan[] {
  const root: ExportedSpan = {
    spanId: SPAN_ID,
    parentSpanId: null,
    localRoot: true,
    service: 'checkout',
    environment: 'production',
    version: '1.1.0',
    instance: '',
    name: 'GET /search',
    kind: 'server',
    endpoint: 'GET /search',
    startMicros: (nowMs - 20_000) * 1_000,
    durationMicros: 412_000,
    status: 'unset',
    statusMessage: '',
    error: false,
    attributes: { 'http.request.method': 'GET', 'http.response.status_code': '200' },
  };
  const call: ExportedSpan = {
    ...root,
    spanId: '1111111111111111',
    parentSpanId: SPAN_ID,
    localRoot: false,
    name: 'GET',
    kind: 'client',
    endpoint: '',
    startMicros: root.startMicros + 5_000,
    durationMicros: 90_000,
    status: 'error',
    statusMessage: 'timed out',
    error: true,
    attributes: {},
  };
  const called: ExportedSpan = {
    ...call,
    spanId: '2222222222222222',
    parentSpanId: call.spanId,
    localRoot: true,
    service: 'inventory',
    kind: 'server',
    status: 'unset',
    statusMessage: '',
    error: false,
  };
  return [root, call, called];
}
