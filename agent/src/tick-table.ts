import { type Profile, ProfileBuilder, type ValueType } from '@flamehouse/proto';
import type { FrameDescriber } from './frame-describer.ts';
import type { SampleContext } from './sample-context.ts';
import { type ContextText, type LabelWriter, label } from './sample-labels.ts';
import { spread } from './spread.ts';
import { IDLE_FRAME } from './tree-slice.ts';
import { type CpuSlice, NON_JS_NAME, type RawFrame } from './v8-profiler.ts';

const STACKS_MAX = 20_000; // per window; 99 Hz for 15 s gives at most 1,500 ticks
const GROUPS_MAX = 20_000; // past it ticks keep their stack and lose their context

const SAMPLE_TYPES: readonly ValueType[] = [
  { type: 'samples', unit: 'count' },
  { type: 'wall', unit: 'nanoseconds' },
  { type: 'cpu', unit: 'nanoseconds' },
];

const NON_JS_FRAME: RawFrame = { name: NON_JS_NAME, file: '', line: 0 };
const PROGRAM_FRAME: RawFrame = { name: '(program)', file: '', line: 0 };

/** Ticks of one stack that share context and stall. */
interface Group {
  readonly context: SampleContext | null;
  readonly stall: number; // index of the window's stall; -1 = none
  ticks: number;
  wallNanos: number;
}

interface StackRow {
  readonly stack: readonly number[]; // rows of the builder, root first
  readonly idle: boolean;
  readonly groups: Map<number, Map<SampleContext | null, Group>>; // stall -> context -> group
}

/** CPU of the process in a window, by the process clock, and the sampling period. */
export interface WindowCpu {
  readonly processNanos: number;
  readonly fromNanos: bigint;
  readonly toNanos: bigint;
  readonly periodNanos: number;
}

/** A window as a profile, and what its labels add up to. */
export interface TickReport {
  readonly profile: Profile;
  readonly endpointCpuNanos: ReadonlyMap<string, number>;
  /** Stall -> what most of its ticks belong to, where that is known. */
  readonly stallContexts: ReadonlyMap<number, ContextText>;
}

/** Ticks of one window by stack, context and stall, merged from several native stops. */
export class TickTable {
  readonly #builder = new ProfileBuilder(SAMPLE_TYPES);
  readonly #describer: FrameDescriber;
  readonly #frameRows = new Map<RawFrame, number>(); // -> row of the builder
  readonly #rows = new Map<string, StackRow>();
  #groups = 0;
  #nonJsCpuNanos = 0;
  #durationNanos = 0;
  #busyTicks = 0;
  #droppedTicks = 0;

  constructor(describer: FrameDescriber) {
    this.#describer = describer;
  }

  /** Ticks that hit running code, garbage collection among it. */
  get busyTicks(): number {
    return this.#busyTicks;
  }

  /** Ticks left out because the window holds too many distinct stacks. */
  get droppedTicks(): number {
    return this.#droppedTicks;
  }

  /** How long the native sampler ran. */
  get coveredNanos(): number {
    return this.#durationNanos;
  }

  add(slice: CpuSlice): void {
    this.#nonJsCpuNanos += slice.nonJsCpuNanos;
    this.#durationNanos += slice.durationNanos;
    const rows = slice.frames.map((frame) => this.#frame(frame)); // row of the slice -> of the builder
    let stack: readonly number[] = [];
    let row: StackRow | null = null;
    slice.stacks.forEach((leafFirst, i) => {
      const ticks = slice.ticks[i]!;
      if (leafFirst !== stack) {
        stack = leafFirst; // ticks of one stack follow each other and share the array
        const idle = slice.frames[leafFirst[0]!] === IDLE_FRAME;
        row = this.#row(leafFirst.map((frame) => rows[frame]!).reverse(), idle);
      }
      if (row === null) {
        this.#droppedTicks += ticks;
        return;
      }
      if (!row.idle) this.#busyTicks += ticks;
      const group = this.#group(row, slice.contexts[i]!, slice.stalls[i]!);
      group.ticks += ticks;
      group.wallNanos += ticks * slice.tickNanos;
    });
  }

  /**
   * The window as a profile.
   *
   * CPU  the process clock's total: other threads keep what was measured of them, the rest is
   *      parted among the stacks that ran by their ticks, garbage collection being one of them.
   *      CPU of a window without such a tick stands at `(program)`, V8's word for code that is
   *      neither JavaScript nor idle. Idle keeps wall time only.
   */
  close(
    { processNanos, fromNanos, toNanos, periodNanos }: WindowCpu,
    writer: LabelWriter,
  ): TickReport {
    const rows = [...this.#rows.values()].flatMap((row) => groupsOf(row));
    const otherNanos = Math.min(this.#nonJsCpuNanos, processNanos);
    const jsNanos = processNanos - otherNanos;
    const running = rows.map(({ row, group }) => (row.idle ? 0 : group.ticks));
    const cpuNanos = spread(jsNanos, running);
    const report = new LabelReport(writer);
    rows.forEach(({ row, group }, i) => {
      const values = [group.ticks, group.wallNanos, cpuNanos[i]!];
      this.#builder.addSample(row.stack, values, report.labels(group, cpuNanos[i]!));
    });
    if (otherNanos > 0) this.#addCpu(NON_JS_FRAME, otherNanos);
    if (jsNanos > 0 && !running.some((ticks) => ticks > 0)) this.#addCpu(PROGRAM_FRAME, jsNanos);
    const profile = this.#builder.build({
      timeNanos: fromNanos,
      durationNanos: toNanos - fromNanos,
      periodType: { type: 'wall', unit: 'nanoseconds' },
      period: periodNanos,
      defaultSampleType: 'cpu',
    });
    return { profile, endpointCpuNanos: report.cpuNanos, stallContexts: report.stallContexts() };
  }

  #addCpu(frame: RawFrame, cpuNanos: number): void {
    this.#builder.addSample([this.#describer.row(this.#builder, frame)], [0, 0, cpuNanos]);
  }

  #row(stack: readonly number[], idle: boolean): StackRow | null {
    const key = stack.join();
    let row = this.#rows.get(key);
    if (row === undefined) {
      if (this.#rows.size >= STACKS_MAX) return null;
      row = { stack, idle, groups: new Map() };
      this.#rows.set(key, row);
    }
    return row;
  }

  #group({ groups }: StackRow, context: SampleContext | null, stall: number): Group {
    const byContext = groups.get(stall);
    const known = byContext?.get(context);
    if (known !== undefined) return known;
    if (this.#groups >= GROUPS_MAX && (context !== null || stall >= 0)) {
      return this.#group({ groups } as StackRow, null, -1);
    }
    const group: Group = { context, stall, ticks: 0, wallNanos: 0 };
    if (byContext === undefined) groups.set(stall, new Map([[context, group]]));
    else byContext.set(context, group);
    this.#groups += 1;
    return group;
  }

  #frame(frame: RawFrame): number {
    let row = this.#frameRows.get(frame);
    if (row === undefined) {
      row = this.#describer.row(this.#builder, frame);
      this.#frameRows.set(frame, row);
    }
    return row;
  }
}

function groupsOf(row: StackRow): { readonly row: StackRow; readonly group: Group }[] {
  return [...row.groups.values()].flatMap((byContext) =>
    [...byContext.values()].map((group) => ({ row, group })),
  );
}

/** Labels of a window's contexts, each written once, and what is counted by them. */
class LabelReport {
  readonly cpuNanos = new Map<string, number>(); // endpoint -> CPU
  readonly #writer: LabelWriter;
  readonly #texts = new Map<SampleContext | null, ContextText>();
  readonly #stalls = new Map<number, Map<ContextText, number>>(); // stall -> context -> ticks

  constructor(writer: LabelWriter) {
    this.#writer = writer;
  }

  labels({ context, stall, ticks }: Group, cpuNanos: number) {
    let text = this.#texts.get(context);
    if (text === undefined) {
      text = this.#writer.write(context);
      this.#texts.set(context, text);
    }
    const { endpoint, labels } = text;
    if (endpoint !== null) {
      this.cpuNanos.set(endpoint, (this.cpuNanos.get(endpoint) ?? 0) + cpuNanos);
    }
    if (stall < 0) return labels;
    this.#countStall(stall, text, ticks);
    return [...labels, label('stall', String(stall))];
  }

  stallContexts(): ReadonlyMap<number, ContextText> {
    return new Map(
      [...this.#stalls].map(([stall, ticks]) => {
        const most = [...ticks].reduce((a, b) => (b[1] > a[1] ? b : a));
        return [stall, most[0]];
      }),
    );
  }

  #countStall(stall: number, text: ContextText, ticks: number): void {
    let byContext = this.#stalls.get(stall);
    if (byContext === undefined) {
      byContext = new Map();
      this.#stalls.set(stall, byContext);
    }
    byContext.set(text, (byContext.get(text) ?? 0) + ticks);
  }
}
