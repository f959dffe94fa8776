import type { InnerSpan } from './inner-span.ts';
import type { Work } from './work.ts';

/** A span of OpenTelemetry's SDK 1.30 or 2.x, as far as it is read. Attributes live on after `end()`. */
export interface SpanLike {
  spanContext(): SpanContextLike;
  isRecording(): boolean;
  setAttribute(key: string, value: string): unknown;
  readonly name?: string;
  readonly kind?: number; // 1 = server
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly status?: { readonly code: number }; // 2 = error
  readonly ended?: boolean;
  readonly duration?: readonly [seconds: number, nanos: number];
  readonly parentSpanContext?: SpanContextLike; // SDK 2
  readonly parentSpanId?: string; // SDK 1
}

export interface SpanContextLike {
  readonly traceId: string;
  readonly spanId: string;
  readonly isRemote?: boolean;
}

/** Labels of `runWithLabels`, checked. */
export type UserLabels = Readonly<Record<string, string>>;

/**
 * What a sampled tick belongs to. One object per span (or request), so that ticks are grouped by
 * reference; text is made of it when the window is closed and routing is known.
 *
 * The sampler keeps each until V8 collects its garbage, so that most survive one collection, with
 * all that they lead to. Hence a class, and no literal: V8 notices literals that always survive, and
 * makes their kind in the old heap from then on, the SDK's objects among them if they hung on it.
 */
export class SampleContext {
  readonly work: Work | null;
  /** The innermost recording span; null when that is the local root. */
  readonly span: InnerSpan | null;
  readonly labels: UserLabels | null;

  constructor(work: Work | null, span: InnerSpan | null, labels: UserLabels | null) {
    this.work = work;
    this.span = span;
    this.labels = labels;
  }
}
