import type { SpanKind, TraceAgent, WaterfallAnswer, WaterfallSpan } from '@flamehouse/proto';

/**
 * The trace of the design's page: indent, name | service | start ms | took ms | CPU ms with children |
 * samples with children | flags.
 */
const SPANS = `
POST /checkout | checkout | 0 | 412 | 251 | 25 | server
  authenticate | checkout | 2 | 14 | 11 | 1
  cart.load | checkout | 17 | 41 | 5 | 0
    SELECT cart_items | postgres | 19 | 35 | 0 | 0
  cart.price | checkout | 60 | 204 | 179 | 18
    rules.load | checkout | 62 | 169 | 159 | 16 | stall
      GET /rules | config | 63 | 8 | 2 | 0 | error
  stock.reserve | checkout | 265 | 53 | 39 | 4
    POST /reservations | inventory | 268 | 46 | 31 | 3 | server
      UPDATE stock | postgres | 290 | 19 | 0 | 0
  AsyncLocalStorageContextManager.bindPromiseToActiveSpanOfTheOutgoingPaymentRequest | checkout | 319 | 69 | 16 | 1
    POST /charges | payments | 322 | 63 | 12 | 1 | server
      POST card gateway | external | 330 | 51 | 0 | 0
  reply | checkout | 406 | 6 | 1 | 1
`;

const SAMPLED = { state: 'spans', instances: ['pod-a'], sampleHz: 99 } as const;
const NOT_SAMPLED = { state: 'absent', instances: [], sampleHz: null, lastSeen: null } as const;
const AGENTS: readonly TraceAgent[] = [
  { service: 'checkout', ...SAMPLED, lastSeen: Date.UTC(2026, 10, 20, 12, 50) },
  { service: 'postgres', ...NOT_SAMPLED },
  { service: 'config', ...NOT_SAMPLED, lastSeen: Date.UTC(2026, 10, 20, 11, 3) },
  { service: 'external', ...NOT_SAMPLED },
];

const START_MS = Date.UTC(2026, 10, 20, 12, 41, 7, 220);

/** A span id that a reader recognises by its number. */
export const spanNumber = (n: number): string => n.toString(16).padStart(16, '0');

interface Line {
  readonly depth: number;
  readonly cells: readonly string[];
}

function parse(text: string): readonly Line[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({
      depth: /^ */.exec(line)![0].length / 2,
      cells: line.trim().split(' | '),
    }));
}

/** The design's trace; `otlp: false` is the same seen from samples alone, `repeat` makes it long. */
export function fixtureWaterfall(
  traceId: string,
  options: { readonly otlp?: boolean; readonly repeat?: number },
): WaterfallAnswer {
  const { otlp = true, repeat = 1 } = options;
  const once = parse(SPANS);
  const lines = [once[0]!, ...Array.from({ length: repeat }, () => once.slice(1)).flat()];
  const all = lines.map((_, row) => spanOf(lines, row, traceId));
  const spans = otlp ? all : sampledOnly(all);
  const [root] = spans;
  return {
    traceId,
    from: START_MS - 7_220,
    to: START_MS + 7_780,
    samples: root!.subtree.samples,
    cpuMicros: root!.subtree.cpuMicros,
    wallMicros: root!.subtree.wallMicros,
    rows: spans.length,
    spans,
    startMicros: otlp ? START_MS * 1000 : null,
    durationMicros: otlp ? 412_000 : null,
    complete: otlp,
    incomplete: otlp ? null : 'no-otlp',
    missing: otlp ? 0 : spans.length,
    services: [...new Set(spans.map(({ service }) => service))],
    agents: otlp ? AGENTS : [],
    url: `https://jaeger.example.com/trace/${traceId}`,
  };
}

function spanOf(lines: readonly Line[], row: number, traceId: string): WaterfallSpan {
  const { depth, cells } = lines[row]!;
  const [name, service, start, took, cpu, samples, flags = ''] = cells as [
    string,
    string,
    string,
    string,
    string,
    string,
    string?,
  ];
  const parentRow = lines.slice(0, row).findLastIndex((line) => line.depth === depth - 1);
  const below = lines.slice(row + 1).findIndex((line) => line.depth <= depth);
  const under = lines.slice(row + 1, below < 0 ? lines.length : row + 1 + below);
  const children = under.filter((line) => line.depth === depth + 1);
  const rest = (cell: number): number =>
    children.reduce((sum, line) => sum + Number(line.cells[cell]), 0);
  const kind: SpanKind = flags.includes('server') ? 'server' : 'internal';
  const cpuMicros = Number(cpu) * 1000;
  const sampled = Number(samples) > 0;
  return {
    traceId,
    spanId: spanNumber(row + 1),
    localRootSpanId: spanNumber(1),
    name: name!,
    service: service!,
    environment: 'production',
    version: '4f2c1e9',
    instance: 'pod-a',
    endpoint: kind === 'server' ? name! : '',
    from: START_MS - 7_220,
    to: START_MS + 7_780,
    samples: Math.max(0, Number(samples) - rest(5)),
    cpuMicros: Math.max(0, cpuMicros - rest(4) * 1000),
    wallMicros: cpuMicros,
    source: sampled ? 'both' : 'otlp',
    kind,
    parentSpanId: parentRow < 0 ? null : spanNumber(parentRow + 1),
    localRoot: kind === 'server',
    depth,
    children: children.length,
    startMicros: (START_MS + Number(start)) * 1000,
    durationMicros: Number(took) * 1000,
    status: flags.includes('error') ? 'error' : 'unset',
    statusMessage: flags.includes('error') ? 'connect ECONNREFUSED 10.0.4.17:8080' : '',
    error: flags.includes('error'),
    attributes: {},
    subtree: { samples: Number(samples), cpuMicros, wallMicros: cpuMicros },
    cpuShare: Number(cpu) / Number(took),
    stalls: flags.includes('stall') ? [{ from: START_MS + 80, durationMicros: 132_000 }] : [],
    url: null,
  };
}

/** What is left of a trace when nobody exported it: local roots and sampled spans, without times. */
function sampledOnly(spans: readonly WaterfallSpan[]): WaterfallSpan[] {
  return spans
    .filter(({ samples, depth }) => depth === 0 || samples > 0)
    .map((span, row, kept) => ({
      ...span,
      source: 'samples',
      kind: null,
      parentSpanId: row === 0 ? null : kept[0]!.spanId,
      depth: row === 0 ? 0 : 1,
      children: row === 0 ? kept.length - 1 : 0,
      startMicros: null,
      durationMicros: null,
      status: null,
      statusMessage: '',
      error: null,
      stalls: [],
      cpuShare: null,
      subtree: row === 0 ? span.subtree : { ...span.subtree, samples: span.samples },
    }));
}
