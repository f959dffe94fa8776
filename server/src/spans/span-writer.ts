import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StorageLog } from '../ingest/pipeline.ts';
import type { Engine } from '../storage/engine.ts';
import { TRACE_SPAN_COLUMNS, TRACE_SPANS } from './span-rows.ts';

export interface SpanWriterOptions {
  readonly engine: Pick<Engine, 'insert'>;
  readonly log: StorageLog;
  /** Rows that no insert took; they are gone. */
  readonly onDropped: (rows: number) => void;
  readonly retryMs?: number;
}

interface Batch {
  readonly token: string;
  readonly lines: string[];
  bytes: number;
}

// An insert is a part on disk, so a second's spans go together.
const GATHER_MS = 500;
const BATCH_BYTES_MAX = 4 * 2 ** 20;
// While the engine takes nothing. 32 MiB are about 100,000 spans.
const WAITING_BYTES_MAX = 32 * 2 ** 20;
const RETRY_MS = 1_000;

/** Inserts kept spans in batches, in order, again and again until the engine takes them or memory runs out. */
export class SpanWriter {
  private readonly options: SpanWriterOptions;
  private readonly batches: Batch[] = [];
  private waitingBytes = 0;
  private writing: Promise<void> | null = null;
  private readonly stop = new AbortController();
  private busy: Batch | null = null;
  private gathered: () => void = () => {}; // ends the wait for more

  constructor(options: SpanWriterOptions) {
    this.options = options;
  }

  add(lines: readonly string[]): void {
    for (const line of lines) {
      let batch = this.batches.at(-1);
      if (batch === undefined || batch.bytes >= BATCH_BYTES_MAX || this.isFirstBusy()) {
        batch = { token: randomUUID(), lines: [], bytes: 0 };
        this.batches.push(batch);
      }
      batch.lines.push(line);
      batch.bytes += line.length;
      this.waitingBytes += line.length;
    }
    while (this.waitingBytes > WAITING_BYTES_MAX && this.batches.length > 1) this.dropNewest();
    this.start();
  }

  /** Resolves once everything added before is in the table. */
  async flush(): Promise<void> {
    while (this.writing !== null) {
      this.gathered();
      await this.writing;
    }
  }

  /** Stop trying; what waits is counted as dropped. */
  async close(): Promise<void> {
    this.stop.abort();
    await this.flush();
  }

  private start(): void {
    this.writing ??= this.write().finally(() => {
      this.writing = null;
      if (this.batches.length > 0) this.start(); // Added after the last look.
    });
  }

  /** A batch that is being inserted may not grow: its token stands for its rows. */
  private isFirstBusy(): boolean {
    return this.batches.length === 1 && this.batches[0] === this.busy;
  }

  private async write(): Promise<void> {
    await this.gather();
    for (let batch = this.batches[0]; batch !== undefined; batch = this.batches[0]) {
      this.busy = batch;
      const stored = await this.insert(batch);
      this.busy = null;
      this.batches.shift();
      this.waitingBytes -= batch.bytes;
      if (!stored) this.options.onDropped(batch.lines.length);
    }
  }

  private async gather(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, GATHER_MS);
      this.gathered = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.gathered = () => {};
  }

  /** Whether the rows are in the table. */
  private async insert({ token, lines }: Batch): Promise<boolean> {
    const { engine, log, retryMs = RETRY_MS } = this.options;
    const insert = { table: TRACE_SPANS, columns: TRACE_SPAN_COLUMNS, tsv: lines.join(''), token };
    for (;;) {
      try {
        await engine.insert(insert);
        return true;
      } catch (err) {
        log.error({ err, spans: lines.length }, 'spans could not be inserted');
        if (this.stop.signal.aborted) return false;
        await sleep(retryMs, undefined, { signal: this.stop.signal }).catch(() => {}); // `close` ends the wait.
      }
    }
  }

  private dropNewest(): void {
    const batch = this.batches.pop()!;
    this.waitingBytes -= batch.bytes;
    this.options.onDropped(batch.lines.length);
  }
}
