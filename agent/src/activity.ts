import { performance } from 'node:perf_hooks';
import type { Clock } from './clock.ts';
import type { SpanMode } from './config.ts';
import { BoundedNames } from './endpoint-names.ts';
import { type EndpointCount, RequestCounts } from './request-counts.ts';
import { RequestWatch } from './request-watch.ts';
import { LabelWriter } from './sample-labels.ts';
import { SpanContexts } from './span-context.ts';
import { type Stall, StallWatch } from './stall-watch.ts';
import type { TickReport } from './tick-table.ts';
import type { StallAt, V8Profiler } from './v8-profiler.ts';

/** A stall, as `meta.stalls` has it. What is not known is left out. */
export interface StallReport {
  readonly from: string; // epoch nanoseconds
  readonly durationMs: number;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly endpoint?: string;
}

/** What happened in a window, beside its ticks. */
export interface WindowActivity {
  readonly endpoints: readonly EndpointCount[];
  readonly stalls: readonly StallReport[];
}

/** A window that is closed, while its ticks are still to become a profile. */
export interface ClosedActivity {
  readonly writer: LabelWriter;
  report(ticks: TickReport): WindowActivity;
}

export interface ActivityOptions {
  readonly profiler: V8Profiler;
  readonly clock: Clock;
  readonly spans: SpanMode;
  readonly uiUrl: string;
  readonly stallMs: number; // 0 = off
  readonly thread: string | null;
  readonly onError: (error: unknown) => void;
}

const idleMsOfLoop = performance.eventLoopUtilization.bind(performance);

/** What the process is busy with: spans, requests, stalls of the event loop, and labels made of them. */
export class Activity {
  readonly contexts: SpanContexts;
  readonly #stalls: StallWatch | null;
  readonly #requests: RequestWatch | null;
  readonly #counts: RequestCounts;
  readonly #writer: LabelWriter;

  constructor(options: ActivityOptions) {
    const { profiler, clock, spans: mode, uiUrl, stallMs, thread, onError } = options;
    const endpoints = new BoundedNames();
    const counts = new RequestCounts(endpoints, clock);
    const contexts = new SpanContexts({
      profiler,
      mode,
      uiUrl,
      onRoot: (work) => counts.startedSpan(work),
      openWork: (span) => counts.openWork(span),
    });
    this.#counts = counts;
    this.contexts = contexts;
    this.#writer = new LabelWriter({ endpoints, spanNames: new BoundedNames(), thread });
    this.#stalls =
      stallMs === 0 ? null : new StallWatch({ clock, stallMs, idleMs: () => idleMsOfLoop().idle });
    this.#requests =
      mode === 'off'
        ? null
        : new RequestWatch(clock, {
            started(request) {
              counts.started(request);
              contexts.enterRequest(request);
            },
            finished: (request) => counts.finished(request),
            onError,
          });
  }

  /** The sampler runs by now. */
  start(): void {
    this.contexts.start();
    this.#requests?.start();
    this.#stalls?.start();
  }

  /** The sampler still runs. */
  stop(): void {
    this.#stalls?.stop();
    this.#requests?.stop();
    this.contexts.stop();
  }

  /** Before ticks are taken: notice what happened meanwhile. Answers where their stalls are. */
  beforeTicks(): StallAt | null {
    this.contexts.check();
    this.#requests?.check();
    this.#counts.collect();
    this.#stalls?.check();
    return this.#stalls?.takeNew() ?? null;
  }

  /** End the window; its ticks may be turned into a profile later. */
  close(): ClosedActivity {
    const stalls = this.#stalls?.takeAll() ?? [];
    const takeCounts = this.#counts.take();
    return {
      writer: this.#writer,
      report: ({ endpointCpuNanos, stallContexts }) => ({
        endpoints: takeCounts(endpointCpuNanos),
        stalls: stalls.map((stall, i) => stallReport(stall, stallContexts.get(i))),
      }),
    };
  }
}

type StallContext = TickReport['stallContexts'] extends ReadonlyMap<number, infer T> ? T : never;

function stallReport(
  { fromMicros, toMicros }: Stall,
  context: StallContext | undefined,
): StallReport {
  const { traceId = null, spanId = null, endpoint = null } = context ?? {};
  return {
    from: String(BigInt(fromMicros) * 1000n),
    durationMs: Math.round((toMicros - fromMicros) / 1e3),
    ...(traceId === null ? {} : { traceId }),
    ...(spanId === null ? {} : { spanId }),
    ...(endpoint === null ? {} : { endpoint }),
  };
}
