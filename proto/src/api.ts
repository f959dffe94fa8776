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
