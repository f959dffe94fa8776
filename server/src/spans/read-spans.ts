import type {
  OtlpAttributes,
  OtlpResourceSpans,
  OtlpSpan,
  SpanKind,
  SpanStatus,
} from '@flamehouse/proto';
import { keptAttributes } from './kept-attributes.ts';
import type { TracedSpan } from './traced-span.ts';

/** What came of a request: spans to be decided on, and why others were refused. */
export interface ReadSpans {
  readonly spans: readonly TracedSpan[];
  readonly rejected: number;
  readonly reasons: readonly string[]; // one sentence for each kind of fault
}

export interface SpanTimes {
  readonly nowMs: number;
  readonly retentionMs: number; // of spans
}

type Place = Pick<TracedSpan, 'service' | 'environment' | 'version' | 'instance'>;

// The same as for uploads of profiles: clocks differ by seconds, not by minutes.
const AHEAD_MS_MAX = 10 * 60_000;
const NAME_LENGTH_MAX = 255;
const MESSAGE_LENGTH_MAX = 1_000;
const REASONS_MAX = 10;
const NANOS_PER_MICRO = 1_000n;

/** Check spans one by one: what is wrong with one says nothing about the others. */
export function readSpans(resources: readonly OtlpResourceSpans[], times: SpanTimes): ReadSpans {
  const spans: TracedSpan[] = [];
  const faults = new Map<string, number>();
  for (const { resource, spans: ofResource } of resources) {
    const place = placeOf(resource);
    for (const span of ofResource) {
      const fault = faultOf(span, times);
      if (fault === null) spans.push(readSpan(span, place));
      else faults.set(fault, (faults.get(fault) ?? 0) + 1);
    }
  }
  const sorted = [...faults].sort((a, b) => b[1] - a[1]);
  return {
    spans,
    rejected: sorted.reduce((sum, [, count]) => sum + count, 0),
    reasons: sorted.slice(0, REASONS_MAX).map(([fault, count]) => `${count} spans: ${fault}`),
  };
}

const TRACE_ID = /^(?!0+$)[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0+$)[0-9a-f]{16}$/;

function faultOf(span: OtlpSpan, { nowMs, retentionMs }: SpanTimes): string | null {
  const { traceId, spanId, parentSpanId, startNanos, endNanos } = span;
  if (!TRACE_ID.test(traceId)) return 'the trace id is not 32 hex digits that are not all 0';
  if (!SPAN_ID.test(spanId)) return 'the span id is not 16 hex digits that are not all 0';
  if (parentSpanId !== '' && !/^[0-9a-f]{16}$/.test(parentSpanId))
    return 'the id of the parent is not 16 hex digits';
  if (endNanos < startNanos) return 'it ends before it starts';
  const endMs = Number(endNanos / 1_000_000n);
  const startMs = Number(startNanos / 1_000_000n);
  if (endMs > nowMs + AHEAD_MS_MAX) return `it ends more than ${AHEAD_MS_MAX / 60_000} min ahead`;
  if (startMs < nowMs - retentionMs) return 'it started before what is kept of spans';
  return null;
}

const KINDS: readonly SpanKind[] = ['internal', 'server', 'client', 'producer', 'consumer'];
const STATUSES: readonly SpanStatus[] = ['unset', 'ok', 'error'];

function readSpan(span: OtlpSpan, place: Place): TracedSpan {
  const { attributes, startNanos, endNanos } = span;
  const kind = KINDS[span.kind - 1] ?? 'internal';
  const status = STATUSES[span.statusCode] ?? 'unset';
  const httpStatus = httpStatusOf(attributes);
  const parentSpanId = /^0*$/.test(span.parentSpanId) ? '' : span.parentSpanId;
  return {
    ...place,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId,
    localRoot: parentSpanId === '' || isParentRemote(span.flags, kind),
    name: cut(span.name, NAME_LENGTH_MAX),
    kind,
    endpoint: kind === 'server' ? endpointOf(attributes) : '',
    startMicros: Number(startNanos / NANOS_PER_MICRO),
    durationMicros: Number((endNanos - startNanos) / NANOS_PER_MICRO),
    status,
    statusMessage: cut(span.statusMessage, MESSAGE_LENGTH_MAX),
    error: status === 'error' || httpStatus >= 500 || span.exception !== null,
    httpStatus,
    attributes: keptAttributes(attributes, span.exception),
  };
}

const REMOTE_KNOWN = 0x100;
const REMOTE = 0x200;

/** Senders that do not say so: a server or consumer was called from elsewhere. */
function isParentRemote(flags: number, kind: SpanKind): boolean {
  if ((flags & REMOTE_KNOWN) !== 0) return (flags & REMOTE) !== 0;
  return kind === 'server' || kind === 'consumer';
}

function endpointOf(attributes: OtlpAttributes): string {
  const method = attributes.get('http.request.method') ?? attributes.get('http.method');
  const route = attributes.get('http.route');
  if (typeof method !== 'string' || typeof route !== 'string' || route === '') return '';
  return cut(`${method} ${route}`, NAME_LENGTH_MAX);
}

function httpStatusOf(attributes: OtlpAttributes): number {
  const code = Number(
    attributes.get('http.response.status_code') ?? attributes.get('http.status_code') ?? 0,
  );
  return Number.isInteger(code) && code >= 0 && code < 1_000 ? code : 0;
}

function placeOf(resource: OtlpAttributes): Place {
  const first = (...names: string[]) => {
    const found = names.map((name) => resource.get(name)).find((value) => value !== undefined);
    return cut(String(found ?? '').trim(), NAME_LENGTH_MAX);
  };
  return {
    service: first('service.name') || 'unknown_service',
    environment: first('deployment.environment.name', 'deployment.environment'),
    version: first('service.version', 'vcs.ref.head.revision'),
    instance: first('service.instance.id'),
  };
}

function cut(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1)}…`;
}
