import type { SpanPipeline } from '../../server/src/spans/span-pipeline.ts';
import { newSpanCounts, type TracedSpan } from '../../server/src/spans/traced-span.ts';

/** Remembers the spans it was given, and fails when told to. */
export class FakeSpans implements SpanPipeline {
  readonly retentionMs = 3 * 24 * 3_600_000;
  readonly counts = newSpanCounts();
  readonly accepted: TracedSpan[] = [];
  failure: Error | null = null;

  get waiting(): number {
    return this.accepted.length;
  }

  accept(spans: readonly TracedSpan[]): void {
    if (this.failure !== null) throw this.failure;
    this.counts.received += spans.length;
    this.accepted.push(...spans);
  }

  markSampled(): void {}
  async flush() {}
  async close() {}
}
