interface Running<T> {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  readonly startedAtMs: number;
  waiting: number;
}

// A page sends its questions within a few milliseconds. What is acknowledged meanwhile is visible within 2 s all the same.
const JOIN_MS = 100;

/**
 * Work that several ask for at the same time, done once: a screen asks for the flame graph and the table of the same stacks.
 *
 * Nothing is kept once it was answered, and only what began a moment ago is joined.
 */
export class SharedRuns<T> {
  private readonly running = new Map<string, Running<T>>();
  private readonly nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.nowMs = nowMs;
  }

  /** The result of `work`, or that of the same key which began a moment ago. It is aborted when everyone who waits has left. */
  async run(
    key: string,
    work: (signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    signal?.throwIfAborted();
    const known = this.running.get(key);
    const isYoung = known !== undefined && this.nowMs() - known.startedAtMs <= JOIN_MS;
    const running = isYoung ? known : this.start(key, work);
    running.waiting++;
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        reject(signal?.reason);
        if (--running.waiting > 0) return;
        this.forget(key, running);
        running.stop.abort(signal?.reason);
      };
      signal?.addEventListener('abort', leave, { once: true });
      running.result
        .then(resolve, reject)
        .finally(() => signal?.removeEventListener('abort', leave));
    });
  }

  private start(key: string, work: (signal: AbortSignal) => Promise<T>): Running<T> {
    const stop = new AbortController();
    const result = work(stop.signal);
    const running: Running<T> = { result, stop, startedAtMs: this.nowMs(), waiting: 0 };
    this.running.set(key, running);
    const done = () => this.forget(key, running);
    result.then(done, done);
    return running;
  }

  private forget(key: string, running: Running<T>): void {
    if (this.running.get(key) === running) this.running.delete(key);
  }
}
