import type { Profile } from '@flamehouse/proto';
import { ApiError } from '../errors.ts';
import type { UploadMeta } from '../storage/profile-store.ts';

/** The half-open time that an upload covers, in the store's whole seconds. */
export interface Window {
  readonly startSeconds: number; // since the epoch
  readonly seconds: number; // at least 1
  /** Whether the profile's own time could not be used. */
  readonly atArrival: boolean;
}

export interface WindowLimits {
  readonly retentionMs: number;
  readonly receivedAtMs: number;
}

const AHEAD_MS = 10 * 60_000;
const DURATION_MS_MAX = 24 * 3_600_000;

/**
 * The window of an upload: `from` and `to` of its meta, else the time of its first profile, else its arrival.
 *
 * Errors  INGEST_TIME_OUT_OF_RANGE when meta names a window that the store does not keep.
 */
export function windowOf(
  meta: Pick<UploadMeta, 'from' | 'to'>,
  profiles: readonly Profile[],
  limits: WindowLimits,
): Window {
  if (meta.from !== null && meta.to !== null) {
    const problem = problemOf(meta.from, meta.to, limits);
    if (problem !== null) throw new ApiError('INGEST_TIME_OUT_OF_RANGE', problem);
    return inSeconds(meta.from, meta.to, false);
  }
  const arrival = BigInt(limits.receivedAtMs) * MILLI;
  const profile = profiles[0];
  if (profile === undefined) return inSeconds(arrival, arrival, false);
  const [from, to] = ownTime(profile);
  if (problemOf(from, to, limits) === null) return inSeconds(from, to, false);
  const duration = to - from;
  const usable = duration <= BigInt(DURATION_MS_MAX) * MILLI ? duration : 0n;
  return inSeconds(arrival - usable, arrival, true);
}

const MILLI = 1_000_000n;
const SECOND = 1_000_000_000n;

/** `time_nanos` is the start by convention; @datadog/pprof, which alone says `sample`, writes the end. */
function ownTime({ timeNanos, durationNanos, sampleTypes }: Profile): [bigint, bigint] {
  const duration = durationNanos > 0n ? durationNanos : 0n;
  return sampleTypes[0]?.type === 'sample'
    ? [timeNanos - duration, timeNanos]
    : [timeNanos, timeNanos + duration];
}

function problemOf(
  from: bigint,
  to: bigint,
  { retentionMs, receivedAtMs }: WindowLimits,
): string | null {
  const fromMs = Number(from / MILLI);
  const toMs = Number(to / MILLI);
  if (toMs < fromMs) return `from ${from} is not before to ${to}`;
  if (toMs - fromMs > DURATION_MS_MAX)
    return `the window lasts ${toMs - fromMs} ms, more than a day`;
  if (fromMs < receivedAtMs - retentionMs) {
    return `from ${shown(fromMs)} is older than raw retention, which began ${shown(receivedAtMs - retentionMs)}`;
  }
  if (toMs > receivedAtMs + AHEAD_MS) {
    return `to ${shown(toMs)} is more than 10 minutes ahead of the server, which has ${shown(receivedAtMs)}`;
  }
  return null;
}

function shown(ms: number): string {
  return Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`;
}

function inSeconds(from: bigint, to: bigint, atArrival: boolean): Window {
  const seconds = Number((to - from + SECOND / 2n) / SECOND);
  return { startSeconds: Number(from / SECOND), seconds: Math.max(1, seconds), atArrival };
}
