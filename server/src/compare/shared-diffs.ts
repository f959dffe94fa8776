import { type DiffOptions, type DiffResult, type DiffStores, runDiff } from './run-diff.ts';
import type { AskedSide } from './side.ts';

type Sides = { readonly base: AskedSide; readonly head: AskedSide };

interface Running {
  readonly result: Promise<DiffResult>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * Comparisons that several requests wait for, each done once: a screen asks for the table and the
 * flame graph of the same two sides at the same time.
 *
 * Nothing is kept once it was answered, so that no answer is older than its request.
 */
export class SharedDiffs {
  private readonly running = new Map<string, Running>();
  private readonly stores: DiffStores;

  constructor(stores: DiffStores) {
    this.stores = stores;
  }

  /** As `runDiff`. It ends early only when everyone who waits for it has left. */
  async run(sides: Sides, options: DiffOptions, signal?: AbortSignal): Promise<DiffResult> {
    const key = JSON.stringify([keyOf(sides.base), keyOf(sides.head), options]);
    const running = this.running.get(key) ?? this.start(key, sides, options);
    running.waiting++;
    const leave = () => {
      running.waiting--;
      if (running.waiting > 0) return;
      this.forget(key, running);
      running.stop.abort();
    };
    signal?.addEventListener('abort', leave, { once: true });
    try {
      return await running.result;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  private start(key: string, sides: Sides, options: DiffOptions): Running {
    const stop = new AbortController();
    const result = runDiff(sides, options, this.stores, stop.signal);
    const running: Running = { result, stop, waiting: 0 };
    this.running.set(key, running);
    const done = () => this.forget(key, running);
    result.then(done, done);
    return running;
  }

  private forget(key: string, running: Running): void {
    if (this.running.get(key) === running) this.running.delete(key);
  }
}

/** What decides which rows a side reads: the tables know whole seconds. */
function keyOf({ selection, ranged }: AskedSide): unknown {
  const { range, ...rest } = selection;
  return [rest, Math.floor(range.from / 1_000), Math.floor(range.to / 1_000), ranged];
}
