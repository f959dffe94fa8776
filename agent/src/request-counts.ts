import type { Clock } from './clock.ts';
import type { BoundedNames } from './endpoint-names.ts';
import type { HttpRequest } from './http-request.ts';
import { OpenList } from './open-list.ts';
import type { TraceIds, Work } from './work.ts';

/** One endpoint in one window, as `meta.endpoints` has it. */
export interface EndpointCount {
  readonly endpoint: string;
  readonly count: number;
  readonly errors: number;
  readonly durationSumNanos: number;
  readonly cpuNanos: number;
}

interface Tally {
  count: number;
  errors: number;
  durationSumNanos: number;
}

const OPEN_MAX = 10_000; // requests and spans that are open at once; more are not counted
const SWEEP_MIN = 16; // spans at which those that ended are let go before the next flush

/** Counts work that ended: requests, and local root spans outside any. */
export class RequestCounts {
  readonly #names: BoundedNames;
  readonly #clock: Clock;
  readonly #open = new OpenList<HttpRequest>();
  readonly #spans = new OpenList<Work>();
  #finished: { readonly request: HttpRequest; readonly durationMs: number }[] = [];
  #tallies = new Map<string, Tally>();
  #sweepAt = SWEEP_MIN;

  constructor(names: BoundedNames, clock: Clock) {
    this.#names = names;
    this.#clock = clock;
  }

  started(request: HttpRequest): void {
    if (this.#open.size < OPEN_MAX) this.#open.add(request);
  }

  /** A turn later the SDK has written the route into its span, and everybody is done with the request. */
  finished(request: HttpRequest): void {
    if (!this.#open.delete(request)) return;
    request.finish();
    const durationMs = this.#clock.monotonicMs() - request.startedMs;
    this.#finished.push({ request, durationMs });
    if (this.#finished.length === 1) this.#clock.setTurn(() => this.#settle());
  }

  startedSpan(work: Work): void {
    if (this.#spans.size >= this.#sweepAt) this.#sweep();
    if (this.#spans.size < OPEN_MAX) this.#spans.add(work);
  }

  /** Work that is open: of that local root span, else any of its trace. Looks through all of it. */
  openWork({ traceId, spanId }: TraceIds): Work | null {
    let found: Work | null = null;
    const look = (work: Work | null) => {
      if (work?.ids?.traceId !== traceId || found?.ids?.spanId === spanId) return;
      found = work;
    };
    this.#spans.visit(look);
    this.#open.visit(({ owner }) => look(owner));
    return found;
  }

  /** What ended since the last call, by endpoint; the CPU that ticks gave to each comes later. */
  take(): (cpuNanos: ReadonlyMap<string, number>) => EndpointCount[] {
    const tallies = this.#tallies;
    this.#tallies = new Map();
    return (cpuNanos) => {
      const endpoints = new Set([...tallies.keys(), ...cpuNanos.keys()]);
      return [...endpoints].map((endpoint) => {
        const tally = tallies.get(endpoint) ?? { count: 0, errors: 0, durationSumNanos: 0 };
        return { endpoint, ...tally, cpuNanos: cpuNanos.get(endpoint) ?? 0 };
      });
    };
  }

  /** Count what ended without anybody saying so. */
  collect(): void {
    this.#open.visit((request) => {
      if (request.aborted) this.finished(request);
    });
    this.#settle();
    this.#sweep();
  }

  /** Count the spans that ended. Looked at again at twice as many, each costs little, however long some take. */
  #sweep(): void {
    this.#spans.visit((work) => {
      const { durationNanos } = work;
      if (durationNanos === null) return;
      this.#spans.delete(work);
      this.#count(work.endpoint, work.failed, durationNanos);
      work.settle();
    });
    this.#sweepAt = Math.max(SWEEP_MIN, 2 * this.#spans.size);
  }

  #settle(): void {
    const finished = this.#finished;
    this.#finished = [];
    for (const { request, durationMs } of finished) {
      this.#count(request.work.endpoint, request.failed, Math.round(durationMs * 1e6));
      request.settle();
    }
  }

  #count(endpoint: string | null, failed: boolean, durationNanos: number): void {
    if (endpoint === null) return;
    const name = this.#names.bound(endpoint);
    let tally = this.#tallies.get(name);
    if (tally === undefined) {
      tally = { count: 0, errors: 0, durationSumNanos: 0 };
      this.#tallies.set(name, tally);
    }
    tally.count += 1;
    tally.errors += failed ? 1 : 0;
    tally.durationSumNanos += durationNanos;
  }
}
