import type {
  DeploySummary,
  FoldedTree,
  FrameKind,
  FunctionSamples,
  NodeIds,
  ServiceSummary,
  Tier,
  UploadAnswer,
} from '@flamehouse/proto';
import type { DetailStore } from './detail-store.ts';
import type { StacksOfFunction } from './function-stacks.ts';

export type { FunctionSamples };

/** Half-open: `from <= start < to`, epoch milliseconds. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** One matcher of a Prometheus-style selector; regular expressions are anchored. */
export interface LabelMatcher {
  readonly name: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/**
 * What every question about profiles selects by. An absent field does not restrict.
 * `version`, `environment`, `instance`, `endpoint` and `matchers` are combined with "and".
 */
export interface ProfileSelection {
  readonly service: string;
  readonly type: string; // full profile type
  readonly range: TimeRange;
  readonly version?: string;
  readonly environment?: string;
  readonly instance?: string;
  readonly endpoint?: string;
  readonly matchers?: readonly LabelMatcher[];
  readonly stacksOf?: StacksOfFunction; // left out: all stacks
}

/**
 * Exact sums by stack. Parallel columns: stacks[i] is root first, indexes `frames`, pairs with values[i].
 * Units   microseconds for time types, bytes, or counts. Gauges are already averaged over the range.
 */
export interface SelectedStacks {
  readonly range: TimeRange; // widened to the tier's bins
  readonly tier: Tier;
  readonly frames: Frames;
  readonly stacks: readonly Uint32Array[];
  readonly values: Float64Array;
  /** The call tree of all stacks, from a store that knows it without going through each of them. */
  readonly fold?: () => FoldedStacks;
}

/** Columns of frames. */
export interface Frames {
  readonly id: readonly string[]; // frame -> 16 hex
  readonly functionId: readonly string[];
  readonly name: readonly string[];
  readonly file: readonly string[];
  readonly package: readonly string[];
  readonly kind: readonly FrameKind[];
  readonly line: readonly number[]; // definition line
}

/** A call tree over frames of its own, which may be more than it uses, and the ids of its nodes. */
export interface FoldedStacks {
  readonly tree: FoldedTree;
  readonly frames: Frames;
  readonly ids: NodeIds;
}

export interface SeriesQuery extends ProfileSelection {
  readonly stepMs: number;
  readonly groupBy: readonly string[]; // version, environment, instance, endpoint or another label
}

export interface FunctionSeriesQuery extends SeriesQuery {
  readonly functionId: string; // 16 hex
}

/** Lines of a function. A time at which no stack had it is left out. */
export interface SelectedFunctionSeries {
  readonly self: SelectedSeries;
  readonly total: SelectedSeries;
  readonly samples: FunctionSamples | null; // null: not counted for this question
}

export interface SelectedSeries {
  readonly range: TimeRange;
  readonly tier: Tier;
  readonly series: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly timesMs: readonly number[];
    readonly values: readonly number[]; // cores for cpu and wall; mean bytes or counts for gauges; sum per second otherwise
  }[];
}

/** The read side, one SQL per question. Every method is bounded in time, memory and rows by the store itself. */
export interface ProfileStore extends DetailStore {
  listServices(signal?: AbortSignal): Promise<readonly ServiceSummary[]>;
  listProfileTypes(
    query: { readonly service?: string; readonly range: TimeRange },
    signal?: AbortSignal,
  ): Promise<
    readonly { readonly type: string; readonly lastSeen: number; readonly gauge: boolean }[]
  >;
  listLabels(
    query: { readonly service?: string; readonly range: TimeRange },
    signal?: AbortSignal,
  ): Promise<readonly string[]>;
  listLabelValues(
    query: { readonly service?: string; readonly label: string; readonly range: TimeRange },
    signal?: AbortSignal,
  ): Promise<readonly string[]>;
  listDeploys(
    query: { readonly service?: string; readonly range: TimeRange },
    signal?: AbortSignal,
  ): Promise<readonly (DeploySummary & { readonly service: string })[]>;
  selectStacks(query: ProfileSelection, signal?: AbortSignal): Promise<SelectedStacks>;
  selectSeries(query: SeriesQuery, signal?: AbortSignal): Promise<SelectedSeries>;
  selectFunctionSeries(
    query: FunctionSeriesQuery,
    signal?: AbortSignal,
  ): Promise<SelectedFunctionSeries>;
  /** Resolves when the engine answers; rejects with what it said. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** `meta` of an upload after the HTTP layer has checked types and names; DESIGN section 5. Times are epoch nanoseconds. */
export interface UploadMeta {
  readonly uploadId: string;
  readonly service: string;
  readonly from: bigint | null; // null: take it from the profile, else the arrival time
  readonly to: bigint | null;
  readonly version: string;
  readonly revision: string;
  readonly environment: string;
  readonly instance: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly reason: 'periodic' | 'exit' | 'oom';
  readonly runtime: { readonly name: string; readonly version: string } | null;
  readonly processStartedAtMs: number | null;
  readonly processCpuNanos: bigint | null;
  readonly busyTicks: number | null;
  readonly coveredMs: number | null;
  readonly endpoints: readonly {
    readonly endpoint: string;
    readonly count: number;
    readonly errors: number;
    readonly durationSumNanos: bigint;
    readonly cpuNanos: bigint;
  }[];
  readonly stalls: readonly {
    readonly from: bigint;
    readonly durationMs: number;
    readonly traceId: string | null; // 32 hex
    readonly spanId: string | null; // 16 hex
    readonly endpoint: string;
  }[];
  readonly agent: {
    readonly version: string;
    readonly cpuNanos: bigint;
    readonly longestPauseMicros: number;
    readonly rssBytes: number;
    readonly droppedUploads: number;
    readonly droppedSamples: number;
    readonly sampleHz: number;
  } | null;
}

export interface IncomingUpload {
  readonly meta: UploadMeta;
  readonly profiles: readonly Uint8Array[]; // as they came: pprof, gzip or not
  readonly receivedAtMs: number;
}

export interface IngestStatus {
  readonly spoolBytes: number;
  readonly spoolBytesMax: number;
  readonly segments: number; // files of the spool
  readonly setAside: number; // files that could not be inserted
  readonly diskFreeBytes: number;
  readonly diskTotalBytes: number;
  readonly diskFreeBytesMin: number;
}

/** The write side. The promise resolves when the upload is durable; it is visible to queries within 2 s. */
export interface IngestPipeline {
  /** Errors  ApiError from the catalogue: INGEST_* for the caller's faults (nothing stored), STORAGE_* with 503. */
  accept(upload: IncomingUpload): Promise<UploadAnswer>;
  /** What waits for its insert, and the disk it waits on. */
  status(): Promise<IngestStatus>;
  /** Resolves once everything accepted before the call can be queried. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
