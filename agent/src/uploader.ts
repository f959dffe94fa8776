import type { Clock, Timer } from './clock.ts';
import type { Answer } from './http-sender.ts';
import { type Log, oneLine } from './log.ts';
import { encodeMultipart, type MultipartBody } from './multipart.ts';
import { classify, parseRetryAfterMs, RETRY_POLICY, retryDelayMs } from './retry.ts';
import type { Upload } from './upload.ts';
import type { QueuedUpload, UploadQueue } from './upload-queue.ts';

export interface UploaderOptions {
  readonly queue: UploadQueue;
  readonly send: (body: MultipartBody) => Promise<Answer>;
  readonly serverUrl: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Sends what the queue holds, one upload at a time, and waits between failures. */
export class Uploader {
  readonly #options: UploaderOptions;
  #running: Promise<void> | null = null;
  #inFlight: QueuedUpload | null = null;
  #backOff: Timer | null = null;
  #failures = 0;
  #stopped = false;
  #succeeded = false;

  constructor(options: UploaderOptions) {
    this.#options = options;
  }

  /** Whether the last attempt failed. */
  get failing(): boolean {
    return this.#failures > 0;
  }

  /** Whether the server has ever answered. */
  get reached(): boolean {
    return this.#succeeded;
  }

  /** Something was queued: send it, unless a failure still asks for patience. */
  kick(): void {
    if (this.#backOff === null) void this.#run('oldest');
  }

  /** Send all that waits now, newest first, back-off or not. Ends with the queue or the first failure. */
  async drain(): Promise<void> {
    if (this.#running !== null) await this.#running;
    this.#endBackOff();
    await this.#run('newest');
  }

  /** Everything not acknowledged, the one in flight among it, oldest first. The queue is empty after it. */
  takeUnsent(): Upload[] {
    const unsent: Upload[] = this.#inFlight === null ? [] : [this.#inFlight.upload];
    for (
      let entry = this.#options.queue.take();
      entry !== null;
      entry = this.#options.queue.take()
    ) {
      unsent.push(entry.upload);
    }
    return unsent;
  }

  stop(): void {
    this.#stopped = true;
    this.#endBackOff();
  }

  #endBackOff(): void {
    this.#backOff?.cancel();
    this.#backOff = null;
  }

  #run(which: 'oldest' | 'newest'): Promise<void> {
    this.#running ??= this.#sendAll(which)
      .catch((error) => this.#options.log.error('INTERNAL', String(error)))
      .finally(() => {
        this.#running = null;
      });
    return this.#running;
  }

  async #sendAll(which: 'oldest' | 'newest'): Promise<void> {
    for (let go = true; go && !this.#stopped; ) {
      const entry = this.#options.queue.take(which);
      if (entry === null) return;
      this.#inFlight = entry;
      go = await this.#attempt(entry);
      this.#inFlight = null;
    }
  }

  /** One attempt; false when the next must wait. */
  async #attempt(entry: QueuedUpload): Promise<boolean> {
    const { queue, clock, log } = this.#options;
    entry.firstAttemptMs ??= clock.monotonicMs();
    queue.reportDrops(entry);
    try {
      const answer = await this.#options.send(encodeMultipart(withDrops(entry)));
      this.#succeeded = true;
      const meaning = classify(answer.status);
      if (meaning === 'retry') return this.#retry(entry, answer);
      if (meaning === 'rejected') this.#reject(entry, answer);
      else if (this.failing) log.info(`${this.#options.serverUrl} takes uploads again`);
      this.#failures = 0;
      return true;
    } catch (error) {
      const text = `cannot send to ${this.#options.serverUrl}: ${describe(error)}`;
      log.error('UPLOAD_UNREACHABLE', text);
      log.debug(text);
      return this.#putOff(entry, 0);
    }
  }

  #retry(entry: QueuedUpload, answer: Answer): false {
    const { clock, log } = this.#options;
    const text = `${this.#options.serverUrl} answered ${answer.status}${explain(answer.body)}`;
    log.error('UPLOAD_UNAVAILABLE', text);
    log.debug(text);
    return this.#putOff(entry, parseRetryAfterMs(answer.retryAfter, clock.nowMs()));
  }

  #reject(entry: QueuedUpload, answer: Answer): void {
    const text = `${this.#options.serverUrl} answered ${answer.status}${explain(answer.body)}`;
    this.#options.log.error('UPLOAD_REJECTED', text, `UPLOAD_REJECTED ${answer.status}`);
    this.#options.queue.drop(entry);
  }

  #putOff(entry: QueuedUpload, retryAfterMs: number): false {
    const { queue, clock, log } = this.#options;
    this.#failures += 1;
    const random = clock.random();
    const delayMs = retryDelayMs({ failures: this.#failures, retryAfterMs, random });
    const ageMs = clock.monotonicMs() - (entry.firstAttemptMs ?? 0);
    if (ageMs + delayMs < RETRY_POLICY.giveUpMs) queue.putBack(entry);
    else {
      queue.drop(entry);
      log.error(
        'UPLOAD_DROPPED',
        `an upload was given up after ${Math.round(ageMs / 60_000)} minutes`,
      );
    }
    if (!this.#stopped) {
      this.#backOff = clock.setTimer(() => {
        this.#backOff = null;
        this.kick();
      }, delayMs);
    }
    return false;
  }
}

function withDrops({ upload, reportedDrops }: QueuedUpload): Upload {
  const agent = { ...upload.meta.agent, droppedUploads: reportedDrops };
  return { ...upload, meta: { ...upload.meta, agent } };
}

const EXPLANATION_CHARS_MAX = 400;

/** `code: message. help` of the server's answer; nothing when it is not ours. */
function explain(body: string): string {
  try {
    const { code, message, help } = JSON.parse(body) as Record<string, unknown>;
    if (typeof code !== 'string') return '';
    const text = [message, help].filter((part) => typeof part === 'string').join('. ');
    return oneLine(` ${code}: ${text}`, EXPLANATION_CHARS_MAX).replace(/\.$/, '');
  } catch {
    return ''; // Not JSON: the status alone says what there is to say.
  }
}

/** A network error in a few words; an AggregateError of Happy Eyeballs has them in its parts. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}
