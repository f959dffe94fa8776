/** What one column of sample values measures, in pprof's words: `cpu`, `nanoseconds`. */
export interface ValueType {
  readonly type: string;
  readonly unit: string;
}

/** A label of a sample: `str`, or a number when `num` is not null. */
export interface Label {
  readonly key: string;
  readonly str: string;
  readonly num: bigint | null;
  readonly numUnit: string;
}

/** Where a sample was: a function and the line that ran. Inlined calls are frames of their own. */
export interface FrameTable {
  readonly func: Uint32Array; // frame -> row of functions
  readonly line: Uint32Array; // frame -> executing line from 1; 0 when unknown
}

/** Identity is name, file and start line; two functions may share a name. */
export interface FunctionTable {
  readonly name: readonly string[];
  readonly systemName: readonly string[]; // as the linker knows it; '' when the same or unknown
  readonly file: readonly string[];
  readonly startLine: Uint32Array; // from 1; 0 when unknown
}

/** How often decoding had to mend what a producer left out. The totals are exact all the same. */
export interface ProfileRepairs {
  readonly functionIdZero: number; // lines whose function_id was 0
  readonly missingLines: number; // locations without a line, shown by their address
}

/**
 * A decoded pprof as columns.
 *
 * Shape   samples are rows; stacks are root first (the wire is leaf first, decode turns it once).
 * Units   as `sampleTypes` says; times are epoch nanoseconds.
 */
export interface Profile {
  readonly sampleTypes: readonly ValueType[];
  readonly stackStart: Uint32Array; // sample -> first entry in stackFrames; one entry more than samples
  readonly stackFrames: Uint32Array; // frame rows, root first
  readonly values: Float64Array | BigInt64Array; // sample * sampleTypes.length + type; BigInt only when one passes 2^53
  readonly labelSet: Uint32Array; // sample -> row of labelSets
  readonly labelSets: readonly (readonly Label[])[]; // row 0 is the empty set
  readonly frames: FrameTable;
  readonly functions: FunctionTable;
  readonly timeNanos: bigint;
  readonly durationNanos: bigint;
  readonly periodType: ValueType | null;
  readonly period: number;
  readonly defaultSampleType: string;
  readonly comments: readonly string[];
  readonly repairs: ProfileRepairs;
}

/** The number of samples, which are the rows of `labelSet`. */
export function sampleCount(profile: Profile): number {
  return profile.labelSet.length;
}

/** The frames of one sample, root first, as a view on the profile's own memory. */
export function stackOf(profile: Profile, sample: number): Uint32Array {
  return profile.stackFrames.subarray(profile.stackStart[sample], profile.stackStart[sample + 1]);
}
