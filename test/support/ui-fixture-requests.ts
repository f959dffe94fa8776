import type {
  EndpointSeriesAnswer,
  EndpointsAnswer,
  FoundTrace,
  FoundTracesAnswer,
  ServerAnswer,
  SpanDetailAnswer,
  SpanScope,
  StallsAnswer,
} from '@flamehouse/proto';
import { fixtureWaterfall, spanNumber } from './ui-fixture-trace.ts';
import { type FixtureNode, flamegraphOf, parseTree } from './ui-fixture-tree.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** The span of the design's trace page, in ms of CPU. */
const SPAN_TREE = `
all | root | 180
  priceCart | src/pricing/price-cart.ts | 180
    loadPriceRules | src/pricing/rules.ts | 160
      deserializeConfig | src/pricing/config.ts | 150
        JSON.parse | native | 100
        normaliseRule | src/pricing/config.ts | 30
          structuredClone | native | 20
        validate | ajv | 20
          validate14 | ajv | 10
      get | lru-cache | 10
    applyDiscounts | src/pricing/discounts.ts | 20
      matchRule | src/pricing/discounts.ts | 10
`;

/** Fast spans do the same without the expensive part. */
const FAST_TREE = `
all | root | 900
  priceCart | src/pricing/price-cart.ts | 900
    applyDiscounts | src/pricing/discounts.ts | 620
      matchRule | src/pricing/discounts.ts | 500
    loadPriceRules | src/pricing/rules.ts | 200
      get | lru-cache | 180
`;

export const FIXTURE_TRACE = '7c1f09be5d3a4c2b9e8f7a6b5c4d41e2';

/** Answers about requests, as the server gives them; undefined for another path. */
export function requestAnswer(path: string, params: URLSearchParams): unknown {
  const profile = /^traces\/([0-9a-f]{32})\/spans\/([0-9a-f]{16})\/flamegraph$/.exec(path);
  if (profile !== null) return spanProfile(profile[2]!, params);
  if (/^traces\/[0-9a-f]{32}$/.test(path)) return fixtureWaterfall(path.slice(7), {});
  if (/^spans\/[0-9a-f]{16}$/.test(path)) return fixtureWaterfall(FIXTURE_TRACE, {});
  if (/^functions\/[0-9a-f]{16}\/traces$/.test(path)) return foundTraces(params, true);
  const range = { from: Number(params.get('from')), to: Number(params.get('to')) };
  switch (path) {
    case 'traces':
      return foundTraces(params, false);
    case 'endpoints':
      return endpoints(range, params);
    case 'endpoints/series':
      return endpointSeries(range, params);
    case 'stalls':
      return stalls(range, params);
    case 'server':
      return serverAnswer();
    default:
      return undefined;
  }
}

interface Times {
  readonly from: number;
  readonly to: number;
}

function spanProfile(spanId: string, params: URLSearchParams): SpanDetailAnswer {
  const scope = (params.get('scope') ?? 'span') as SpanScope;
  const speed = (params.get('speed') ?? 'all') as SpanDetailAnswer['speed'];
  const { spans } = fixtureWaterfall(FIXTURE_TRACE, {});
  const span = spans.find((one) => one.spanId === spanId) ?? spans[0]!;
  const similar = scope === 'similar';
  const samples = similar ? 640 : scope === 'span' ? span.samples : span.subtree.samples;
  const tree: FixtureNode = parseTree(speed === 'fast' ? FAST_TREE : SPAN_TREE);
  const type = params.get('type') === 'wall' ? 'wall' : 'process_cpu';
  const head = {
    service: span.service,
    type: `${type}:cpu:nanoseconds:cpu:nanoseconds`,
    unit: 'microseconds',
    from: span.from,
    to: span.to,
  } as const;
  return {
    ...flamegraphOf(samples === 0 ? { ...tree, total: 0, children: [] } : tree, head, {
      scale: (samples * 10_000) / tree.total,
    }),
    traceId: FIXTURE_TRACE,
    spanId,
    name: span.name,
    endpoint: span.endpoint,
    version: span.version,
    scope,
    children: scope === 'span' ? 'excluded' : 'included',
    samples,
    spans: similar ? 412 : 1,
    uncertainty: samples < 20 ? { halfWidth: 0.21, hint: '' } : null,
    durationMicros: span.durationMicros,
    speed,
    similar: similar
      ? { spans: 1_930, medianMicros: 71_000, p95Micros: 182_000, rank: 0.97 }
      : null,
  };
}

function foundTraces(params: URLSearchParams, ofFunction: boolean): FoundTracesAnswer {
  const to = Number(params.get('to'));
  const service = params.get('service') ?? '';
  const all: FoundTrace[] = Array.from({ length: 34 }, (_, i) => {
    const exported = i % 9 !== 8;
    const cpuMicros = Math.round(251_000 / (1 + i * 0.31));
    const startMicros = (to - 40_000 - i * 97_000) * 1000;
    return {
      traceId: i === 0 ? FIXTURE_TRACE : `${spanNumber(i * 7919 + 11)}${spanNumber(i * 104_729)}`,
      spanId: spanNumber(i + 1),
      name: 'POST',
      service,
      environment: 'production',
      version: '4f2c1e9',
      instance: `pod-${'abcdef'[i % 6]}`,
      endpoint: i % 4 === 3 ? 'GET /v2/tenants/:tenantId/carts/:cartId/lines' : 'POST /checkout',
      from: startMicros / 1000 - 9_000,
      to: startMicros / 1000 + 6_000,
      samples: Math.max(1, Math.round(cpuMicros / 10_000)),
      cpuMicros,
      functionMicros: ofFunction ? Math.round(cpuMicros * 0.6) : null,
      kind: exported ? 'server' : null,
      startMicros: exported ? startMicros : null,
      durationMicros: exported ? Math.round(cpuMicros * (1.3 + (i % 5))) : null,
      error: exported ? i % 7 === 2 : null,
      httpStatus: exported ? (i % 7 === 2 ? 503 : 200) : null,
      wallMicros: cpuMicros,
      url: null,
    };
  });
  const number = (name: string): number => Number(params.get(name) ?? 0);
  const rows = all.filter(
    (one) =>
      (number('minDurationMs') === 0 ||
        (one.durationMicros ?? -1) >= number('minDurationMs') * 1000) &&
      one.cpuMicros >= number('minCpuMs') * 1000 &&
      (params.get('error') !== 'true' || one.error === true) &&
      (params.get('endpoint') === null || one.endpoint === params.get('endpoint')),
  );
  const limit = Number(params.get('limit') ?? 20);
  return {
    service,
    from: Number(params.get('from')),
    to,
    sort: 'cpu',
    rows: rows.length,
    exported: rows.filter(({ startMicros }) => startMicros !== null).length,
    traces: rows.slice(0, limit),
  };
}

const ROUTES = [
  ['POST /checkout', 2.36, 190, 0.004],
  ['GET /v2/tenants/:tenantId/carts/:cartId/lines', 0.92, 610, 0],
  ['', 0.63, null, null],
  ['GET /healthz', 0.2, 40, 0],
  ['GET /cart/:id', 0.1, 88, 0.021],
] as const;

function endpoints({ from, to }: Times, params: URLSearchParams): EndpointsAnswer {
  const seconds = (to - from) / 1000;
  const search = (params.get('search') ?? '').toLowerCase();
  const routes = ROUTES.filter(([endpoint]) => endpoint.toLowerCase().includes(search));
  const ofRate = (value: (rate: number, cores: number, errors: number) => number) =>
    routes.map(([, cores, rate, errors]) => (rate === null ? null : value(rate, cores, errors)));
  return {
    service: params.get('service') ?? '',
    from,
    to,
    tier: 'raw',
    coveredSeconds: seconds,
    cpuMicros: ROUTES.reduce((sum, [, cores]) => sum + cores, 0) * seconds * 1e6,
    wallMicros: 9 * seconds * 1e6,
    rows: routes.length,
    endpoints: {
      endpoint: routes.map(([endpoint]) => endpoint),
      cpuMicros: routes.map(([, cores]) => cores * seconds * 1e6),
      wallMicros: routes.map(([, cores]) => cores * 1.4 * seconds * 1e6),
      requests: ofRate((rate) => Math.round(rate * seconds)),
      errors: ofRate((rate, _, errors) => Math.round(rate * seconds * errors)),
      requestsPerSecond: ofRate((rate) => rate),
      errorShare: ofRate((_, __, errors) => errors),
      cpuMicrosPerRequest: ofRate((rate, cores) => (cores / rate) * 1e6),
      durationMicrosMean: ofRate((rate, cores) => (cores / rate) * 4e6),
    },
  };
}

function endpointSeries({ from, to }: Times, params: URLSearchParams): EndpointSeriesAnswer {
  const stepMs = Number(params.get('stepMs'));
  const endpoint = params.get('endpoint') ?? '';
  const [, cores, rate] = ROUTES.find(([name]) => name === endpoint) ?? ['', 1, 10];
  const first = Math.ceil(from / stepMs) * stepMs;
  const timesMs = Array.from(
    { length: Math.floor((to - first) / stepMs) },
    (_, i) => first + i * stepMs,
  );
  const wave = (size: number | null) =>
    timesMs.map((at) =>
      size === null
        ? null
        : size * (1 + 0.08 * Math.sin(at / 400_000) + 0.03 * Math.sin(at / 37_000)),
    );
  return {
    service: params.get('service') ?? '',
    from,
    to,
    stepMs,
    tier: 'raw',
    timesMs,
    series: [
      {
        endpoint,
        cores: wave(cores),
        requestsPerSecond: wave(rate),
        errorShare: timesMs.map(() => (rate === null ? null : 0)),
        cpuMicrosPerRequest: wave(rate === null ? null : (cores / rate) * 1e6),
        durationMicrosMean: wave(rate === null ? null : (cores / rate) * 4e6),
      },
    ],
  };
}

function stalls({ from, to }: Times, params: URLSearchParams): StallsAnswer {
  const tree = flamegraphOf(
    parseTree(SPAN_TREE),
    { service: 'checkout', type: 'cpu', unit: 'microseconds', from, to },
    {},
  );
  const { frames } = tree;
  const stack = (...names: string[]) => names.map((name) => frames.name.indexOf(name));
  const rows = [
    ['POST /checkout', 812, [0], FIXTURE_TRACE, spanNumber(5)],
    ['', 404, [], null, null],
    ['POST /checkout', 231, [0, 1], FIXTURE_TRACE, spanNumber(1)],
    ['GET /v2/tenants/:tenantId/carts/:cartId/lines', 120, [1], null, null],
  ] as const;
  const shown = rows.filter(
    ([endpoint]) => params.get('endpoint') === null || params.get('endpoint') === endpoint,
  );
  const micros = shown.map(([, ms]) => ms * 1000);
  return {
    from,
    to,
    rows: shown.length,
    durationMicros: micros.reduce((sum, one) => sum + one, 0),
    frames,
    stacks: [
      stack('priceCart', 'loadPriceRules', 'deserializeConfig', 'JSON.parse'),
      stack('priceCart', 'applyDiscounts', 'matchRule'),
    ],
    stalls: {
      from: shown.map((_, i) => Math.round(from + (to - from) * (0.2 + 0.21 * i))),
      durationMicros: micros,
      service: shown.map(() => params.get('service') ?? ''),
      environment: shown.map(() => 'production'),
      version: shown.map(() => '4f2c1e9'),
      instance: shown.map((_, i) => `checkout-7d9f6c5b8-${'abcd'[i]}x2vq`),
      endpoint: shown.map(([endpoint]) => endpoint),
      traceId: shown.map(([, , , traceId]) => traceId),
      spanId: shown.map(([, , , , spanId]) => spanId),
      stacks: shown.map(([, , stacks]) => [...stacks]),
    },
  };
}

function serverAnswer(): ServerAnswer {
  const day = 86_400_000;
  const nowMs = Date.now();
  return {
    version: '0.1.0',
    startedAt: nowMs - 3 * day,
    engine: { kind: 'embedded', version: '26.7.2.1' },
    retention: { rawMs: 7 * day, minuteMs: 30 * day, hourMs: 400 * day, spansMs: 3 * day },
    disk: {
      freeBytes: 74.3 * GiB,
      totalBytes: 252 * GiB,
      freeBytesMin: 512 * MiB,
      dataBytes: 41.8 * GiB,
    },
    tables: {
      name: ['samples', 'spans', 'migrations'],
      rows: [412_000_000, 96_000_000, 5],
      bytes: [30.2 * GiB, 11.6 * GiB, 1_600],
      oldest: [nowMs - 7 * day, nowMs - 3 * day, null],
    },
    spool: { bytes: 1.3 * MiB, bytesMax: GiB, segments: 2, setAside: 1 },
    uploads: {
      stored: 1_204_118,
      bytes: 58 * GiB,
      samples: 310_000_000,
      rejected: { INGEST_NOT_PPROF: 12, PROFILE_TIME_OUT_OF_RANGE: 3 },
    },
  };
}
