import type { Clock } from '../../agent/src/clock.ts';

/** A clock that stands still until it is moved. Timers run in the order of their time. */
export class ManualClock implements Clock {
  #nowMs = 1_000_000;
  #timers: { readonly atMs: number; readonly run: () => void }[] = [];
  randomValue = 1;
  skewMs = 0; // what somebody set the system clock to

  #sleptMs = 0;

  nowMs = () => this.monotonicMs() + 1_700_000_000_000 + this.skewMs;
  monotonicMs = () => this.#nowMs + this.#sleptMs;
  random = () => this.randomValue;

  setTimer(run: () => void, delayMs: number) {
    const timer = { atMs: this.#nowMs + delayMs, run };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  setTurn(run: () => void): void {
    setImmediate(run);
  }

  /** Time passes, and timers do not notice. */
  suspend(ms: number): void {
    this.#sleptMs += ms;
  }

  /** Delays until the timers that are set, soonest first. */
  get pendingMs(): number[] {
    return this.#timers.map((timer) => timer.atMs - this.#nowMs).sort((a, b) => a - b);
  }

  /** Move on, run what is due on the way, and let promises settle after each. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      const due = this.#timers
        .filter((timer) => timer.atMs <= endMs)
        .sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#nowMs = due.atMs;
      due.run();
      await settle();
    }
    this.#nowMs = endMs;
  }
}

/** Let everything that only waits for promises run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
