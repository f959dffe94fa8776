import type { IncomingMessage, ServerResponse } from 'node:http';
import { normalisePath } from './endpoint-names.ts';
import type { Listed } from './open-list.ts';
import { type TraceIds, Work } from './work.ts';

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-|$)/;
const ZEROS = /^0+$/;

/** What Express leaves on the request while it routes. */
interface Routed {
  readonly baseUrl?: unknown;
  readonly route?: { readonly path?: unknown };
}

/** What is read of the objects of the host. */
interface Facts {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly traceparent: unknown;
  readonly status: number;
  readonly route: string | null;
}

/** An incoming request. Reads the objects of the host, and never writes to them. */
export class HttpRequest implements Listed {
  place = -1;
  readonly startedMs: number; // of the monotonic clock
  readonly work: Work;
  /** The local root span that was begun in here, if there is one. */
  owner: Work | null = null;
  /** A span was begun that is not recorded: ids of its trace lead nowhere. */
  unrecorded = false;
  /** What the framework answers when asked for the route. */
  askRoute: (() => unknown) | null = null;
  #raw: { readonly request: IncomingMessage; readonly response: ServerResponse } | null;
  #facts: Facts | null = null;

  constructor(request: IncomingMessage, response: ServerResponse, startedMs: number) {
    this.#raw = { request, response };
    this.startedMs = startedMs;
    this.work = new Work(null, this);
  }

  /**
   * The answer is sent: keep what was read, and let go of the objects. Whatever keeps a context of
   * the request, as a span or a sampled tick does, would keep them as well, and make V8 copy them.
   */
  finish(): void {
    this.#facts = this.#read();
    this.#raw = null;
    this.askRoute = null;
  }

  get method(): string | undefined {
    return this.#read().method;
  }

  get status(): number {
    return this.#read().status;
  }

  /** Whether a span was begun in here, so that code outside of it is outside any. */
  get hasSpan(): boolean {
    return this.owner !== null || this.unrecorded;
  }

  get failed(): boolean {
    return this.owner?.failed === true || this.work.failed;
  }

  settle(): void {
    this.owner?.settle();
    this.work.settle();
  }

  /** The peer went away before there was an answer, so that none will be finished. */
  get aborted(): boolean {
    const response = this.#raw?.response;
    return response?.destroyed === true && !response.writableFinished;
  }

  /** The route's pattern, when a framework has matched one. */
  get route(): string | null {
    return this.#read().route;
  }

  get endpointOfPath(): string {
    const { method = 'GET', url = '/' } = this.#read();
    return `${method} ${normalisePath(url)}`;
  }

  /** The caller's trace, by the header of W3C Trace Context. */
  traceparent(): TraceIds | null {
    const { traceparent: header } = this.#read();
    const match = typeof header === 'string' ? TRACEPARENT.exec(header) : null;
    const [, traceId = '', spanId = ''] = match ?? [];
    return ZEROS.test(traceId) || ZEROS.test(spanId) || spanId === '' ? null : { traceId, spanId };
  }

  #read(): Facts {
    if (this.#raw === null) return this.#facts!; // one of the two is there
    const { request, response } = this.#raw;
    return {
      method: request.method,
      url: request.url,
      traceparent: request.headers['traceparent'],
      status: response.statusCode,
      route: textOfRoute(this.askRoute?.()) ?? routeOfExpress(request as Routed),
    };
  }
}

/** Mounted routers stand in `baseUrl` with the values that came, not with the names of their parameters. */
function routeOfExpress({ route, baseUrl }: Routed): string | null {
  const path = textOfRoute(route?.path);
  if (path === null) return null;
  const base = typeof baseUrl === 'string' && baseUrl !== '' ? normalisePath(baseUrl) : '';
  return base !== '' && path === '/' ? base : `${base}${path}`;
}

function textOfRoute(route: unknown): string | null {
  if (typeof route === 'string') return route === '' ? null : route;
  if (route instanceof RegExp) return String(route);
  return Array.isArray(route) ? textOfRoute(route[0]) : null;
}
