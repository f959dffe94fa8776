import { type Profile, ProfileBuilder, type ValueType } from '@flamehouse/proto';
import type { FrameDescriber } from './frame-describer.ts';
import { spread } from './spread.ts';
import { type CpuSlice, IDLE_FRAME, NON_JS_NAME, type RawFrame } from './v8-profiler.ts';

const STACKS_MAX = 20_000; // per window; 99 Hz for 15 s gives at most 1,500 ticks

const SAMPLE_TYPES: readonly ValueType[] = [
  { type: 'samples', unit: 'count' },
  { type: 'wall', unit: 'nanoseconds' },
  { type: 'cpu', unit: 'nanoseconds' },
];

const NON_JS_FRAME: RawFrame = { name: NON_JS_NAME, file: '', line: 0 };
const PROGRAM_FRAME: RawFrame = { name: '(program)', file: '', line: 0 };

interface StackRow {
  readonly stack: readonly number[]; // rows of the builder, root first
  readonly idle: boolean;
  ticks: number;
  wallNanos: number;
}

/** CPU of the process in a window, by the process clock, and the sampling period. */
export interface WindowCpu {
  readonly processNanos: number;
  readonly fromNanos: bigint;
  readonly toNanos: bigint;
  readonly periodNanos: number;
}

/** Ticks of one window by stack, merged from several native stops. */
export class TickTable {
  readonly #builder = new ProfileBuilder(SAMPLE_TYPES);
  readonly #describer: FrameDescriber;
  readonly #frameRows = new Map<string, number>(); // line, file and name as V8 gives them -> row of the builder
  readonly #rows = new Map<string, StackRow>();
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
    slice.stacks.forEach((leafFirst, i) => {
      const ticks = slice.ticks[i]!;
      const stack = leafFirst.map((frame) => rows[frame]!).reverse();
      const idle = slice.frames[leafFirst[0]!] === IDLE_FRAME;
      this.#count({ stack, idle, ticks, wallNanos: ticks * slice.tickNanos });
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
  close({ processNanos, fromNanos, toNanos, periodNanos }: WindowCpu): Profile {
    const rows = [...this.#rows.values()];
    const otherNanos = Math.min(this.#nonJsCpuNanos, processNanos);
    const jsNanos = processNanos - otherNanos;
    const running = rows.map((row) => (row.idle ? 0 : row.ticks));
    const cpuNanos = spread(jsNanos, running);
    rows.forEach((row, i) => {
      this.#builder.addSample(row.stack, [row.ticks, row.wallNanos, cpuNanos[i]!]);
    });
    if (otherNanos > 0) this.#addCpu(NON_JS_FRAME, otherNanos);
    if (jsNanos > 0 && !running.some((ticks) => ticks > 0)) this.#addCpu(PROGRAM_FRAME, jsNanos);
    return this.#builder.build({
      timeNanos: fromNanos,
      durationNanos: toNanos - fromNanos,
      periodType: { type: 'wall', unit: 'nanoseconds' },
      period: periodNanos,
      defaultSampleType: 'cpu',
    });
  }

  #addCpu(frame: RawFrame, cpuNanos: number): void {
    this.#builder.addSample([this.#describer.row(this.#builder, frame)], [0, 0, cpuNanos]);
  }

  #count({ stack, idle, ticks, wallNanos }: StackRow): void {
    const key = stack.join();
    const row = this.#rows.get(key);
    if (row === undefined && this.#rows.size >= STACKS_MAX) {
      this.#droppedTicks += ticks;
      return;
    }
    if (!idle) this.#busyTicks += ticks;
    if (row === undefined) this.#rows.set(key, { stack, idle, ticks, wallNanos });
    else {
      row.ticks += ticks;
      row.wallNanos += wallNanos;
    }
  }

  #frame(frame: RawFrame): number {
    const key = `${frame.line}\n${frame.file}\n${frame.name}`;
    let row = this.#frameRows.get(key);
    if (row === undefined) {
      row = this.#describer.row(this.#builder, frame);
      this.#frameRows.set(key, row);
    }
    return row;
  }
}
