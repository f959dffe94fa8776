/**
 * The JSON answers of the HTTP API, as DESIGN section 6 fixes them.
 *
 * Units   times are epoch milliseconds; CPU, wall and durations are whole microseconds, bytes are
 *         bytes, counts are counts; `unit` says which. Tables are parallel columns, `row -> value`.
 */

export type Unit = 'microseconds' | 'bytes' | 'count';

/** Which table answered: raw windows, minute rollup, hour rollup. */
export type Tier = 'raw' | 'minute' | 'hour';

/** What a frame belongs to; `native` also holds frames without a file. */
export type FrameKind = 'user' | 'dependency' | 'runtime' | 'gc' | 'native' | 'idle';

export interface FrameColumns {
  readonly id: readonly string[]; // frame -> 16 hex
  readonly functionId: readonly string[]; // frame -> 16 hex
  readonly name: readonly string[];
  readonly file: readonly string[]; // package-relative; '' when unknown
  readonly package: readonly string[]; // '' for the application's own code
  readonly kind: readonly FrameKind[];
  readonly line: readonly number[]; // line of the definition, from 1; 0 when unknown
}

export interface NodeColumns {
  readonly id: readonly string[]; // node -> 16 hex, the hash of the path of frames from the root
  readonly parent: readonly number[]; // node -> node of the caller, always a smaller row; -1 for row 0
  readonly frame: readonly number[]; // node -> row of `frames`; -1 for row 0
  readonly self: readonly number[];
  readonly total: readonly number[];
  readonly folded: readonly number[]; // node -> number of descendants folded away directly below it; their value is total - self - the totals of its children
}

export interface FlamegraphAnswer {
  readonly service: string;
  readonly type: string; // full profile type
  readonly unit: Unit;
  readonly from: number;
  readonly to: number;
  readonly tier: Tier;
  readonly total: number;
  readonly foldedNodes: number;
  readonly foldedValue: number;
  readonly frames: FrameColumns;
  readonly nodes: NodeColumns;
}

export interface FunctionsAnswer {
  readonly service: string;
  readonly type: string;
  readonly unit: Unit;
  readonly from: number;
  readonly to: number;
  readonly tier: Tier;
  readonly total: number;
  readonly rows: number; // functions in all, before limit and offset
  readonly functions: {
    readonly id: readonly string[]; // functionId
    readonly name: readonly string[];
    readonly file: readonly string[];
    readonly package: readonly string[];
    readonly kind: readonly FrameKind[];
    readonly self: readonly number[];
    readonly total: readonly number[];
  };
}

export interface SeriesAnswer {
  readonly service: string;
  readonly type: string;
  readonly unit: 'cores' | 'bytes' | 'count';
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly tier: Tier;
  readonly series: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly timesMs: readonly number[]; // start of the step
    readonly values: readonly number[];
  }[];
}

export interface ServiceSummary {
  readonly service: string;
  readonly environments: readonly string[];
  readonly versions: readonly string[]; // newest last
  readonly lastSeen: number;
  readonly cores: number; // CPU over the last five minutes before lastSeen
  readonly instances: number; // seen in the same five minutes
  readonly lastDeploy: DeploySummary | null;
}

export interface DeploySummary {
  readonly environment: string;
  readonly version: string;
  readonly at: number;
}

export interface ProfileTypesAnswer {
  readonly profileTypes: readonly {
    readonly type: string;
    readonly alias: string | null;
    readonly unit: Unit;
    readonly gauge: boolean;
    readonly lastSeen: number;
  }[];
}

export interface LabelsAnswer {
  readonly labels: readonly string[];
}

export interface LabelValuesAnswer {
  readonly label: string;
  readonly values: readonly string[];
}

/** Which way a tree is read: from the entry of the program down, or from where the time went up. */
export type FlamegraphView = 'top-down' | 'bottom-up';

/**
 * `GET /functions/:id/series`. Where a step has no sample of the function but the process was
 * watched, `self` and `total` are 0; a step that nobody watched is left out.
 */
export interface FunctionSeriesAnswer {
  readonly service: string;
  readonly type: string;
  readonly unit: SeriesAnswer['unit'];
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly tier: Tier;
  readonly functionId: string;
  readonly series: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly timesMs: readonly number[]; // start of the step
    readonly self: readonly number[];
    readonly total: readonly number[]; // stacks that contain the function, each once
    readonly all: readonly number[]; // everything the question selects, for shares
  }[];
  readonly samples: FunctionSamples | null; // null where nobody counted them, or not for this question
}

/** How often the profiler hit a function in the whole minutes that a range touches. */
export interface FunctionSamples {
  readonly from: number;
  readonly to: number;
  readonly self: number;
  readonly total: number; // samples whose stack contains the function, each once
}

/**
 * `GET /endpoints`: one row for each endpoint with samples or requests, most CPU first. `''` is work
 * outside any request, and its wall time holds the waiting of the event loop. Per-request columns are null where nobody counted requests.
 */
export interface EndpointsAnswer {
  readonly service: string;
  readonly from: number;
  readonly to: number;
  readonly tier: Tier;
  readonly coveredSeconds: number; // of the range, in which at least one instance was watched
  readonly cpuMicros: number; // of all endpoints
  readonly wallMicros: number;
  readonly rows: number; // endpoints in all, before limit and offset
  readonly endpoints: {
    readonly endpoint: readonly string[];
    readonly cpuMicros: readonly number[];
    readonly wallMicros: readonly number[];
    readonly requests: readonly (number | null)[];
    readonly errors: readonly (number | null)[];
    readonly requestsPerSecond: readonly (number | null)[]; // over coveredSeconds
    readonly errorShare: readonly (number | null)[]; // 0 to 1
    readonly cpuMicrosPerRequest: readonly (number | null)[];
    readonly durationMicrosMean: readonly (number | null)[];
  };
}

/** What was sampled while one span was the innermost. Samples know their window, not their moment. */
export interface SpanSummary {
  readonly traceId: string | null; // 32 hex; null when the samples name a span only
  readonly spanId: string; // 16 hex
  readonly localRootSpanId: string; // 16 hex, equal to spanId for the span that entered the process
  readonly name: string; // '' when unknown
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly instance: string;
  readonly endpoint: string;
  readonly from: number; // start of the first window with a sample of it
  readonly to: number; // end of the last one
  readonly samples: number; // ticks of the profiler that hit it
  readonly cpuMicros: number;
  readonly wallMicros: number; // on the stack; waiting has no stack
}

/** `GET /traces/:traceId` and `GET /spans/:spanId`: local root spans first, then by CPU. */
export interface TraceAnswer {
  readonly traceId: string | null;
  readonly from: number;
  readonly to: number;
  readonly samples: number;
  readonly cpuMicros: number;
  readonly wallMicros: number;
  readonly rows: number; // spans in all; at most 1,000 of them are listed
  readonly spans: readonly SpanSummary[];
}

/** Whose samples count as a span's: its own, with what it called, or those of spans like it. */
export type SpanScope = 'span' | 'subtree' | 'similar';

/** `GET /traces/:traceId/spans/:spanId/flamegraph`. */
export interface SpanFlamegraphAnswer extends FlamegraphAnswer {
  readonly traceId: string | null;
  readonly spanId: string;
  readonly name: string;
  readonly endpoint: string;
  readonly version: string;
  readonly scope: SpanScope;
  /**
   * `included`: samples of inner spans are in it. `excluded`: only those in which the span itself was
   * the innermost. `unknown`: asked for, but which spans are children of an inner span is not known.
   */
  readonly children: 'included' | 'excluded' | 'unknown';
  readonly samples: number;
  readonly spans: number; // spans that the samples belong to
  /** Below 20 samples: how far a share of one half may be off; null from 20 on. */
  readonly uncertainty: {
    readonly halfWidth: number; // of the 95 % interval by Wilson, 0 to 0.5
    readonly hint: string;
  } | null;
}

export interface TraceSummary {
  readonly traceId: string | null;
  readonly spanId: string; // the local root span
  readonly name: string;
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly instance: string;
  readonly endpoint: string;
  readonly from: number;
  readonly to: number;
  readonly samples: number;
  readonly cpuMicros: number; // of the whole local root span
  readonly functionMicros: number | null; // of that in the function asked for; null without one
}

/** `GET /traces` and `GET /functions/:id/traces`: the most expensive first. */
export interface TracesAnswer {
  readonly service: string;
  readonly from: number;
  readonly to: number;
  readonly traces: readonly TraceSummary[];
}

/** `GET /stalls`: times in which an event loop did not turn, longest first. */
export interface StallsAnswer {
  readonly from: number;
  readonly to: number;
  readonly rows: number; // stalls in all, before limit and offset
  readonly durationMicros: number; // of all of them
  readonly frames: FrameColumns;
  readonly stacks: readonly (readonly number[])[]; // stack -> rows of `frames`, root first
  readonly stalls: {
    readonly from: readonly number[]; // start, epoch milliseconds
    readonly durationMicros: readonly number[];
    readonly service: readonly string[];
    readonly environment: readonly string[];
    readonly version: readonly string[];
    readonly instance: readonly string[];
    readonly endpoint: readonly string[];
    readonly traceId: readonly (string | null)[];
    readonly spanId: readonly (string | null)[];
    readonly stacks: readonly (readonly number[])[]; // stall -> rows of `stacks`, heaviest first
  };
}

/** Live bytes or objects at the ends of a range, and a straight line through what lies between. */
export interface Growth {
  readonly start: number; // mean of the first step
  readonly end: number; // mean of the last step
  readonly growth: number; // end - start
  readonly slopePerHour: number;
  readonly slopeLowPerHour: number; // ends of the slope's 95 % interval
  readonly slopeHighPerHour: number;
}

/**
 * `GET /heap/growth`: allocation sites whose live memory grows. A site is the function that a stack
 * of allocation ends in. Sorted by `slopeLowPerHour`: what surely grows, and fastest, comes first.
 */
export interface HeapGrowthAnswer {
  readonly service: string;
  readonly type: string;
  readonly unit: 'bytes' | 'count';
  readonly from: number;
  readonly to: number;
  readonly tier: Tier;
  readonly stepMs: number;
  readonly points: number; // steps that were watched; below 8 there are no sites
  readonly total: Growth | null; // of the whole heap; null below 8 points
  readonly rows: number; // sites in all, before limit and offset
  readonly frames: FrameColumns;
  readonly sites: {
    readonly functionId: readonly string[];
    readonly stack: readonly (readonly number[])[]; // site -> its largest stack, rows of `frames`, root first
  } & { readonly [K in keyof Growth]: readonly number[] };
}

/** `GET /server`: what the server keeps and how full it is. */
export interface ServerAnswer {
  readonly version: string;
  readonly startedAt: number;
  readonly engine: { readonly kind: 'embedded' | 'remote'; readonly version: string };
  readonly retention: {
    readonly rawMs: number;
    readonly minuteMs: number;
    readonly hourMs: number;
    readonly spansMs: number;
  };
  readonly disk: {
    readonly freeBytes: number; // where the data directory is
    readonly totalBytes: number;
    readonly freeBytesMin: number; // below it, uploads are refused
    readonly dataBytes: number; // of all tables, compressed
  };
  readonly tables: {
    readonly name: readonly string[];
    readonly rows: readonly number[];
    readonly bytes: readonly number[]; // compressed
    readonly oldest: readonly (number | null)[]; // earliest time with rows; null when empty or without time
  };
  readonly spool: {
    readonly bytes: number; // accepted and not yet inserted
    readonly bytesMax: number;
    readonly segments: number;
    readonly setAside: number; // segments that could not be inserted and were kept
  };
  /** Since startedAt. */
  readonly uploads: {
    readonly stored: number;
    readonly bytes: number;
    readonly samples: number;
    readonly rejected: Readonly<Record<string, number>>; // code -> count
  };
}

export interface UploadAnswer {
  readonly uploadId: string;
  readonly samples: number; // samples stored, after folding equal ones
  readonly folded: number; // samples, labels or frames that were repaired or folded
  readonly warnings: readonly string[]; // one sentence for each kind of repair
}

export interface ErrorAnswer {
  readonly code: string;
  readonly message: string;
  readonly help: string;
}
