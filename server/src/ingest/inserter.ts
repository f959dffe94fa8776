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
  private readonly pause: Pause;
  private running = false;
  private processing: Promise<boolean> | null = null;
  private held: Promise<void> | null = null;

  constructor(work: SegmentWork, pause: Pause = pauseUnlessStopped) {
    this.work = work;
    this.pause = pause;
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

  /** Start no segment until `release`. Resolves once the one under way is in the tables, however long that takes. */
  async hold(): Promise<{ release(): void }> {
    while (this.held !== null) await this.held;
    let release = () => {};
    this.held = new Promise((resolve) => {
      release = () => {
        this.held = null;
        resolve();
      };
    });
    await this.processing;
    return { release };
  }

  /** Stop trying. What waits stays in the spool for the next start. */
  close(): Promise<void> {
    this.stop.abort();
    return this.whenIdle();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.sealed.length > 0) {
      while (this.held !== null) await this.held;
      this.processing = this.process(this.sealed[0]!);
      if (!(await this.processing)) break;
      this.sealed.shift();
    }
    this.processing = null;
    this.running = false;
    for (const resolve of this.idle.splice(0)) resolve();
  }

  /** Whether nothing more is to be done for the segment. */
  private async process(segment: string): Promise<boolean> {
    for (let attempt = 1; !this.stop.signal.aborted; attempt++) {
      try {
        await this.insertOrGiveUp(segment, attempt);
        return true;
      } catch (error) {
        this.work.onRetry(segment, error);
        const ms = RETRY_MS_MIN * 2 ** Math.min(attempt - 1, 10);
        await this.pause(Math.min(RETRY_MS_MAX, ms), this.stop.signal);
      }
    }
    return false;
  }

  private async insertOrGiveUp(segment: string, attempt: number): Promise<void> {
    try {
      await this.work.insert(segment);
      await this.work.done(segment);
    } catch (error) {
      if (attempt < ATTEMPTS_MAX || passesLater(error)) throw error;
      await this.work.giveUp(segment, error);
    }
  }
}

type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

async function pauseUnlessStopped(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {}); // `close` ends the wait.
}
