import { setTimeout as sleep } from 'node:timers/promises';
import { passesLater } from '../storage/engine-errors.ts';

/** What an inserter does with one sealed segment. */
export interface SegmentWork {
  /** Insert everything of the segment. May be called again after an error. */
  insert(segment: string): Promise<void>;
  /** The segment is in the tables. */
  done(segment: string): Promise<void>;
  /** The segment cannot be inserted; `error` says why. */
  giveUp(segment: string, error: unknown): Promise<void>;
  onRetry(segment: string, error: unknown): void;
}

const RETRY_MS_MIN = 200;
const RETRY_MS_MAX = 10_000;
// An error that no waiting cures would block every segment after this one.
const ATTEMPTS_MAX = 5;

/** Inserts sealed segments one after the other, and waits while the engine does not take them. */
export class Inserter {
  private readonly work: SegmentWork;
  private readonly sealed: string[] = [];
  private readonly idle: (() => void)[] = [];
  private readonly stop = new AbortController();
  private running = false;

  constructor(work: SegmentWork) {
    this.work = work;
  }

  add(segment: string): void {
    this.sealed.push(segment);
    if (!this.running) void this.run();
  }

  get waiting(): number {
    return this.sealed.length;
  }

  /** Resolves once nothing waits. */
  whenIdle(): Promise<void> {
    if (!this.running) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  /** Stop trying. What waits stays in the spool for the next start. */
  close(): Promise<void> {
    this.stop.abort();
    return this.whenIdle();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.sealed.length > 0 && !this.stop.signal.aborted) {
      await this.process(this.sealed[0]!);
      this.sealed.shift();
    }
    this.running = false;
    for (const resolve of this.idle.splice(0)) resolve();
  }

  private async process(segment: string): Promise<void> {
    for (let attempt = 1; !this.stop.signal.aborted; attempt++) {
      try {
        await this.work.insert(segment);
        await this.work.done(segment);
        return;
      } catch (error) {
        if (attempt >= ATTEMPTS_MAX && !passesLater(error)) {
          await this.work.giveUp(segment, error);
          return;
        }
        this.work.onRetry(segment, error);
        await this.pause(Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(attempt - 1, 10)));
      }
    }
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stop.signal }).catch(() => {}); // `close` ends the wait.
  }
}
