import { Counter, Gauge, type Registry } from 'prom-client';
import type { SpanPipeline } from '../spans/span-pipeline.ts';

/** Add what became of spans that came by OTLP, read when it is asked for. */
export function registerSpanMetrics(registry: Registry, spans: SpanPipeline): void {
  const registers = [registry];
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      name: `flamehouse_spans_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  const byReason = (name: 'kept' | 'dropped', help: string) =>
    new Counter({
      name: `flamehouse_spans_${name}_total`,
      help,
      labelNames: ['reason'] as const,
      registers,
      collect() {
        this.reset();
        for (const [reason, count] of Object.entries(spans.counts[name]))
          this.inc({ reason }, count);
      },
    });
  counter('received', 'Spans received by OTLP.', () => spans.counts.received);
  counter('rejected', 'Spans refused in a partial success.', () => spans.counts.rejected);
  byReason('kept', 'Spans kept, by reason.');
  byReason('dropped', 'Spans not kept, by reason; storage: decided to be kept, and lost.');
  new Gauge({
    name: 'flamehouse_spans_waiting',
    help: 'Spans in memory whose trace is not decided on.',
    registers,
    collect() {
      this.set(spans.waiting);
    },
  });
}
