import { type Upload, uploadBytes } from './upload.ts';

/** An upload on its way, with what is needed to give it up. */
export interface QueuedUpload {
  readonly upload: Upload;
  firstAttemptMs: number | null; // on the clock that only grows
  /** Drops that its `meta` reports; they come back when it is dropped itself. */
  reportedDrops: number;
}

export interface QueueLimits {
  readonly uploadsMax: number;
  readonly bytesMax: number;
}

/**
 * 200 windows of 15 s are the 50 minutes after which an upload is given up. 4 MiB hold about
 * 200 windows of 20 kB and are a quarter of the agent's memory budget.
 */
export const QUEUE_LIMITS: QueueLimits = { uploadsMax: 200, bytesMax: 4 * 1024 * 1024 };

/** Uploads that wait, oldest first. When it is full the oldest goes and is counted. */
export class UploadQueue {
  readonly #limits: QueueLimits;
  readonly #onOverflow: () => void;
  readonly #waiting: QueuedUpload[] = [];
  #bytes = 0;
  #drops = 0;

  constructor(limits: QueueLimits = QUEUE_LIMITS, onOverflow: () => void = () => {}) {
    this.#limits = limits;
    this.#onOverflow = onOverflow;
  }

  get length(): number {
    return this.#waiting.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Drops not yet reported by an upload. */
  get drops(): number {
    return this.#drops;
  }

  /** Add the newest window. */
  push(upload: Upload): void {
    this.#waiting.push({ upload, firstAttemptMs: null, reportedDrops: 0 });
    this.#bytes += uploadBytes(upload);
    this.#makeRoom();
  }

  /** Put back, as the oldest, what could not be sent. */
  putBack(entry: QueuedUpload): void {
    this.#waiting.unshift(entry);
    this.#bytes += uploadBytes(entry.upload);
    this.#makeRoom();
  }

  /** Take the oldest, or at the end of the process the newest. */
  take(which: 'oldest' | 'newest' = 'oldest'): QueuedUpload | null {
    const entry = which === 'oldest' ? this.#waiting.shift() : this.#waiting.pop();
    if (entry === undefined) return null;
    this.#bytes -= uploadBytes(entry.upload);
    return entry;
  }

  /** Let `entry`, which was taken, report the drops so far. */
  reportDrops(entry: QueuedUpload): void {
    entry.reportedDrops += this.#drops;
    this.#drops = 0;
  }

  /** Count `entry`, which was taken, as dropped together with the drops it was to report. */
  drop(entry: QueuedUpload): void {
    this.#drops += 1 + entry.reportedDrops;
  }

  #makeRoom(): void {
    const { uploadsMax, bytesMax } = this.#limits;
    while (this.#waiting.length > uploadsMax || this.#bytes > bytesMax) {
      const oldest = this.take();
      if (oldest === null) return;
      this.drop(oldest);
      this.#onOverflow();
    }
  }
}
