import { randomBytes } from 'node:crypto';
import type { HttpRequest } from './http-request.ts';
import type { SpanLike } from './sample-context.ts';

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
const BARE_METHOD = /^(HTTP )?(GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|TRACE|CONNECT|QUERY|HTTP)$/;

/**
 * One piece of work that came in from outside: a local root span, an incoming request, or both.
 *
 * Nothing is read before somebody asks: most work is over before a tick hits it, and the route of a
 * request is not known when it begins.
 */
export class Work {
  readonly span: SpanLike | null;
  rpc: RpcMetadata | null = null;
  #request: HttpRequest | null;
  #ids: TraceIds | null | undefined;
  #endpoint: string | null | undefined;

  constructor(span: SpanLike | null, request: HttpRequest | null) {
    this.span = span;
    this.#request = request;
  }

  /** Ids of the local root span. A request outside any span has the caller's, or new ones. */
  get ids(): TraceIds | null {
    if (this.span !== null) return this.span.spanContext();
    if (this.#ids !== undefined) return this.#ids;
    if (this.#request?.hasSpan === true) return null; // what ran outside that span belongs to none
    this.#ids = this.#request?.traceparent() ?? newIds();
    return this.#ids;
  }

  /** Name of the local root span. */
  get name(): string | null {
    return this.span?.name ?? null;
  }

  /** Method and route, or what comes nearest. Null when nothing is known. Not bounded in number. */
  get endpoint(): string | null {
    if (this.#endpoint !== undefined) return this.#endpoint;
    // A call that nobody asked for is no work that came in: what it asks is another one's endpoint.
    if (this.#request === null && OUTGOING_KINDS.includes(this.span?.kind)) return null;
    const owner = this.#request?.owner ?? this;
    return owner === this ? (this.#routed() ?? this.#named()) : owner.endpoint;
  }

  /** A span status of error, or an answer of 500 and above. */
  get failed(): boolean {
    return this.span?.status?.code === ERROR_STATUS || (this.#request?.status ?? 0) >= 500;
  }

  /** Keep what is known and let go of the request: a sampled tick holds the work for a whole window. */
  settle(): void {
    if (this.#request === null) return;
    this.#endpoint = this.endpoint;
    this.#ids ??= this.#request.hasSpan ? null : (this.#request.traceparent() ?? undefined);
    this.#request = null;
  }

  #routed(): string | null {
    const { attributes, kind } = this.span ?? {};
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
    const ofRequest = path === null || this.span?.kind === SERVER_KIND;
    const telling = name !== null && name !== '' && !BARE_METHOD.test(name);
    return telling && ofRequest ? name : (path ?? name);
  }
}

function newIds(): TraceIds {
  const hex = randomBytes(24).toString('hex');
  return { traceId: hex.slice(0, 32), spanId: hex.slice(32) };
}
