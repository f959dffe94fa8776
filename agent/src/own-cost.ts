import type { Clock } from './clock.ts';

/**
 * What a tick costs beyond what is measured here: timer, signal, stack walk and V8's own thread.
 * 64 µs at full load (Node 20, 500 Hz against 0), 60 to 100 µs in an idle process (2026-11).
 */
const TICK_MICROS = 60;

/** Compression runs on a thread of its own: 12 ns a byte at level 1 (2026-11). */
const COMPRESSED_BYTE_NANOS = 12;

/** CPU of the current thread in microseconds, from a system call where Node has it (23.9). */
const threadCpuMicros = (() => {
  const usage = (process as { threadCpuUsage?: () => NodeJS.CpuUsage }).threadCpuUsage;
  if (usage === undefined) return null;
  return () => {
    const { user, system } = usage.call(process);
    return user + system;
  };
})();

/** Measures what the agent itself does: CPU, and for how long it holds the event loop. */
export class OwnCost {
  readonly #clock: Clock;
  #cpuMicros = 0;
  #longestMs = 0;
  #depth = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Run synchronous work and count its time. Work inside of other work counts once. */
  measure<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    const startMs = this.#clock.monotonicMs();
    const startMicros = threadCpuMicros?.() ?? 0;
    this.#depth += 1;
    try {
      return work();
    } finally {
      this.#depth -= 1;
      const elapsedMs = Math.max(0, this.#clock.monotonicMs() - startMs);
      // Without a clock of the thread, elapsed time stands for CPU: too much on a busy machine.
      this.#cpuMicros +=
        threadCpuMicros === null ? elapsedMs * 1e3 : threadCpuMicros() - startMicros;
      this.#longestMs = Math.max(this.#longestMs, elapsedMs);
    }
  }

  addTicks(ticks: number): void {
    this.#cpuMicros += ticks * TICK_MICROS;
  }

  addCompressed(bytes: number): void {
    this.#cpuMicros += (bytes * COMPRESSED_BYTE_NANOS) / 1e3;
  }

  /** What was counted since the last call. What the heap sampler does at allocations is not among it. */
  take(): { readonly cpuNanos: number; readonly longestPauseMicros: number } {
    const taken = {
      cpuNanos: Math.round(this.#cpuMicros * 1e3),
      longestPauseMicros: Math.round(this.#longestMs * 1e3),
    };
    this.#cpuMicros = 0;
    this.#longestMs = 0;
    return taken;
  }
}
