import { ApiError } from '../errors.ts';

interface Waiting<T> {
  readonly take: (slot: T) => void;
  readonly fail: (error: unknown) => void;
}

// A page asks about ten questions at once; what waits behind a hundred would be answered to nobody.
const WAITING_MAX = 100;

/** Lends each slot to one piece of work at a time; the rest waits in order. */
export class Slots<T> {
  private readonly free: T[];
  private readonly count: number;
  private readonly queue = new Set<Waiting<T>>();
  private closed = false;

  constructor(slots: readonly T[]) {
    this.free = [...slots];
    this.count = slots.length;
  }

  /** Slots that are lent. */
  get running(): number {
    return this.count - this.free.length;
  }

  get waiting(): number {
    return this.queue.size;
  }

  /**
   * Run work with a slot. When the signal fires the promise rejects at once, and the slot
   * comes back when the work has really ended.
   *
   * Errors  the signal's reason; QUERY_BUSY when too many wait; STORAGE_UNAVAILABLE after `close`.
   */
  async run<R>(work: (slot: T) => Promise<R>, signal?: AbortSignal): Promise<R> {
    const slot = await this.take(signal);
    const running = work(slot).finally(() => this.giveBack(slot));
    if (signal === undefined) return running;
    running.catch(() => {}); // After an abort nobody waits for it; before one, the race below reports it.
    return raceAbort(running, signal);
  }

  /** Reject everything that waits. */
  close(): void {
    this.closed = true;
    for (const { fail } of this.queue) fail(closedError());
    this.queue.clear();
  }

  private take(signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted();
    if (this.closed) return Promise.reject(closedError());
    const slot = this.free.pop();
    if (slot !== undefined) return Promise.resolve(slot);
    if (this.queue.size >= WAITING_MAX) {
      const detail = `${WAITING_MAX} queries wait already`;
      return Promise.reject(new ApiError('QUERY_BUSY', detail));
    }
    return new Promise<T>((resolve, reject) => {
      const onAbort = () => {
        this.queue.delete(entry);
        reject(signal?.reason);
      };
      const entry: Waiting<T> = {
        take: (given) => {
          signal?.removeEventListener('abort', onAbort);
          resolve(given);
        },
        fail: reject,
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.queue.add(entry);
    });
  }

  private giveBack(slot: T): void {
    const [next] = this.queue;
    if (next === undefined) {
      this.free.push(slot);
      return;
    }
    this.queue.delete(next);
    next.take(slot);
  }
}

function closedError(): ApiError {
  return new ApiError('STORAGE_UNAVAILABLE', 'the store is closed');
}

function raceAbort<R>(running: Promise<R>, signal: AbortSignal): Promise<R> {
  return new Promise<R>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort(); // It fired while the slot was being taken.
    signal.addEventListener('abort', onAbort, { once: true });
    running.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
