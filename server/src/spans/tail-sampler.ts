import { RecentIds } from './recent-ids.ts';
import { SlowThreshold } from './slow-threshold.ts';
import { SpanBudget } from './span-budget.ts';
import type { DroppedBecause, KeptBecause, SpanCounts, TracedSpan } from './traced-span.ts';

/** A span to be stored. `weight`: how many spans that were not kept it stands for, itself included. */
export interface KeptSpan {
  readonly span: TracedSpan;
  readonly because: KeptBecause;
  readonly weight: number;
}

export interface TailSamplerOptions {
  readonly waitMs: number; // from the first span of a trace until it is decided on
  readonly now: () => number;
  readonly random: () => number; // 0 to 1
  readonly counts: SpanCounts;
  readonly keep: (spans: readonly KeptSpan[]) => void;
}

interface PendingTrace {
  readonly spans: Map<string, TracedSpan>; // by span id: a request that is sent again adds nothing
  readonly dueMs: number;
  error: boolean;
  slow: boolean;
}

/** `because` null: dropped. */
interface Decision {
  readonly because: KeptBecause | null;
  readonly weight: number;
}

// One trace in 50 of those about which nothing is special.
const REST_RATE = 0.02;
// So many in a minute are kept of every endpoint before the rate counts, so that rare ones are seen.
const FIRST_PER_MINUTE = 10;
const MINUTE_MS = 60_000;
// A span takes about 1 kB here. Past this the oldest traces are decided on before their time.
const PENDING_SPANS_MAX = 50_000;
// A waterfall of more is not read; the screen shows 1,000.
const TRACE_SPANS_MAX = 2_000;
// Late spans follow the decision on their trace: 50,000 traces are minutes of a busy server.
const DECISIONS_MIN = 50_000;
// Samples of a trace often arrive before its spans, which are exported when they end.
const SAMPLED_MIN = 50_000;

/**
 * Keeps the traces that are worth it: with samples, with an error, slow for their endpoint, the first
 * of an endpoint in a minute, and one in 50 of the rest.
 *
 * A trace with samples is decided on at once, any other after `waitMs`, when its spans and the
 * profile of its process should be here. All of it is in memory: what a killed process had not
 * decided on is lost, which is at most `waitMs` of spans.
 */
export class TailSampler {
  private readonly options: TailSamplerOptions;
  private readonly pending = new Map<string, PendingTrace>(); // in order of dueMs
  private pendingSpans = 0;
  private readonly decided = new RecentIds<Decision>(DECISIONS_MIN);
  private readonly sampled = new RecentIds<true>(SAMPLED_MIN);
  private readonly slow = new SlowThreshold();
  private readonly budget = new SpanBudget();
  private firsts = new Map<string, number>();
  private firstsSinceMs = 0;

  constructor(options: TailSamplerOptions) {
    this.options = options;
  }

  /** Spans that are not decided on. */
  get waiting(): number {
    return this.pendingSpans;
  }

  add(spans: readonly TracedSpan[]): void {
    this.options.counts.received += spans.length;
    for (const span of spans) this.addSpan(span);
    for (const traceId of new Set(spans.map((span) => span.traceId))) {
      if (this.pending.has(traceId) && this.sampled.get(traceId)) this.decide(traceId);
    }
    while (this.pendingSpans > PENDING_SPANS_MAX) this.decideOldest();
  }

  /** A profile has samples of these traces. */
  markSampled(traceIds: Iterable<string>): void {
    for (const traceId of traceIds) {
      this.sampled.set(traceId, true);
      if (this.pending.has(traceId)) this.decide(traceId);
    }
  }

  /** Decide on every trace whose time has come. */
  sweep(): void {
    const now = this.options.now();
    for (const [traceId, { dueMs }] of this.pending) {
      if (dueMs > now) break;
      this.decide(traceId);
    }
  }

  decideAll(): void {
    for (const traceId of [...this.pending.keys()]) this.decide(traceId);
  }

  private addSpan(span: TracedSpan): void {
    const isSlow = span.localRoot && this.slow.isSlow(keyOf(span), span.durationMicros);
    const decision = this.decided.get(span.traceId);
    if (decision !== undefined) {
      this.follow(decision, span);
      return;
    }
    const trace = this.traceOf(span.traceId);
    if (trace.spans.has(span.spanId)) return;
    if (trace.spans.size >= TRACE_SPANS_MAX) {
      this.drop('trace_limit', 1);
      return;
    }
    trace.spans.set(span.spanId, span);
    this.pendingSpans++;
    trace.error ||= span.error;
    trace.slow ||= isSlow;
  }

  private traceOf(traceId: string): PendingTrace {
    const known = this.pending.get(traceId);
    if (known !== undefined) return known;
    const dueMs = this.options.now() + this.options.waitMs;
    const trace = { spans: new Map(), dueMs, error: false, slow: false };
    this.pending.set(traceId, trace);
    return trace;
  }

  private follow({ because, weight }: Decision, span: TracedSpan): void {
    if (because === null) this.drop('rest', 1);
    else this.store([span], because, weight);
  }

  private decideOldest(): void {
    const [traceId] = this.pending.keys();
    this.decide(traceId!);
  }

  private decide(traceId: string): void {
    const trace = this.pending.get(traceId)!;
    this.pending.delete(traceId);
    this.pendingSpans -= trace.spans.size;
    const spans = [...trace.spans.values()];
    const decision = this.decisionOn(traceId, trace);
    this.decided.set(traceId, decision);
    if (decision.because === null) this.drop('rest', spans.length);
    else this.store(spans, decision.because, decision.weight);
  }

  private decisionOn(traceId: string, { spans, error, slow }: PendingTrace): Decision {
    if (this.sampled.get(traceId)) return { because: 'samples', weight: 1 };
    if (error) return { because: 'error', weight: 1 };
    if (slow) return { because: 'slow', weight: 1 };
    if (this.isFirst(spans.values())) return { because: 'first', weight: 1 };
    const kept = this.options.random() < REST_RATE;
    return { because: kept ? 'rate' : null, weight: 1 / REST_RATE };
  }

  /** Whether an entry of the trace is among the first of its endpoint in this minute. */
  private isFirst(spans: Iterable<TracedSpan>): boolean {
    const now = this.options.now();
    if (now - this.firstsSinceMs >= MINUTE_MS) {
      this.firsts = new Map();
      this.firstsSinceMs = now;
    }
    let first = false;
    for (const span of spans) {
      if (!span.localRoot) continue;
      const seen = (this.firsts.get(keyOf(span)) ?? 0) + 1;
      this.firsts.set(keyOf(span), seen);
      first ||= seen <= FIRST_PER_MINUTE;
    }
    return first;
  }

  private store(spans: readonly TracedSpan[], because: KeptBecause, weight: number): void {
    const ofService = new Map<string, number>();
    for (const { service } of spans) ofService.set(service, (ofService.get(service) ?? 0) + 1);
    if (!this.budget.take(ofService, this.options.now())) {
      this.drop('service_limit', spans.length);
      return;
    }
    this.options.counts.kept[because] += spans.length;
    this.options.keep(spans.map((span) => ({ span, because, weight })));
  }

  private drop(because: DroppedBecause, spans: number): void {
    this.options.counts.dropped[because] += spans;
  }
}

/** What the durations of a local root span are compared within. */
function keyOf({ service, endpoint, name }: TracedSpan): string {
  return `${service}\n${endpoint === '' ? name : endpoint}`;
}
