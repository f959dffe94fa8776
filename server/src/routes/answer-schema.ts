import type { JsonSchema } from './query-schema.ts';

export const string = { type: 'string' } as const;
export const integer = { type: 'integer' } as const;
export const number = { type: 'number' } as const;

/** An object in which every field is there. */
export function object(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', required: Object.keys(properties), properties };
}

export const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
export const described = (schema: JsonSchema, description: string): JsonSchema => ({
  ...schema,
  description,
});
export const strings = list(string);
export const numbers = list(number);
export const id = { type: 'string', pattern: '^[0-9a-f]{16}$' } as const;
export const epochMs = described(integer, 'Epoch milliseconds');
const unit = { type: 'string', enum: ['microseconds', 'bytes', 'count'] } as const;
const tier = { type: 'string', enum: ['raw', 'minute', 'hour'] } as const;
const kind = {
  type: 'string',
  enum: ['user', 'dependency', 'runtime', 'gc', 'native', 'idle'],
} as const;
export const kinds = list(kind);
const labels = { type: 'object', additionalProperties: string } as const;

const header = { service: string, type: string, unit, from: epochMs, to: epochMs, tier };
const functionColumns = { name: strings, file: strings, package: strings, kind: kinds };

const frameColumns = object({
  id: list(id),
  functionId: list(id),
  ...functionColumns,
  line: list(integer),
});
const flamegraphFields = {
  ...header,
  total: number,
  foldedNodes: integer,
  foldedValue: number,
  frames: frameColumns,
  nodes: object({
    id: list(id),
    parent: described(list(integer), 'Row of the caller; -1 for row 0'),
    frame: described(list(integer), 'Row of frames; -1 for the root'),
    self: numbers,
    total: numbers,
    folded: described(list(integer), 'Descendants folded away directly below'),
  }),
};
const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
const nullableNumbers = list({ type: ['number', 'null'] });
const traceId = { type: 'string', pattern: '^[0-9a-f]{32}$' } as const;
const place = {
  service: string,
  environment: string,
  version: string,
  instance: string,
  endpoint: string,
};
const spanSums = {
  from: described(epochMs, 'Start of the first window with a sample of it'),
  to: described(epochMs, 'End of the last one'),
  samples: integer,
  cpuMicros: number,
};
const growth = (value: JsonSchema) => ({
  start: described(value, 'Mean of the first step'),
  end: described(value, 'Mean of the last step'),
  growth: value,
  slopePerHour: value,
  slopeLowPerHour: described(value, 'Lower end of the 95 % interval'),
  slopeHighPerHour: value,
});

const lastDeploy = {
  anyOf: [object({ environment: string, version: string, at: epochMs }), { type: 'null' }],
};

/** Shares of the service's CPU on the base side: 0.081 is 8.1 %. */
const interval = object({ value: number, low: number, high: number });
const spanKind = {
  type: 'string',
  enum: ['internal', 'server', 'client', 'producer', 'consumer'],
} as const;
const relativeChange = object({
  change: number,
  low: number,
  high: number,
  sd: number,
  df: number,
  p: number,
  flagged: { type: 'boolean' },
});
const orNull = { type: ['number', 'null'] } as const;
const partChange = object({
  base: number,
  head: number,
  effect: number,
  low: orNull,
  high: orNull,
  ofItself: orNull,
  p: orNull,
  q: orNull,
  flagged: { type: 'boolean' },
  baseTicks: number,
  headTicks: number,
});
const oneFunction = { id, name: string, file: string, kind: string };
const diffSide = object({
  selector: string,
  name: string,
  service: string,
  from: epochMs,
  to: epochMs,
  instances: integer,
  minutes: integer,
  requests: integer,
  loadPerMinute: number,
  processCpuMicros: number,
  busyTicks: integer,
  cost: number,
});

/** The answers of the API as JSON schemas; `FlamegraphAnswer` and its like in @flamehouse/proto are the types. */
export const answers = {
  error: object({
    code: described(string, 'A code of docs/errors.md'),
    message: described(string, 'What happened, with values'),
    help: described(string, 'What to do'),
  }),
  upload: object({ uploadId: string, samples: integer, folded: integer, warnings: strings }),
  otlp: {
    type: 'object',
    description: 'An ExportTraceServiceResponse; empty when every span was received',
    properties: { partialSuccess: object({ rejectedSpans: string, errorMessage: string }) },
  },
  services: list(
    object({
      service: string,
      environments: strings,
      versions: strings,
      lastSeen: epochMs,
      cores: number,
      instances: integer,
      lastDeploy,
    }),
  ),
  profileTypes: object({
    profileTypes: list(
      object({
        type: string,
        alias: { type: ['string', 'null'] },
        unit,
        gauge: { type: 'boolean' },
        lastSeen: epochMs,
      }),
    ),
  }),
  labels: object({ labels: strings }),
  labelValues: object({ label: string, values: strings }),
  series: object({
    ...header,
    unit: { type: 'string', enum: ['cores', 'bytes', 'count'] },
    stepMs: integer,
    series: list(object({ labels, timesMs: list(epochMs), values: numbers })),
  }),
  flamegraph: object(flamegraphFields),
  functionSeries: object({
    ...header,
    unit: { type: 'string', enum: ['cores', 'bytes', 'count'] },
    stepMs: integer,
    functionId: id,
    series: list(
      object({
        labels,
        timesMs: list(epochMs),
        self: numbers,
        total: described(numbers, 'Stacks that contain the function, each once'),
        all: described(numbers, 'Everything that the question selects'),
      }),
    ),
    samples: described(
      nullable(object({ from: epochMs, to: epochMs, self: integer, total: integer })),
      'How often the profiler hit the function, in whole minutes; null where that was not counted',
    ),
  }),
  functions: object({
    ...header,
    total: number,
    rows: described(integer, 'Functions that match, before limit and offset'),
    functions: object({ id: list(id), ...functionColumns, self: numbers, total: numbers }),
  }),
  diff: object({
    type: string,
    sentence: described(string, 'The verdict in words'),
    cause: string,
    verdict: object({
      state: { type: 'string', enum: ['more', 'less', 'no-change', 'not-enough-data'] },
      effect: interval,
      from: string,
      cancelled: { type: 'boolean' },
      shortage: { type: ['string', 'null'] },
      exitCode: integer,
    }),
    normaliser: { type: 'string', enum: ['request', 'cores', 'share'] },
    simultaneous: { type: 'boolean' },
    base: diffSide,
    head: diffSide,
    code: relativeChange,
    common: relativeChange,
    commonSentence: string,
    smallestChange: described(number, 'Would have been seen with a probability of 90 %'),
    origins: list(
      object({ ...oneFunction, effect: interval, state: string, ownCode: { type: 'boolean' } }),
    ),
    rows: described(integer, 'Functions that either side holds'),
    tested: integer,
    functions: list(
      object({
        ...oneFunction,
        state: { type: 'string', enum: ['new', 'gone', 'moved', 'same'] },
        movedFrom: { anyOf: [object({ name: string, file: string }), { type: 'null' }] },
        origin: integer,
        self: partChange,
        total: partChange,
      }),
    ),
    warnings: list(object({ code: string, text: string })),
  }),
  endpoints: object({
    service: string,
    from: epochMs,
    to: epochMs,
    tier,
    coveredSeconds: number,
    cpuMicros: number,
    wallMicros: number,
    rows: described(integer, 'Endpoints, before limit and offset'),
    endpoints: object({
      endpoint: described(strings, 'Method and route; empty for work outside any request'),
      cpuMicros: numbers,
      wallMicros: numbers,
      requests: described(nullableNumbers, 'Null where nobody counted'),
      errors: nullableNumbers,
      requestsPerSecond: nullableNumbers,
      errorShare: nullableNumbers,
      cpuMicrosPerRequest: nullableNumbers,
      durationMicrosMean: nullableNumbers,
    }),
  }),
  endpointSeries: object({
    service: string,
    from: epochMs,
    to: epochMs,
    stepMs: integer,
    tier,
    timesMs: described(list(epochMs), 'Start of each step'),
    series: list(
      object({
        endpoint: string,
        cores: described(nullableNumbers, 'Null where nobody watched'),
        requestsPerSecond: described(nullableNumbers, 'Null where nobody counted'),
        errorShare: nullableNumbers,
        cpuMicrosPerRequest: nullableNumbers,
        durationMicrosMean: nullableNumbers,
      }),
    ),
  }),
  trace: object({
    traceId: nullable(traceId),
    from: epochMs,
    to: epochMs,
    samples: integer,
    cpuMicros: number,
    wallMicros: number,
    rows: described(integer, 'Spans in all; at most 1,000 are listed'),
    startMicros: described(orNull, 'Epoch microseconds; null when no span was exported'),
    durationMicros: orNull,
    complete: described(
      { type: 'boolean' },
      'Whether every parent and every sampled span is there',
    ),
    incomplete: nullable({ type: 'string', enum: ['no-otlp', 'spans-missing', 'too-many'] }),
    missing: integer,
    services: strings,
    agents: described(
      list(
        object({
          service: string,
          state: { type: 'string', enum: ['spans', 'no-spans', 'pending', 'absent', 'removed'] },
          instances: strings,
          sampleHz: orNull,
          lastSeen: nullable(epochMs),
        }),
      ),
      'What services with a span that no sample hit uploaded of that time',
    ),
    url: described(nullable(string), 'Out, by FLAMEHOUSE_TRACE_URL_TEMPLATE'),
    spans: list(
      object({
        traceId: nullable(traceId),
        spanId: id,
        localRootSpanId: id,
        name: string,
        ...place,
        ...spanSums,
        wallMicros: number,
        source: { type: 'string', enum: ['otlp', 'samples', 'both'] },
        kind: nullable(spanKind),
        parentSpanId: nullable(id),
        localRoot: { type: 'boolean' },
        depth: integer,
        children: integer,
        startMicros: orNull,
        durationMicros: orNull,
        status: nullable({ type: 'string', enum: ['unset', 'ok', 'error'] }),
        statusMessage: string,
        error: { type: ['boolean', 'null'] },
        attributes: labels,
        subtree: object({ samples: integer, cpuMicros: number, wallMicros: number }),
        cpuShare: orNull,
        stalls: list(object({ from: epochMs, durationMicros: number })),
        url: nullable(string),
      }),
    ),
  }),
  traces: object({
    service: string,
    from: epochMs,
    to: epochMs,
    sort: { type: 'string', enum: ['cpu', 'duration', 'start'] },
    rows: described(integer, 'Local root spans, before limit and offset'),
    exported: described(integer, 'Of those, with a span from OTLP'),
    traces: list(
      object({
        traceId: nullable(traceId),
        spanId: described(id, 'The local root span'),
        name: string,
        ...place,
        ...spanSums,
        wallMicros: number,
        functionMicros: nullable(described(number, 'CPU in the function asked for')),
        kind: nullable(spanKind),
        startMicros: orNull,
        durationMicros: orNull,
        error: { type: ['boolean', 'null'] },
        httpStatus: orNull,
        url: nullable(string),
      }),
    ),
  }),
  spanFlamegraph: object({
    ...flamegraphFields,
    traceId: nullable(traceId),
    spanId: id,
    name: string,
    endpoint: string,
    version: string,
    scope: { type: 'string', enum: ['span', 'subtree', 'similar'] },
    children: described(
      { type: 'string', enum: ['included', 'excluded', 'unknown'] },
      'Whether samples of inner spans are in it; unknown: which those are is not known',
    ),
    samples: integer,
    spans: described(integer, 'Spans that the samples belong to'),
    uncertainty: nullable(
      object({
        halfWidth: described(number, 'Of the 95 % interval of a share of one half'),
        hint: string,
      }),
    ),
    durationMicros: described(orNull, 'Of the span asked for, from OTLP'),
    speed: { type: 'string', enum: ['all', 'fast', 'slow'] },
    similar: nullable(
      object({
        spans: described(number, 'An estimate, where only a share is kept'),
        medianMicros: number,
        p95Micros: number,
        rank: described(orNull, 'Share of them that were faster'),
      }),
    ),
  }),
  stalls: object({
    from: epochMs,
    to: epochMs,
    rows: described(integer, 'Stalls, before limit and offset'),
    durationMicros: number,
    frames: frameColumns,
    stacks: described(list(list(integer)), 'Rows of frames, root first'),
    stalls: object({
      from: list(epochMs),
      durationMicros: numbers,
      service: strings,
      environment: strings,
      version: strings,
      instance: strings,
      endpoint: strings,
      traceId: list(nullable(traceId)),
      spanId: list(nullable(id)),
      stacks: described(list(list(integer)), 'Rows of stacks, most samples first'),
    }),
  }),
  heapGrowth: object({
    service: string,
    type: string,
    unit: { type: 'string', enum: ['bytes', 'count'] },
    from: epochMs,
    to: epochMs,
    tier,
    stepMs: integer,
    points: described(integer, 'Steps that were watched; below 8 there are no sites'),
    total: nullable(object(growth(number))),
    rows: described(integer, 'Sites, before limit and offset'),
    frames: frameColumns,
    sites: object({
      functionId: list(id),
      stack: described(list(list(integer)), 'The largest stack: rows of frames, root first'),
      ...growth(numbers),
    }),
  }),
  functionLines: object({
    ...header,
    total: described(number, 'Of everything that is selected'),
    functionId: id,
    function: object({ name: string, self: number, total: number }),
    file: described(string, "Package-relative; '' when unknown"),
    package: string,
    kind,
    versions: described(strings, 'That ran in the range, the newest last'),
    revision: described(string, "Of the newest version; '' when it was not sent"),
    sourceUrl: described(
      { type: ['string', 'null'] },
      'FLAMEHOUSE_SOURCE_URL_TEMPLATE for the file; {line} stands for a line',
    ),
    functions: object({
      id: list(id),
      name: strings,
      line: described(list(integer), 'Line of the definition; 0 when unknown'),
      self: numbers,
      total: numbers,
    }),
    lines: object({
      line: described(list(integer), 'A line that ran'),
      self: numbers,
      total: numbers,
    }),
    withoutLine: object({ self: number, total: number }),
    callers: object({
      id: list(id),
      ...functionColumns,
      line: described(list(integer), 'The line that calls; 0 when unknown'),
      total: numbers,
    }),
  }),
  server: object({
    version: string,
    startedAt: epochMs,
    engine: object({ kind: { type: 'string', enum: ['embedded', 'remote'] }, version: string }),
    retention: object({ rawMs: integer, minuteMs: integer, hourMs: integer, spansMs: integer }),
    disk: object({
      freeBytes: integer,
      totalBytes: integer,
      freeBytesMin: integer,
      dataBytes: integer,
    }),
    tables: object({ name: strings, rows: numbers, bytes: numbers, oldest: nullableNumbers }),
    spool: object({ bytes: integer, bytesMax: integer, segments: integer, setAside: integer }),
    uploads: object({
      stored: integer,
      bytes: integer,
      samples: integer,
      rejected: { type: 'object', additionalProperties: integer },
    }),
  }),
  session: object({
    required: described({ type: 'boolean' }, 'Whether the server asks for tokens'),
    signedIn: described({ type: 'boolean' }, 'Whether this request may read'),
  }),
} as const satisfies Readonly<Record<string, JsonSchema>>;

/**
 * For the documentation of a route only: answers are written by JSON.stringify, which is as fast for
 * columns and cannot drop a field that a schema forgot.
 */
export function documented(answer: JsonSchema): JsonSchema {
  return { 200: { description: 'The answer', ...answer }, default: errorAnswer };
}

const errorAnswer = { description: 'An error of the catalogue', ...answers.error };
