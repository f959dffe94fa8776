import type { SimilarSpeed, SpanDetailAnswer, SpanScope, WaterfallAnswer } from '@flamehouse/proto';
import { apiUrl, getJson } from '../../api/client.ts';
import { type Query, useQuery } from '../../api/use-query.ts';
import { hasTraceId, type TraceState } from './address.ts';

/** Every span of a trace; from the id of a span alone where nobody knows the trace. */
export function useWaterfall({ traceId, spanId }: TraceState): Query<WaterfallAnswer> {
  const path = hasTraceId(traceId) ? `traces/${traceId}` : `spans/${spanId}`;
  const url = apiUrl(path);
  const known = hasTraceId(traceId) || spanId !== '';
  return useQuery<WaterfallAnswer>(known ? url : null, (signal) => getJson(url, signal));
}

interface ProfileAsk {
  readonly traceId: string;
  readonly spanId: string; // '' asks nothing
  readonly scope: SpanScope;
  readonly speed: SimilarSpeed;
  readonly type: 'cpu' | 'wall';
}

/**
 * How long spans like this one took, and how many samples they have; the stacks themselves are left
 * out, because the scopes `span` and `subtree` have their own.
 */
export function useSimilar(ask: Pick<ProfileAsk, 'traceId' | 'spanId'>): SimilarFacts | null {
  const { traceId, spanId } = ask;
  const url = apiUrl(`traces/${traceId}/spans/${spanId}/flamegraph`, {
    scope: 'similar',
    maxNodes: 1,
  });
  const query = useQuery<SpanDetailAnswer>(spanId === '' ? null : url, (signal) =>
    getJson(url, signal),
  );
  return query.stale ? null : query.data;
}

/** The part of the answer about similar spans that every scope shows. */
export type SimilarFacts = Pick<
  SpanDetailAnswer,
  'similar' | 'samples' | 'spans' | 'durationMicros'
>;

/** The stacks of a span in a scope. */
export function useSpanProfile(ask: ProfileAsk): Query<SpanDetailAnswer> {
  const { traceId, spanId, scope, speed, type } = ask;
  const url = apiUrl(`traces/${traceId}/spans/${spanId}/flamegraph`, {
    scope,
    type: type === 'cpu' ? undefined : type,
    speed: scope === 'similar' && speed !== 'all' ? speed : undefined,
  });
  return useQuery<SpanDetailAnswer>(spanId === '' ? null : url, (signal) => getJson(url, signal));
}
