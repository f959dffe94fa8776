import type {
  SpanFlamegraphAnswer,
  SpanSummary,
  Tier,
  TraceAnswer,
  TraceSummary,
  TracesAnswer,
} from './api.ts';

/** OpenTelemetry's kinds of span. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** What the span's own code said about its end; `unset` counts as no error. */
export type SpanStatus = 'unset' | 'ok' | 'error';

/** A time in which the event loop did not turn and this span was the one it was busy with. */
export interface SpanStall {
  readonly from: number; // epoch milliseconds
  readonly durationMicros: number;
}

/** Sums over a span and the inner spans of its process, which is what scope `subtree` draws. */
export interface SubtreeSums {
  readonly samples: number;
  readonly cpuMicros: number;
  readonly wallMicros: number;
}

/**
 * One row of the waterfall. `samples`, `cpuMicros` and `wallMicros` are its own: those in which it
 * was the innermost span. What only OTLP knows is null for a span that was sampled and never exported.
 */
export interface WaterfallSpan extends SpanSummary {
  /** `otlp`: exported, no sample hit it. `samples`: sampled, never exported. `both`: as it should be. */
  readonly source: 'otlp' | 'samples' | 'both';
  readonly kind: SpanKind | null;
  readonly parentSpanId: string | null; // 16 hex; null for the root of the trace, and when unknown
  /** The parent is another process or did not arrive: here the trace enters this process. */
  readonly localRoot: boolean;
  readonly depth: number; // 0 for rows without a parent among the rows; for the indent
  readonly children: number; // rows directly below, for the disclosure triangle
  readonly startMicros: number | null; // epoch microseconds, by the clock of the span's own process
  readonly durationMicros: number | null;
  readonly status: SpanStatus | null;
  readonly statusMessage: string; // '' when there is none
  /** By status, by an answer of 500 or more, or by a recorded exception; null when nobody said. */
  readonly error: boolean | null;
  /** At most 32, by name; headers, queries of URLs and what says nothing about the request are left out. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly subtree: SubtreeSums;
  /** CPU of `subtree` over durationMicros; above 1 when worker threads helped; null without a duration. */
  readonly cpuShare: number | null;
  readonly stalls: readonly SpanStall[]; // earliest first
  readonly url: string | null; // out to the tracing tool, from FLAMEHOUSE_TRACE_URL_TEMPLATE
}

/** What is known of the agent of a service at the time of a trace: why spans of it may be without samples. */
export interface TraceAgent {
  readonly service: string;
  /**
   * `spans`: it sampled then, and samples named spans. `no-spans`: it sampled, and no sample of those minutes named
   * a span. `pending`: its upload of that time is still to come. `absent`: nothing of that time was uploaded.
   * `removed`: single windows of that time are not kept any more, so nobody can tell.
   */
  readonly state: 'spans' | 'no-spans' | 'pending' | 'absent' | 'removed';
  readonly instances: readonly string[]; // that sampled then, at most 100
  readonly sampleHz: number | null; // null when no agent said
  readonly lastSeen: number | null; // epoch milliseconds: end of the last window of all; null when there is none
}

/**
 * `GET /traces/:traceId` and `GET /spans/:spanId`. Rows are in the order of a waterfall: each parent
 * before its children, siblings by start; rows without a start come last, by CPU.
 */
export interface WaterfallAnswer extends TraceAnswer {
  readonly spans: readonly WaterfallSpan[];
  readonly startMicros: number | null; // of the earliest span; null when no span was exported
  readonly durationMicros: number | null; // from there to the end of the last one
  /** Every parent that a span names is a row, and every sampled span was exported. */
  readonly complete: boolean;
  /**
   * Why it is not complete. `no-otlp`: no span of this trace was exported to us, so there are no
   * durations and no order. `spans-missing`: some were. `too-many`: more than 1,000; the rest is cut.
   */
  readonly incomplete: 'no-otlp' | 'spans-missing' | 'too-many' | null;
  readonly missing: number; // parents that did not arrive, and sampled spans that were not exported
  readonly services: readonly string[]; // in the order in which they first appear
  /** Of services with a span that no sample hit, of 16 at most. */
  readonly agents: readonly TraceAgent[];
  readonly url: string | null; // the whole trace in the tracing tool
}

/** A row of `GET /traces`: one local root span, which is one request to one process. */
export interface FoundTrace extends TraceSummary {
  readonly kind: SpanKind | null;
  readonly startMicros: number | null; // epoch microseconds; null when it was not exported
  readonly durationMicros: number | null; // likewise
  readonly error: boolean | null; // likewise
  readonly httpStatus: number | null; // of the answer
  readonly wallMicros: number;
  readonly url: string | null; // out to the tracing tool
}

/** `cpu` and `duration`: largest first. `start`: latest first. Rows without the value come last. */
export type TraceSort = 'cpu' | 'duration' | 'start';

/**
 * `GET /traces?service&from&to` with the filters `version`, `environment`, `instance`, `endpoint`,
 * `minDurationMs`, `maxDurationMs`, `minCpuMs`, `error=true|false`, and `sort` (a TraceSort, `cpu` by
 * default), `limit` (20, at most 1,000), `offset`. A filter on duration or error finds exported spans only.
 */
export interface FoundTracesAnswer extends TracesAnswer {
  readonly sort: TraceSort;
  readonly rows: number; // local root spans in all, before limit and offset
  readonly exported: number; // of those, with a span from OTLP: 0 says that no service exports
  readonly traces: readonly FoundTrace[];
}

/** Which of the similar spans: the fast half, the slow twentieth, or all. Query parameter `speed`. */
export type SimilarSpeed = 'all' | 'fast' | 'slow';

/** How long similar spans took: of exported ones, each standing for those that were not kept. */
export interface SimilarDurations {
  readonly spans: number; // an estimate of how many there were, where only a share is kept
  readonly medianMicros: number; // fast: at most this
  readonly p95Micros: number; // slow: at least this
  readonly rank: number | null; // share of them that were faster than the span asked for, 0 to 1
}

/**
 * `GET /traces/:traceId/spans/:spanId/flamegraph` with `scope=similar&speed=fast` and its like:
 * same service, version and endpoint (a local root span) or name (an inner span).
 */
export interface SpanDetailAnswer extends SpanFlamegraphAnswer {
  readonly durationMicros: number | null; // of the span asked for
  readonly speed: SimilarSpeed; // `all` in the other scopes
  /** Null when no similar span was exported. `speed` then is refused with QUERY_DURATION_UNKNOWN. */
  readonly similar: SimilarDurations | null;
}

/**
 * `GET /endpoints/series?service&from&to` with the filters of `/endpoints`, `stepMs`, and `limit` (5):
 * the endpoints with most CPU over time. One step is one row of every column; null where nobody counted.
 */
export interface EndpointSeriesAnswer {
  readonly service: string;
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly tier: Tier;
  readonly timesMs: readonly number[]; // start of each step, the same for every endpoint
  readonly series: readonly {
    readonly endpoint: string;
    readonly cores: readonly (number | null)[]; // CPU seconds per second; null where nobody watched
    readonly requestsPerSecond: readonly (number | null)[];
    readonly errorShare: readonly (number | null)[]; // 0 to 1
    readonly cpuMicrosPerRequest: readonly (number | null)[];
    readonly durationMicrosMean: readonly (number | null)[];
  }[];
}
