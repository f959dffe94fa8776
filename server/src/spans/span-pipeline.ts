import type { StorageLog } from '../ingest/pipeline.ts';
import type { Engine } from '../storage/engine.ts';
import { spanLine } from './span-rows.ts';
import { SpanWriter } from './span-writer.ts';
import { TailSampler } from './tail-sampler.ts';
import { newSpanCounts, type SpanCounts, type TracedSpan } from './traced-span.ts';

/** Where spans of OTLP go. They are in memory until they are decided on and inserted. */
export interface SpanPipeline {
  readonly retentionMs: number;
  readonly counts: SpanCounts;
  /** Spans that are not decided on. */
  readonly waiting: number;
  accept(spans: readonly TracedSpan[]): void;
  /** A profile has samples of these traces, so their spans are worth keeping. */
  markSampled(traceIds: Iterable<string>): void;
  /** Decide on everything and insert what is kept. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface SpanPipelineOptions {
  readonly retentionMs: number;
  readonly waitMs?: number;
  readonly now: () => number;
  readonly log: StorageLog;
  readonly random?: () => number;
}

// An SDK exports a span within 5 s of its end, and an agent's window and upload take 16 s after that.
const WAIT_MS = 30_000;
const SWEEP_MS = 1_000;

/** Decides on spans after a wait and inserts those that are kept. */
export class TailPipeline implements SpanPipeline {
  readonly retentionMs: number;
  readonly counts = newSpanCounts();
  private readonly sampler: TailSampler;
  private readonly writer: SpanWriter;
  private readonly timer: NodeJS.Timeout;

  constructor(engine: Engine, options: SpanPipelineOptions) {
    const { retentionMs, waitMs = WAIT_MS, now, log, random = Math.random } = options;
    const { counts } = this;
    this.retentionMs = retentionMs;
    this.writer = new SpanWriter({
      engine,
      log,
      onDropped: (rows) => {
        counts.dropped.storage += rows;
      },
    });
    this.sampler = new TailSampler({
      waitMs,
      now,
      random,
      counts,
      keep: (spans) => this.writer.add(spans.map(spanLine)),
    });
    this.timer = setInterval(() => this.sampler.sweep(), SWEEP_MS);
    this.timer.unref();
  }

  get waiting(): number {
    return this.sampler.waiting;
  }

  accept(spans: readonly TracedSpan[]): void {
    this.sampler.add(spans);
  }

  markSampled(traceIds: Iterable<string>): void {
    this.sampler.markSampled(traceIds);
  }

  async flush(): Promise<void> {
    this.sampler.decideAll();
    await this.writer.flush();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.sampler.decideAll();
    await this.writer.close();
  }
}
