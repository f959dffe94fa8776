import { performance } from 'node:perf_hooks';
import { clearTimeout, setTimeout } from 'node:timers';

/** A timer that never keeps the host alive. */
export interface Timer {
  cancel(): void;
}

/** Time and chance as the agent sees them; tests inject their own. */
export interface Clock {
  /** Epoch milliseconds. */
  nowMs(): number;
  /** Milliseconds that only grow, with fractions. */
  monotonicMs(): number;
  /** `0 <= random < 1`. */
  random(): number;
  /** Run once after `delayMs`. `holdsProcess` is for the bounded wait at exit alone. */
  setTimer(run: () => void, delayMs: number, holdsProcess?: boolean): Timer;
  /** Run in a later turn of the event loop. */
  setTurn(run: () => void): void;
}

// Taken at load, before the host: fake timers of a test framework must not stop or drive the agent.
const captured = {
  setTimeout,
  clearTimeout,
  now: Date.now,
  monotonic: performance.now.bind(performance),
  startedAt: Math.round(performance.timeOrigin),
  random: Math.random,
};

export const systemClock: Clock = {
  nowMs: () => captured.now(),
  monotonicMs: () => captured.monotonic(),
  random: () => captured.random(),
  setTimer(run, delayMs, holdsProcess = false) {
    const timer = captured.setTimeout(run, delayMs);
    if (!holdsProcess) timer.unref();
    return { cancel: () => captured.clearTimeout(timer) };
  },
  setTurn(run) {
    // No immediate: one that does not hold the process waits until something else wakes an idle loop.
    captured.setTimeout(run, 0).unref();
  },
};

/** When this process began, in epoch milliseconds. */
export const processStartedAt = captured.startedAt;
