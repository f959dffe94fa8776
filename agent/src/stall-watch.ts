import type { Clock, Timer } from './clock.ts';

/** A time in which the event loop did not turn. Half-open, in epoch microseconds. */
export interface Stall {
  readonly fromMicros: number;
  readonly toMicros: number;
}

const STALLS_MAX = 1_000; // per window; stalls of 100 ms fill 15 s with 150
const BEATS_PER_STALL = 4; // how much earlier than a stall a beat is due at most: a quarter of it

export interface StallWatchOptions {
  readonly clock: Clock;
  readonly stallMs: number;
  /** How long the event loop waited for something to do, so far, in milliseconds. */
  readonly idleMs: () => number;
}

/**
 * Notices stops of the event loop: a timer that comes late, less the time that the loop had nothing
 * to do. Whoever reads the stalls calls `check()` first, since the stall may have just ended.
 */
export class StallWatch {
  readonly #options: StallWatchOptions;
  readonly #beatMs: number;
  #timer: Timer | null = null;
  #beat = { ms: 0, idleMs: 0 };
  #stalls: Stall[] = [];
  #seen = 0; // stalls before this one are known to the sampler

  constructor(options: StallWatchOptions) {
    this.#options = options;
    this.#beatMs = options.stallMs / BEATS_PER_STALL;
  }

  start(): void {
    this.#beat = this.#now();
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Look whether the loop stood still until now. */
  check(): void {
    const { stallMs, clock } = this.#options;
    const now = this.#now();
    const lastMs = now.ms - this.#beat.ms;
    const busyMs = lastMs - Math.max(0, now.idleMs - this.#beat.idleMs);
    this.#beat = now;
    if (busyMs < stallMs || this.#stalls.length >= STALLS_MAX) return;
    const toMicros = Math.round(clock.nowMs() * 1e3);
    this.#stalls.push({ fromMicros: toMicros - Math.round(busyMs * 1e3), toMicros });
  }

  /** Which stall holds a moment; null while no new one is known, which is nearly always. */
  takeNew(): ((epochMicros: number) => number) | null {
    const stalls = this.#stalls;
    const first = this.#seen;
    this.#seen = stalls.length;
    if (first === stalls.length) return null;
    return (micros) =>
      stalls.findIndex((one, i) => i >= first && micros >= one.fromMicros && micros < one.toMicros);
  }

  /** The stalls of the window that ends here. */
  takeAll(): readonly Stall[] {
    const stalls = this.#stalls;
    this.#stalls = [];
    this.#seen = 0;
    return stalls;
  }

  #arm(): void {
    this.#timer = this.#options.clock.setTimer(() => {
      this.#arm();
      this.check();
    }, this.#beatMs);
  }

  #now() {
    return { ms: this.#options.clock.monotonicMs(), idleMs: this.#options.idleMs() };
  }
}
