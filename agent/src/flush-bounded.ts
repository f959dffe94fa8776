import type { Clock } from './clock.ts';

/** What to do when the host ends. None of it may throw. */
export interface EndActions {
  /** Send what there is. The promise settles when all is sent or nothing more can be. */
  flush(): Promise<void>;
  /** Synchronous and last: keep what was not sent, if that is possible. */
  handOver(): void;
}

/** The most that the end of the host is put off (DESIGN section 5). */
const FLUSH_MS_MAX = 500;

/** Wait for the flush, but never longer than `msMax`; the timer holds the process meanwhile. */
export function flushBounded(
  actions: Pick<EndActions, 'flush'>,
  clock: Clock,
  msMax = FLUSH_MS_MAX,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(resolve, msMax, true);
    actions.flush().then(() => {
      timer.cancel();
      resolve();
    });
  });
}
