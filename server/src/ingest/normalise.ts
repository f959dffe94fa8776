import {
  isGauge,
  PROFILE_TYPE_OF_ALIAS,
  type Profile,
  ProfileError,
  profileTypesOf,
  ScaledCarry,
  sampleCount,
  storeScaleOf,
} from '@flamehouse/proto';
import type { UploadMeta } from '../storage/profile-store.ts';
import type { BusiestEndpoints } from './busiest-endpoints.ts';
import { FrameRows } from './frame-rows.ts';
import { type FunctionSums, FunctionSumTable } from './function-sums.ts';
import {
  type LabelRow,
  LabelRows,
  type SeriesLimit,
  type SeriesRow,
  type SpanLabels,
} from './label-rows.ts';
import { Repairs } from './repairs.ts';
import type { StackCache, StackRow } from './stack-cache.ts';
import { type StallRow, StallRows } from './stall-rows.ts';
import { type Window, windowOf } from './window.ts';

/** One value of one profile type: sums over samples with equal series and stack. */
export interface SampleRow {
  readonly type: string;
  readonly gauge: boolean;
  readonly series: SeriesRow;
  readonly endpoint: string;
  readonly stackNumber: string;
  value: number;
}

export interface SpanRow {
  readonly type: string;
  readonly span: SpanLabels;
  readonly endpoint: string;
  readonly stackNumber: string;
  value: number;
  ticks: number; // samples of the profiler that hit running code
}

/** What one upload adds to the tables. Values are whole units of the store. */
export interface NormalisedUpload {
  readonly meta: UploadMeta;
  readonly window: Window;
  readonly stacks: ReadonlySet<StackRow>;
  readonly samples: readonly SampleRow[];
  readonly spans: readonly SpanRow[];
  readonly stalls: readonly StallRow[];
  readonly functions: readonly FunctionSums[];
  readonly types: ReadonlyMap<string, { readonly gauge: boolean; readonly value: number }>;
  readonly repairs: Repairs;
}

export interface NormaliseOptions {
  readonly receivedAtMs: number;
  readonly retentionMs: number;
  readonly series: SeriesLimit;
  readonly stacks: StackCache;
  readonly endpoints: BusiestEndpoints;
}

/**
 * Turn decoded profiles into rows.
 *
 * Units   time becomes whole microseconds; what is left of a value is carried to the next of its
 *         type, so a type's sum over an upload is off by less than one.
 * Errors  INGEST_TIME_OUT_OF_RANGE; ProfileError PROFILE_VALUE_TOO_LARGE for sums past 2^53.
 */
export function normaliseUpload(
  meta: UploadMeta,
  profiles: readonly Profile[],
  options: NormaliseOptions,
): NormalisedUpload {
  const window = windowOf(meta, profiles, options);
  const rows = new UploadRows(meta, options);
  if (window.atArrival) rows.repairs.add('unusableTime');
  for (const profile of profiles) rows.addProfile(profile);
  return rows.finish(window);
}

class UploadRows {
  readonly repairs = new Repairs();
  private readonly meta: UploadMeta;
  private readonly options: NormaliseOptions;
  private readonly labels: LabelRows;
  private readonly stacks = new Set<StackRow>();
  private readonly samples = new Map<string, SampleRow>();
  private readonly spans = new Map<string, SpanRow>();
  private readonly stalls: StallRows;
  private readonly functions = new FunctionSumTable();
  private readonly types = new Map<string, { gauge: boolean; value: number; carry: ScaledCarry }>();

  constructor(meta: UploadMeta, options: NormaliseOptions) {
    this.meta = meta;
    this.options = options;
    this.labels = new LabelRows(meta, options.series, this.repairs);
    this.stalls = new StallRows(meta.stalls);
  }

  addProfile(profile: Profile): void {
    const columns = this.columnsOf(profile);
    const ticks = new TickColumn(profile);
    const frames = new FrameRows(profile, this.options.stacks, this.repairs);
    const labelRows = this.labelRowsOf(profile);
    for (let sample = 0; sample < sampleCount(profile); sample++) {
      const stack = frames.stackOf(sample);
      this.stacks.add(stack);
      const label = labelRows[profile.labelSet[sample]!]!;
      const stackTicks = ticks.of(sample, stack);
      const stall = this.stalls.indexOf(label.stall);
      if (stall >= 0) this.stalls.add(stall, stack, stackTicks);
      for (const { column, type } of columns) {
        const value = this.take(
          type,
          profile.values[sample * profile.sampleTypes.length + column]!,
        );
        if (value === 0) continue;
        this.addSample(type, label, stack, value);
        if (label.span !== null) this.addSpan(type, label, stack, { value, ticks: stackTicks });
        if (type === CPU) this.addCpu(stack, label.endpoint, value, stackTicks);
      }
    }
  }

  finish(window: Window): NormalisedUpload {
    return {
      meta: this.meta,
      window,
      stacks: this.stacks,
      samples: [...this.samples.values()],
      spans: [...this.spans.values()],
      stalls: this.stalls.rows(window, this.repairs),
      functions: this.functions.values(),
      types: this.types,
      repairs: this.repairs,
    };
  }

  /** The columns that are stored. Our agent's tick counts go into function_minutes and nowhere else. */
  private columnsOf(profile: Profile): { readonly column: number; readonly type: string }[] {
    const ours = this.meta.agent !== null;
    const columns: { readonly column: number; readonly type: string }[] = [];
    profileTypesOf(profile).forEach((type, column) => {
      if (ours && isTickCount(profile, column)) return;
      columns.push({ column, type });
      const gauge = isGauge(type) || profile.durationNanos <= 0n;
      if (!this.types.has(type)) {
        this.types.set(type, { gauge, value: 0, carry: new ScaledCarry(storeScaleOf(type)) });
      }
    });
    return columns;
  }

  /** Label set -> row; a set that no sample has makes no series. */
  private labelRowsOf(profile: Profile): (LabelRow | null)[] {
    const samplesWith = new Uint32Array(profile.labelSets.length);
    for (const set of profile.labelSet) samplesWith[set]!++;
    return profile.labelSets.map((labels, set) =>
      samplesWith[set] === 0 ? null : this.labels.rowOf(labels, samplesWith[set]!),
    );
  }

  /** A wire value in the store's unit, added to the total of its type. */
  private take(type: string, wire: number | bigint): number {
    const known = this.types.get(type)!;
    const value = known.carry.next(wire);
    known.value += value;
    if (!Number.isSafeInteger(known.value)) {
      throw new ProfileError(
        'PROFILE_VALUE_TOO_LARGE',
        `the values of ${type} come to ${known.value}, which does not fit into 53 bits`,
      );
    }
    return value;
  }

  private addCpu(stack: StackRow, endpoint: string, micros: number, ticks: number): void {
    const folded = this.options.endpoints.fold(this.meta.service, endpoint, micros);
    this.functions.add(stack, folded, micros, ticks);
  }

  private addSample(type: string, label: LabelRow, { stackNumber }: StackRow, value: number): void {
    const { series, endpoint } = label;
    const key = `${type}\n${series.id}${stackNumber}`;
    const row = this.samples.get(key);
    if (row === undefined) {
      const { gauge } = this.types.get(type)!;
      this.samples.set(key, { type, gauge, series, endpoint, stackNumber, value });
    } else {
      row.value += value;
    }
  }

  private addSpan(
    type: string,
    { span, endpoint }: LabelRow,
    { stackNumber }: StackRow,
    { value, ticks }: { readonly value: number; readonly ticks: number },
  ): void {
    const { traceId, spanId, activeSpanId } = span!;
    const key = `${type}\n${traceId}${spanId}${activeSpanId}${stackNumber}`;
    const row = this.spans.get(key);
    if (row === undefined) {
      this.spans.set(key, { type, span: span!, endpoint, stackNumber, value, ticks });
    } else {
      row.value += value;
      row.ticks += ticks;
    }
  }
}

const CPU = PROFILE_TYPE_OF_ALIAS.cpu;

function isTickCount(profile: Profile, column: number): boolean {
  const { type, unit } = profile.sampleTypes[column]!;
  return unit === 'count' && (type === 'samples' || type === 'sample');
}

/** Ticks that hit running code: from the profile's count, else CPU divided by the period, else 0. */
class TickColumn {
  private readonly profile: Profile;
  private readonly count: number; // -1: the profile does not count ticks
  private readonly cpu: number;

  constructor(profile: Profile) {
    this.profile = profile;
    this.count = profile.sampleTypes.findIndex((_, column) => isTickCount(profile, column));
    this.cpu = profile.sampleTypes.findIndex(
      ({ type, unit }) => type === 'cpu' && unit === 'nanoseconds',
    );
  }

  of(sample: number, stack: StackRow): number {
    if (stack.frames.at(-1)!.kind === 'idle') return 0;
    const { values, sampleTypes, period, periodType } = this.profile;
    const value = (column: number) => Number(values[sample * sampleTypes.length + column] ?? 0);
    if (this.count >= 0) return value(this.count);
    const countable = period > 0 && periodType?.unit === 'nanoseconds';
    return countable ? Math.round(value(this.cpu) / period) : 0;
  }
}
