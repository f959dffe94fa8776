import type { SpanMode } from './config.ts';
import type { HttpRequest } from './http-request.ts';
import { InnerSpan } from './inner-span.ts';
import { SampleContext, type SpanLike } from './sample-context.ts';
import { sideField } from './side-field.ts';
import { type RpcMetadata, type TraceIds, Work } from './work.ts';

/** A context of OpenTelemetry. Its keys are `Symbol.for(...)`, so none of its packages is needed. */
export interface OtelContext {
  getValue(key: symbol): unknown;
}

const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN');
const SUPPRESS_KEY = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
const RPC_KEY = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA');

export function spanOf(context: OtelContext | undefined): SpanLike | undefined {
  return context?.getValue(SPAN_KEY) as SpanLike | undefined;
}

/**
 * Whether code in a context only reports on a span that is over: exporters run with tracing suppressed, in a timer
 * that the first span of a batch started, and that span would be charged for all the others. Clients that suppress
 * spans of their own inside a span go on being charged to it.
 */
export function isReporting(context: OtelContext, span: SpanLike): boolean {
  return context.getValue(SUPPRESS_KEY) === true && !span.isRecording();
}

export interface OtelSpansOptions {
  readonly mode: SpanMode;
  readonly uiUrl: string;
  readonly onRoot: (work: Work) => void;
  /** Work that is not over: of that local root span, else of its trace. */
  readonly openWork: (span: TraceIds) => Work | null;
}

/** What is active where a span is made current for the first time. */
export interface Surroundings {
  readonly context: OtelContext;
  readonly prior: SpanLike | undefined;
  readonly request: HttpRequest | null;
}

/** One sample context for each recording span, made when the span is active for the first time. */
export class OtelSpans {
  readonly #options: OtelSpansOptions;
  readonly #contexts = sideField<SpanLike, SampleContext>();

  constructor(options: OtelSpansOptions) {
    this.#options = options;
  }

  known(span: SpanLike): SampleContext | undefined {
    return this.#contexts.get(span);
  }

  /** Null for a span that is not recorded. */
  contextOf(span: SpanLike, around: Surroundings): SampleContext | null {
    const known = this.#contexts.get(span);
    if (known !== undefined) return known;
    if (!span.isRecording()) return this.#aroundUnrecorded(span, around);
    const parent = this.#parent(span, around);
    const context = parent === null ? this.#root(span, around) : this.#child(span, parent);
    this.#contexts.set(span, context);
    return context;
  }

  #child(span: SpanLike, parent: SampleContext): SampleContext {
    if (this.#options.mode === 'root') return parent;
    const inner = new InnerSpan(span);
    parent.work?.began(inner);
    return new SampleContext(parent.work, inner, null);
  }

  /** A span that was left out of a recorded trace counts as its parent. */
  #aroundUnrecorded(span: SpanLike, { prior }: Surroundings): SampleContext | null {
    return prior !== undefined && sameTrace(span, prior)
      ? (this.#contexts.get(prior) ?? null)
      : null;
  }

  /**
   * Null when the span has no parent in this process. Which span that is does not matter, only the work
   * that both are in: nearly always that of the span that was active before.
   */
  #parent(span: SpanLike, { prior, request }: Surroundings): SampleContext | null {
    const { parentSpanContext, parentSpanId } = span;
    if (parentSpanContext?.isRemote === true) return null;
    if (parentSpanContext === undefined && !parentSpanId) return null;
    const known =
      prior !== undefined && sameTrace(span, prior) ? this.#contexts.get(prior) : undefined;
    if (known !== undefined) return known;
    if (parentSpanContext === undefined) return null; // SDK 1 does not say whether it is in this process
    const owner = request?.owner ?? null;
    const inRequest = owner?.ids?.traceId === parentSpanContext.traceId;
    const work = inRequest ? owner : this.#options.openWork(parentSpanContext);
    return work?.base ?? null;
  }

  #root(span: SpanLike, { context, request }: Surroundings): SampleContext {
    const work = new Work(span, request);
    const rpc = context.getValue(RPC_KEY);
    if (typeof rpc === 'object') work.rpc = rpc as RpcMetadata | null;
    if (request !== null) request.owner ??= work;
    const { traceId, spanId } = span.spanContext();
    span.setAttribute('pyroscope.profile.id', spanId);
    span.setAttribute(
      'flamehouse.profile.url',
      `${this.#options.uiUrl}/trace/${traceId}/span/${spanId}`,
    );
    if (request === null) this.#options.onRoot(work);
    work.base = new SampleContext(work, null, null);
    return work.base;
  }
}

function sameTrace(a: SpanLike, b: SpanLike): boolean {
  return a.spanContext().traceId === b.spanContext().traceId;
}
