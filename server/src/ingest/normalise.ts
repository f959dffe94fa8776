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
import type { WideList } from './number-lists.ts';
import { PairIndex } from './pair-index.ts';
import { Repairs } from './repairs.ts';
import type { StackCache, StackRow } from './stack-cache.ts';
import { type StallRow, StallRows } from './stall-rows.ts';
import { type Window, windowOf } from './window.ts';

/** The values of one profile type in one series: sums over samples with equal stack. */
export interface SampleGroup {
  readonly type: string;
  readonly gauge: boolean;
  readonly series: SeriesRow;
  readonly endpoint: string;
  readonly stacks: readonly StackRow[]; // each once
  readonly values: readonly number[]; // pairs with stacks
}

export interface SpanRow {
  readonly type: string;
  readonly span: SpanLabels;
  readonly endpoint: string;
  readonly stack: StackRow;
  value: number;
  ticks: number; // samples of the profiler that hit running code
}

/** What one upload adds to the tables. Values are whole units of the store. */
export interface NormalisedUpload {
  readonly meta: UploadMeta;
  readonly window: Window;
  readonly stacks: readonly StackRow[]; // each once
  readonly samples: readonly SampleGroup[];
  readonly sampleCount: number; // values in all groups
  readonly spans: readonly SpanRow[];
  readonly stalls: readonly StallRow[];
  readonly functions: readonly FunctionSums[];
  readonly functionIds: WideList; // row of a function -> its id
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
  options.stacks.limit();
  for (const profile of profiles) rows.addProfile(profile);
  return rows.finish(window);
}

/** Rows of groups by group and stack: of one upload at a time, which is normalised without a pause. */
const rowOf = new PairIndex();

/** A number of an upload of its own, by which a stack knows its row in it. */
let uploads = 0;

/** A group that still grows. */
class GrowingGroup implements SampleGroup {
  readonly type: string;
  readonly gauge: boolean;
  readonly series: SeriesRow;
  readonly endpoint: string;
  readonly stacks: StackRow[] = [];
  readonly values: number[] = [];
  private readonly number: number;

  constructor(number: number, { type, gauge }: TypeSums, { series, endpoint }: LabelRow) {
    this.number = number;
    this.type = type;
    this.gauge = gauge;
    this.series = series;
    this.endpoint = endpoint;
  }

  add(stack: StackRow, value: number): void {
    const { length } = this.stacks;
    const row = rowOf.rowOf(this.number, stack.uploadRow, length);
    if (row === length) {
      this.stacks.push(stack);
      this.values.push(value);
    } else this.values[row]! += value;
  }
}

interface TypeSums {
  readonly type: string;
  readonly gauge: boolean;
  readonly carry: ScaledCarry;
  value: number;
}

/** A label set of a profile, and the groups that its samples go to, by column. */
interface LabelGroups {
  readonly label: LabelRow;
  readonly groups: (GrowingGroup | undefined)[];
}

class UploadRows {
  readonly repairs = new Repairs();
  private readonly meta: UploadMeta;
  private readonly options: NormaliseOptions;
  private readonly labels: LabelRows;
  private readonly upload = ++uploads;
  private readonly stacks: StackRow[] = []; // each once
  private readonly groups = new Map<string, GrowingGroup>();
  private readonly spans = new Map<string, SpanRow>();
  private readonly stalls: StallRows;
  private readonly functions = new FunctionSumTable();
  private readonly types = new Map<string, TypeSums>();

  constructor(meta: UploadMeta, options: NormaliseOptions) {
    this.meta = meta;
    this.options = options;
    this.labels = new LabelRows(meta, options.series, this.repairs);
    this.stalls = new StallRows(meta.stalls);
    rowOf.clear();
  }

  addProfile(profile: Profile): void {
    const columns = this.columnsOf(profile);
    const ticks = new TickColumn(profile);
    const frames = new FrameRows(profile, this.options.stacks, this.repairs);
    const labelGroups = this.labelGroupsOf(profile);
    const width = profile.sampleTypes.length;
    for (let sample = 0; sample < sampleCount(profile); sample++) {
      const stack = frames.stackOf(sample);
      if (stack.upload !== this.upload) {
        stack.upload = this.upload;
        stack.uploadRow = this.stacks.push(stack) - 1;
      }
      const { label, groups } = labelGroups[profile.labelSet[sample]!]!;
      const stackTicks = ticks.of(sample, stack);
      const stall = this.stalls.indexOf(label.stall);
      if (stall >= 0) this.stalls.add(stall, stack, stackTicks);
      for (const { column, sums } of columns) {
        const value = take(sums, profile.values[sample * width + column]!);
        if (value === 0) continue;
        groups[column] ??= this.groupOf(sums, label);
        groups[column].add(stack, value);
        if (label.span !== null) {
          this.addSpan(sums.type, label, stack, { value, ticks: stackTicks });
        }
        if (sums.type === CPU) this.addCpu(stack, label.endpoint, value, stackTicks);
      }
    }
  }

  finish(window: Window): NormalisedUpload {
    const samples = [...this.groups.values()];
    return {
      meta: this.meta,
      window,
      stacks: this.stacks,
      samples,
      sampleCount: samples.reduce((sum, { values }) => sum + values.length, 0),
      spans: [...this.spans.values()],
      stalls: this.stalls.rows(window, this.repairs),
      functions: this.functions.values(),
      functionIds: this.options.stacks.functionIds,
      types: this.types,
      repairs: this.repairs,
    };
  }

  /** The columns that are stored. Our agent's tick counts go into function_minutes and nowhere else. */
  private columnsOf(profile: Profile): { readonly column: number; readonly sums: TypeSums }[] {
    const ours = this.meta.agent !== null;
    const columns: { readonly column: number; readonly sums: TypeSums }[] = [];
    profileTypesOf(profile).forEach((type, column) => {
      if (ours && isTickCount(profile, column)) return;
      let sums = this.types.get(type);
      if (sums === undefined) {
        const gauge = isGauge(type) || profile.durationNanos <= 0n;
        sums = { type, gauge, value: 0, carry: new ScaledCarry(storeScaleOf(type)) };
        this.types.set(type, sums);
      }
      columns.push({ column, sums });
    });
    return columns;
  }

  /** Label set -> row; a set that no sample has makes no series. */
  private labelGroupsOf(profile: Profile): (LabelGroups | null)[] {
    const samplesWith = new Uint32Array(profile.labelSets.length);
    for (const set of profile.labelSet) samplesWith[set]!++;
    return profile.labelSets.map((labels, set) =>
      samplesWith[set] === 0
        ? null
        : { label: this.labels.rowOf(labels, samplesWith[set]!), groups: [] },
    );
  }

  private groupOf(sums: TypeSums, label: LabelRow): GrowingGroup {
    const key = `${label.series.id}${sums.type}`;
    let group = this.groups.get(key);
    if (group === undefined) {
      group = new GrowingGroup(this.groups.size, sums, label);
      this.groups.set(key, group);
    }
    return group;
  }

  private addCpu(stack: StackRow, endpoint: string, micros: number, ticks: number): void {
    const folded = this.options.endpoints.fold(this.meta.service, endpoint, micros);
    this.functions.add(stack, folded, micros, ticks);
  }

  private addSpan(
    type: string,
    { span, endpoint }: LabelRow,
    stack: StackRow,
    { value, ticks }: { readonly value: number; readonly ticks: number },
  ): void {
    const { traceId, spanId, activeSpanId } = span!;
    const key = `${type}\n${traceId}${spanId}${activeSpanId}${stack.stackNumber}`;
    const row = this.spans.get(key);
    if (row === undefined) {
      this.spans.set(key, { type, span: span!, endpoint, stack, value, ticks });
    } else {
      row.value += value;
      row.ticks += ticks;
    }
  }
}

/** A wire value in the store's unit, added to the total of its type. */
function take(sums: TypeSums, wire: number | bigint): number {
  const value = sums.carry.next(wire);
  sums.value += value;
  if (!Number.isSafeInteger(sums.value)) {
    throw new ProfileError(
      'PROFILE_VALUE_TOO_LARGE',
      `the values of ${sums.type} come to ${sums.value}, which does not fit into 53 bits`,
    );
  }
  return value;
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
    if (stack.leaf.kind === 'idle') return 0;
    const { period, periodType } = this.profile;
    if (this.count >= 0) return this.value(sample, this.count);
    const countable = this.cpu >= 0 && period > 0 && periodType?.unit === 'nanoseconds';
    return countable ? Math.round(this.value(sample, this.cpu) / period) : 0;
  }

  private value(sample: number, column: number): number {
    const { values, sampleTypes } = this.profile;
    return Number(values[sample * sampleTypes.length + column]!);
  }
}
