/** Values of attributes that are text, numbers or flags; lists and maps are not kept. */
export type OtlpValue = string | number | boolean;

export type OtlpAttributes = Map<string, OtlpValue>;

/**
 * A span as it is on OTLP's wire, unchecked.
 *
 * Units   epoch nanoseconds; ids are lower-case hex, '' when the sender left them out.
 * Source  opentelemetry-proto 1.x, trace/v1/trace.proto
 */
export interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number; // 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer
  startNanos: bigint;
  endNanos: bigint;
  readonly attributes: OtlpAttributes;
  statusCode: number; // 0 unset, 1 ok, 2 error
  statusMessage: string;
  flags: number; // bit 8: it is known whether the parent is remote; bit 9: it is
  exception: OtlpAttributes | null; // attributes of the last event `exception`
}

/** Spans of one resource, which is one process. */
export interface OtlpResourceSpans {
  readonly resource: OtlpAttributes;
  readonly spans: OtlpSpan[];
}

export function emptyOtlpSpan(): OtlpSpan {
  return {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    name: '',
    kind: 0,
    startNanos: 0n,
    endNanos: 0n,
    attributes: new Map(),
    statusCode: 0,
    statusMessage: '',
    flags: 0,
    exception: null,
  };
}
