import { randomUUID } from 'node:crypto';
import type { Profile } from '@flamehouse/proto';
import type { Activity, WindowActivity } from './activity.ts';
import type { Clock, Timer } from './clock.ts';
import type { FrameDescriber } from './frame-describer.ts';
import type { OwnCost } from './own-cost.ts';
import { type TickReport, TickTable } from './tick-table.ts';
import type { V8Profiler } from './v8-profiler.ts';

export type WindowReason = 'periodic' | 'exit' | 'oom';

/** One window, closed but not yet a profile. Half-open `[fromNanos, toNanos)`. */
export interface ClosedWindow {
  readonly uploadId: string;
  readonly reason: WindowReason;
  readonly fromNanos: bigint;
  readonly toNanos: bigint;
  /** The ticks as a profile. Costs a pause of its own, so it is left to a later turn. */
  readonly buildCpu: () => Profile;
  /** Requests and stalls, which takes the ticks too. */
  readonly activity: () => WindowActivity;
  readonly processCpuNanos: number;
  readonly busyTicks: number;
  readonly coveredMs: number;
  readonly droppedSamples: number;
  readonly sampleHz: number;
}

/**
 * A native stop serializes on the event loop, the longer the more ticks it holds: 1,300 ticks took
 * 8 to 12 ms (2026-11). Several stops per window keep each pause short.
 */
const SLICE_MS_MAX = 3_000;

/** A window this much longer than asked for, of which less than half was sampled, holds a suspend. */
const SUSPEND_FACTOR = 2;

interface ClockReading {
  readonly monotonicMs: number;
  readonly cpuNanos: number;
}

export interface SamplerOptions {
  readonly profiler: V8Profiler;
  readonly activity: Pick<Activity, 'beforeTicks' | 'close'>;
  readonly describer: FrameDescriber;
  readonly cost: OwnCost;
  readonly clock: Clock;
  readonly sampleHz: number;
  readonly windowMs: number;
  /** CPU of the whole process so far, in nanoseconds. */
  readonly processCpuNanos: () => number;
  /** Other threads are sampled too: count what this one and the unsampled used, not the process. */
  readonly ownThreadsOnly: boolean;
  readonly onWindow: (window: ClosedWindow) => void;
  readonly onError: (error: unknown) => void;
}

/** Cuts the native sampler's output into windows. */
export class WindowSampler {
  readonly #options: SamplerOptions;
  readonly #sliceMs: number;
  #timer: Timer | null = null;
  #ticks: TickTable;
  #start: ClockReading = { monotonicMs: 0, cpuNanos: 0 };
  #sampledNanos = 0; // wall time of the ticks of the open window
  #threadNanos = 0; // CPU in the open window by the clocks of threads
  #hz: number; // of the open window
  #nextHz: number;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.#hz = options.sampleHz;
    this.#nextHz = options.sampleHz;
    this.#sliceMs = options.windowMs / Math.ceil(options.windowMs / SLICE_MS_MAX);
    this.#ticks = new TickTable(options.describer);
  }

  /** Errors  AgentError of `V8Profiler.startCpu`. */
  start(): void {
    this.#options.profiler.startCpu(this.#hz);
    this.#open();
    this.#arm();
  }

  /** Sample at another rate from the next window on, so that every tick of a window is worth the same. */
  set sampleHz(hz: number) {
    this.#nextHz = hz;
  }

  /** How long the open window has lasted. */
  get openMs(): number {
    return this.#options.clock.monotonicMs() - this.#start.monotonicMs;
  }

  /** End the open window now and begin the next. */
  close(reason: WindowReason): ClosedWindow {
    return this.#options.cost.measure(() => {
      const sampleHz = this.#hz;
      this.#takeSlice(this.#nextHz !== sampleHz);
      const ticks = this.#ticks;
      const start = this.#start;
      const sampledMs = this.#sampledNanos / 1e6;
      const threadNanos = this.#threadNanos;
      const end = this.#open();
      const lengthMs = this.#awakeMs(end.monotonicMs - start.monotonicMs, sampledMs);
      // The length comes from a clock that only grows: a corrected system clock cannot make it negative.
      const toNanos = nanosOfMillis(this.#options.clock.nowMs());
      const lengthNanos = nanosOfMillis(lengthMs);
      const fromNanos = toNanos - (lengthNanos > 0n ? lengthNanos : 1000n);
      const processNanos = this.#options.ownThreadsOnly
        ? threadNanos
        : Math.max(0, end.cpuNanos - start.cpuNanos);
      const periodNanos = Math.round(1e9 / sampleHz);
      const activity = this.#options.activity.close();
      let cpu: TickReport | null = null;
      const report = () => {
        cpu ??= ticks.close({ processNanos, fromNanos, toNanos, periodNanos }, activity.writer);
        return cpu;
      };
      return {
        uploadId: randomUUID(),
        reason,
        fromNanos,
        toNanos,
        buildCpu: () => report().profile,
        activity: () => activity.report(report()),
        processCpuNanos: processNanos,
        busyTicks: ticks.busyTicks,
        coveredMs: Math.round(Math.min(lengthMs, ticks.coveredNanos / 1e6)),
        droppedSamples: ticks.droppedTicks,
        sampleHz,
      };
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Begin a window where the one before ends: each clock is read once for both. */
  #open(): ClockReading {
    const { clock, describer, processCpuNanos } = this.#options;
    this.#ticks = new TickTable(describer);
    this.#sampledNanos = 0;
    this.#threadNanos = 0;
    this.#start = { monotonicMs: clock.monotonicMs(), cpuNanos: processCpuNanos() };
    return this.#start;
  }

  #arm(): void {
    this.#timer = this.#options.clock.setTimer(() => this.#onTimer(), this.#sliceMs);
  }

  #onTimer(): void {
    this.#arm();
    try {
      if (this.openMs < this.#options.windowMs - this.#sliceMs / 2) {
        this.#options.cost.measure(() => this.#takeSlice());
      } else {
        this.#options.onWindow(this.close('periodic'));
      }
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** The length of a window without the time for which a suspended process slept. */
  #awakeMs(lengthMs: number, sampledMs: number): number {
    const { windowMs } = this.#options;
    const suspended = lengthMs > SUSPEND_FACTOR * windowMs && sampledMs < lengthMs / 2;
    return suspended ? sampledMs : lengthMs;
  }

  #takeSlice(changeRate = false): void {
    const { activity, cost, profiler } = this.#options;
    const slice = profiler.takeCpu(!changeRate, activity.beforeTicks());
    if (changeRate) {
      this.#hz = this.#nextHz;
      profiler.startCpu(this.#hz);
    }
    const ticks = slice.ticks.reduce((sum, count) => sum + count, 0);
    this.#sampledNanos += ticks * slice.tickNanos;
    this.#threadNanos += slice.threadCpuNanos + slice.nonJsCpuNanos;
    cost.addTicks(ticks);
    this.#ticks.add(slice);
  }
}

/** Milliseconds with fractions as nanoseconds, to the microsecond. */
function nanosOfMillis(ms: number): bigint {
  return BigInt(Math.round(ms * 1e3)) * 1000n;
}
