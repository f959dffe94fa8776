import type { SpanKind, SpanStatus } from '@flamehouse/proto';

/** A span that came by OTLP, checked and cut to what is kept of it. Ids are lower-case hex. */
export interface TracedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string; // '' for the root of a trace
  readonly localRoot: boolean; // its parent is in another process
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly instance: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly endpoint: string; // method and route; '' when the sender did not name the route
  readonly startMicros: number; // epoch microseconds
  readonly durationMicros: number;
  readonly status: SpanStatus;
  readonly statusMessage: string;
  readonly error: boolean;
  readonly httpStatus: number; // 0 when there is none
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

/** Why a span is kept. `first`: there were few of its endpoint this minute. `rate`: one of many of the rest. */
export const KEPT_BECAUSE = ['samples', 'error', 'slow', 'first', 'rate'] as const;
export type KeptBecause = (typeof KEPT_BECAUSE)[number];

/**
 * Why a span is not kept. `rest`: nothing is special about its trace. `service_limit` and `trace_limit`:
 * more than one service or one trace may have. `storage`: the engine took no insert for too long.
 */
export const DROPPED_BECAUSE = ['rest', 'service_limit', 'trace_limit', 'storage'] as const;
export type DroppedBecause = (typeof DROPPED_BECAUSE)[number];

/** What became of spans since the server started. */
export interface SpanCounts {
  received: number;
  rejected: number;
  readonly kept: Record<KeptBecause, number>;
  readonly dropped: Record<DroppedBecause, number>;
}

export function newSpanCounts(): SpanCounts {
  return {
    received: 0,
    rejected: 0,
    kept: { samples: 0, error: 0, slow: 0, first: 0, rate: 0 },
    dropped: { rest: 0, service_limit: 0, trace_limit: 0, storage: 0 },
  };
}
