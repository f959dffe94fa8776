import type {
  EndpointSeriesAnswer,
  FoundTrace,
  FrameColumns,
  Growth,
  ServerAnswer,
  SimilarDurations,
  SimilarSpeed,
  SpanKind,
  SpanScope,
  SpanStall,
  SpanStatus,
  SpanSummary,
  StallsAnswer,
  Tier,
  TraceSort,
} from '@flamehouse/proto';
import type { ProfileSelection, SelectedStacks, TimeRange } from './profile-store.ts';

/** A service in a range, and what narrows it; what labels beyond these say is not asked. */
export type PlaceSelection = Pick<
  ProfileSelection,
  'service' | 'range' | 'version' | 'environment' | 'instance' | 'endpoint'
>;

export interface SelectedEndpoints {
  readonly range: TimeRange;
  readonly tier: Tier;
  readonly coveredSeconds: number;
  readonly endpoints: readonly {
    readonly endpoint: string;
    readonly cpuMicros: number;
    readonly wallMicros: number;
    readonly requests: RequestSums | null; // null: nobody counted
  }[];
}

export interface RequestSums {
  readonly count: number;
  readonly errors: number;
  readonly durationMicros: number;
}

/** A trace by its id, or the one that a span is in. */
export interface TraceQuery {
  readonly traceId: string | null; // 32 hex
  readonly spanId: string | null; // 16 hex; at least one of the two
}

/** What is known of a trace: where samples hit, what was exported, and which stalls it met. */
export interface SelectedTrace {
  readonly traceId: string | null;
  readonly samples: number;
  readonly cpuMicros: number;
  readonly wallMicros: number;
  readonly sampled: readonly SpanSummary[];
  readonly exported: readonly ExportedSpan[];
  readonly cut: number; // spans beyond what one answer reads
  readonly stalls: readonly TraceStall[];
}

/** A span as it came by OTLP. */
export interface ExportedSpan {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly localRoot: boolean;
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly instance: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly endpoint: string;
  readonly startMicros: number;
  readonly durationMicros: number;
  readonly status: SpanStatus;
  readonly statusMessage: string;
  readonly error: boolean;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface TraceStall extends SpanStall {
  readonly spanId: string;
}

/** A service at a time. */
export interface AgentQuery {
  readonly service: string;
  readonly range: TimeRange;
}

/** What uploads of a service say about a time. */
export interface SelectedAgent {
  readonly instances: readonly string[]; // that sampled then, at most 100
  readonly sampleHz: number | null; // null when no agent said
  readonly labelled: boolean; // samples of those minutes name spans
  readonly lastSeenMs: number | null; // end of the last window of all; null when there is none
  readonly kept: boolean; // single windows of that time are not removed yet
}

export interface SpanQuery {
  readonly traceId: string | null; // null: the trace that the span is in
  readonly spanId: string;
  readonly scope: SpanScope;
  readonly type: string;
  readonly aroundMs: number; // length of the range in which similar spans are looked for
  readonly speed: SimilarSpeed; // which of the similar ones
}

export interface SelectedSpan {
  readonly stacks: SelectedStacks;
  readonly span: Pick<SpanSummary, 'traceId' | 'service' | 'version' | 'name' | 'endpoint'>;
  readonly children: 'included' | 'excluded' | 'unknown';
  readonly samples: number;
  readonly spans: number;
  readonly durationMicros: number | null;
  readonly similar: SimilarDurations | null;
}

export interface TracesQuery extends PlaceSelection {
  readonly functionId?: string;
  readonly minDurationMicros?: number;
  readonly maxDurationMicros?: number;
  readonly minCpuMicros?: number;
  readonly error?: boolean;
  readonly sort: TraceSort;
  readonly limit: number;
  readonly offset: number;
}

export interface SelectedTraces {
  readonly rows: number; // before limit and offset
  readonly exported: number;
  readonly traces: readonly Omit<FoundTrace, 'url'>[];
}

export interface EndpointSeriesQuery extends PlaceSelection {
  readonly stepMs: number;
  readonly limit: number; // endpoints, those with most CPU
}

export type SelectedEndpointSeries = Omit<EndpointSeriesAnswer, 'service' | 'from' | 'to'> & {
  readonly range: TimeRange;
};

export interface PageQuery extends PlaceSelection {
  readonly limit: number;
  readonly offset: number;
}

export type SelectedStalls = Omit<StallsAnswer, 'from' | 'to'>;

export interface SelectedGrowth {
  readonly range: TimeRange;
  readonly tier: Tier;
  readonly stepMs: number;
  readonly points: number;
  readonly total: Growth | null;
  readonly rows: number;
  readonly frames: FrameColumns;
  readonly sites: readonly {
    readonly functionId: string;
    readonly stack: readonly number[];
    readonly growth: Growth;
  }[];
}

/** A function of a selection. */
export interface LinesQuery extends ProfileSelection {
  readonly functionId: string; // 16 hex
}

/** Every stack of a selection, with lines where it goes through the file of a function. */
export interface SelectedLines {
  readonly stacks: SelectedStacks;
  readonly lines: readonly (Uint32Array | null)[]; // stack -> executing line of each frame, 0 unknown; null elsewhere
  readonly releases: readonly Release[]; // that ran in the range, the newest last
}

export interface Release {
  readonly version: string;
  readonly revision: string; // '' when it was not sent
}

export type StoreFacts = Pick<ServerAnswer, 'engine' | 'tables' | 'retention'> & {
  readonly dataBytes: number;
};

/** Questions beyond flame graphs, tables and charts. Bounded like those. */
export interface DetailStore {
  selectEndpoints(query: PlaceSelection, signal?: AbortSignal): Promise<SelectedEndpoints>;
  /** Null when nothing was sampled in it and nothing of it was exported. */
  selectTrace(query: TraceQuery, signal?: AbortSignal): Promise<SelectedTrace | null>;
  selectAgent(query: AgentQuery, signal?: AbortSignal): Promise<SelectedAgent>;
  selectSpan(query: SpanQuery, signal?: AbortSignal): Promise<SelectedSpan | null>;
  selectTraces(query: TracesQuery, signal?: AbortSignal): Promise<SelectedTraces>;
  selectEndpointSeries(
    query: EndpointSeriesQuery,
    signal?: AbortSignal,
  ): Promise<SelectedEndpointSeries>;
  selectStalls(query: PageQuery, signal?: AbortSignal): Promise<SelectedStalls>;
  selectHeapGrowth(
    query: ProfileSelection & { readonly limit: number; readonly offset: number },
    signal?: AbortSignal,
  ): Promise<SelectedGrowth>;
  selectLines(query: LinesQuery, signal?: AbortSignal): Promise<SelectedLines>;
  describe(): Promise<StoreFacts>;
}
