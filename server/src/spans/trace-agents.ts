import type { TraceAgent } from '@flamehouse/proto';
import type { SelectedAgent } from '../storage/detail-store.ts';
import type { TimeRange } from '../storage/profile-store.ts';
import type { WaterfallRow } from './waterfall.ts';

// Asked for each of them; a trace of more services shows its waterfall all the same.
const SERVICES_MAX = 16;
// A window of 15 seconds, its way here, and one attempt that failed.
const PENDING_MS = 60_000;
// An agent that has not been heard of for longer than this will not send that window any more.
const SILENT_MS = 5 * 60_000;

export interface AskedService {
  readonly service: string;
  readonly range: TimeRange;
}

/** Services of a trace with spans that no sample hit, and when those were. */
export function servicesToAsk(spans: readonly WaterfallRow[]): readonly AskedService[] {
  const asked = new Map<string, TimeRange>();
  for (const { service, samples, startMicros, durationMicros } of spans) {
    if (samples > 0 || startMicros === null || durationMicros === null) continue;
    const from = startMicros / 1_000;
    const to = from + durationMicros / 1_000;
    const known = asked.get(service) ?? { from, to };
    asked.set(service, { from: Math.min(known.from, from), to: Math.max(known.to, to) });
  }
  return [...asked].slice(0, SERVICES_MAX).map(([service, range]) => ({ service, range }));
}

/** Why spans of a service may be without samples, by what its agent sent of that time. */
export function traceAgent(
  { service, range }: AskedService,
  found: SelectedAgent,
  nowMs: number,
): TraceAgent {
  const { instances, sampleHz, lastSeenMs } = found;
  return {
    service,
    state: stateOf(range, found, nowMs),
    instances,
    sampleHz,
    lastSeen: lastSeenMs,
  };
}

function stateOf(
  { to }: TimeRange,
  { instances, labelled, lastSeenMs, kept }: SelectedAgent,
  nowMs: number,
): TraceAgent['state'] {
  if (instances.length > 0) return labelled ? 'spans' : 'no-spans';
  if (!kept) return 'removed';
  const alive = lastSeenMs !== null && lastSeenMs <= to && lastSeenMs > nowMs - SILENT_MS;
  return alive && nowMs - to < PENDING_MS ? 'pending' : 'absent';
}
