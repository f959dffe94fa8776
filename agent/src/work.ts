import { randomBytes } from 'node:crypto';
import type { HttpRequest } from './http-request.ts';
import type { InnerSpan } from './inner-span.ts';
import type { Listed } from './open-list.ts';
import type { SampleContext, SpanLike } from './sample-context.ts';

export interface TraceIds {
  readonly traceId: string;
  readonly spanId: string;
}

/** What the SDK's HTTP instrumentation puts into its context, and frameworks' fill in while they route. */
export interface RpcMetadata {
  readonly route?: string;
}

const SERVER_KIND = 1;
const OUTGOING_KINDS: readonly (number | undefined)[] = [2, 3]; // client, producer
const ERROR_STATUS = 2;
const INNER_SWEEP = 64; // inner spans at which those that ended are let go before the work is over
const BARE_METHOD = /^(HTTP )?(GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|TRACE|CONNECT|QUERY|HTTP)$/;

/**
 * One piece of work that came in from outside: a local root span, an incoming request, or both.
 *
 * Nothing is read before somebody asks: most work is over before a tick hits it, and the route of a
 * request is not known when it begins.
 */
export class Work implements Listed {
  place = -1;
  rpc: RpcMetadata | null = null;
  /** Context of code that is in no span inside its local root span. */
  base: SampleContext | null = null;
  #span: SpanLike | null;
  #request: HttpRequest | null;
  #traceId: string | null | undefined;
  #spanId = '';
  #name: string | null = null;
  #endpoint: string | null | undefined;
  #failed = false;
  #inner: InnerSpan[] | null = null;
  #sweepAt = INNER_SWEEP;

  constructor(span: SpanLike | null, request: HttpRequest | null) {
    this.#span = span;
    this.#request = request;
    if (span !== null) this.#keepIds(span.spanContext());
  }

  /** Ids of the local root span. A request outside any span has the caller's, or new ones. */
  get ids(): TraceIds | null {
    if (this.#traceId === undefined) {
      if (this.#request?.hasSpan === true) return null; // what ran outside that span belongs to none
      this.#keepIds(this.#request?.traceparent() ?? newIds());
    }
    const traceId = this.#traceId ?? null;
    return traceId === null ? null : { traceId, spanId: this.#spanId };
  }

  /** Name of the local root span. */
  get name(): string | null {
    return this.#span?.name ?? this.#name;
  }

  /** Method and route, or what comes nearest. Null when nothing is known. Not bounded in number. */
  get endpoint(): string | null {
    if (this.#endpoint !== undefined) return this.#endpoint;
    // A call that nobody asked for is no work that came in: what it asks is another one's endpoint.
    if (this.#request === null && OUTGOING_KINDS.includes(this.#span?.kind)) return null;
    const owner = this.#request?.owner ?? this;
    return owner === this ? (this.#routed() ?? this.#named()) : owner.endpoint;
  }

  /** A span status of error, or an answer of 500 and above. */
  get failed(): boolean {
    if (this.#failed || this.#span?.status?.code === ERROR_STATUS) return true;
    return (this.#request?.status ?? 0) >= 500;
  }

  /** How long its span took, once that ended. */
  get durationNanos(): number | null {
    if (this.#span?.ended !== true) return null;
    const [seconds = 0, nanos = 0] = this.#span.duration ?? [];
    return seconds * 1e9 + nanos;
  }

  /** A span inside it became active. */
  began(span: InnerSpan): void {
    this.#inner ??= [];
    if (this.#inner.length >= this.#sweepAt) {
      this.#settleInner();
      this.#inner ??= [];
      this.#sweepAt = Math.max(INNER_SWEEP, 2 * this.#inner.length);
    }
    this.#inner.push(span);
  }

  /**
   * Keep what is known, and let go of the request and of the spans that ended: a sampled tick holds
   * the work for a whole window, and the sampler every context until V8 collects its garbage.
   */
  settle(): void {
    this.#settleInner();
    const ended = this.#span === null || this.#span.ended === true;
    if (this.#request === null && !ended) return;
    this.#endpoint = this.endpoint;
    this.#failed = this.failed;
    if (this.#request !== null) {
      if (this.#traceId === undefined) this.#settleIds(this.#request);
      this.#request = null;
    }
    if (!ended) return;
    this.#name = this.name;
    this.#span = null;
    this.rpc = null;
  }

  /** The ids alone: the SDK's object is not kept. */
  #keepIds({ traceId, spanId }: TraceIds): void {
    this.#traceId = traceId;
    this.#spanId = spanId;
  }

  #settleIds(request: HttpRequest): void {
    const ids = request.traceparent();
    if (request.hasSpan) this.#traceId = null;
    else if (ids !== null) this.#keepIds(ids);
  }

  #settleInner(): void {
    const open = this.#inner?.filter((span) => !span.settle());
    this.#inner = open === undefined || open.length === 0 ? null : open;
  }

  #routed(): string | null {
    const { attributes, kind } = this.#span ?? {};
    const route = attributes?.['http.route'] ?? this.rpc?.route ?? this.#request?.route;
    if (typeof route !== 'string' || route === '') return null;
    const own = attributes?.['http.request.method'] ?? attributes?.['http.method'];
    const method = own ?? this.#request?.method;
    if (method === undefined && kind !== SERVER_KIND) return null;
    return method === undefined ? route : `${method} ${route}`;
  }

  /** A span for a request is named after it; a span inside one is named after something smaller. */
  #named(): string | null {
    const { name } = this;
    const path = this.#request?.endpointOfPath ?? null;
    const ofRequest = path === null || this.#span?.kind === SERVER_KIND;
    const telling = name !== null && name !== '' && !BARE_METHOD.test(name);
    return telling && ofRequest ? name : (path ?? name);
  }
}

function newIds(): TraceIds {
  const hex = randomBytes(24).toString('hex');
  return { traceId: hex.slice(0, 32), spanId: hex.slice(32) };
}
