import type { Clock } from './clock.ts';

/** Measures what the agent itself does on the event loop: CPU, approximated by elapsed time, and pauses. */
export class OwnCost {
  readonly #clock: Clock;
  #busyMs = 0;
  #longestMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Run synchronous work and count its time. */
  measure<T>(work: () => T): T {
    const startMs = this.#clock.monotonicMs();
    try {
      return work();
    } finally {
      const elapsedMs = Math.max(0, this.#clock.monotonicMs() - startMs);
      this.#busyMs += elapsedMs;
      this.#longestMs = Math.max(this.#longestMs, elapsedMs);
    }
  }

  /** What was counted since the last call. The signal handler's own work is not among it. */
  take(): { readonly cpuNanos: number; readonly longestPauseMicros: number } {
    const taken = {
      cpuNanos: Math.round(this.#busyMs * 1e6),
      longestPauseMicros: Math.round(this.#longestMs * 1e3),
    };
    this.#busyMs = 0;
    this.#longestMs = 0;
    return taken;
  }
}
