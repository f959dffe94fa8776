import { tsvId, tsvMap, tsvText } from '../storage/tsv.ts';
import type { KeptSpan } from './tail-sampler.ts';

export const TRACE_SPANS = 'trace_spans';

export const TRACE_SPAN_COLUMNS = [
  'trace_id',
  'span_id',
  'parent_span_id',
  'local_root',
  'service',
  'environment',
  'version',
  'instance',
  'name',
  'kind',
  'endpoint',
  'started_at',
  'duration',
  'status',
  'status_message',
  'error',
  'http_status',
  'attributes',
  'kept_because',
  'weight',
] as const;

/** A row of `trace_spans` in the order of its columns, with its line end. */
export function spanLine({ span, because, weight }: KeptSpan): string {
  const fields = [
    span.traceId,
    tsvId(span.spanId),
    span.parentSpanId === '' ? '0' : tsvId(span.parentSpanId),
    span.localRoot ? '1' : '0',
    tsvText(span.service),
    tsvText(span.environment),
    tsvText(span.version),
    tsvText(span.instance),
    tsvText(span.name),
    span.kind,
    tsvText(span.endpoint),
    seconds(span.startMicros),
    String(span.durationMicros),
    span.status,
    tsvText(span.statusMessage),
    span.error ? '1' : '0',
    String(span.httpStatus),
    tsvMap(span.attributes),
    because,
    String(weight),
  ];
  return `${fields.join('\t')}\n`;
}

/** DateTime64(6) takes seconds with six decimals. */
function seconds(micros: number): string {
  const whole = Math.floor(micros / 1e6);
  return `${whole}.${String(micros - whole * 1e6).padStart(6, '0')}`;
}
