import { ProfileError } from '../errors.ts';
import {
  emptyOtlpSpan,
  type OtlpAttributes,
  type OtlpResourceSpans,
  type OtlpSpan,
  type OtlpValue,
} from './otlp-span.ts';

/**
 * Read an ExportTraceServiceRequest in OTLP's JSON: ids are hex, 64-bit integers text or numbers,
 * enums numbers, and unknown fields are ignored.
 *
 * Errors  ProfileError OTLP_INVALID.
 * Source  https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function decodeOtlpJson(text: string): OtlpResourceSpans[] {
  let request: unknown;
  try {
    request = JSON.parse(text);
  } catch (cause) {
    throw new ProfileError('OTLP_INVALID', `not JSON: ${(cause as Error).message}`, { cause });
  }
  const where = 'resourceSpans';
  return list(object(request, 'the request'), where).map((one, index) => {
    const at = `${where}[${index}]`;
    const entry = object(one, at);
    const resource = entry['resource'];
    return {
      resource: attributes(resource == null ? {} : object(resource, `${at}.resource`)),
      spans: list(entry, 'scopeSpans').flatMap((scope) =>
        list(object(scope, `${at}.scopeSpans`), 'spans').map((span) => readSpan(object(span, at))),
      ),
    };
  });
}

type Fields = Readonly<Record<string, unknown>>;

function readSpan(from: Fields): OtlpSpan {
  const status = from['status'] == null ? {} : object(from['status'], 'status');
  return {
    ...emptyOtlpSpan(),
    traceId: text(from, 'traceId').toLowerCase(),
    spanId: text(from, 'spanId').toLowerCase(),
    parentSpanId: text(from, 'parentSpanId').toLowerCase(),
    name: text(from, 'name'),
    kind: whole(from, 'kind'),
    startNanos: nanos(from, 'startTimeUnixNano'),
    endNanos: nanos(from, 'endTimeUnixNano'),
    attributes: attributes(from),
    statusCode: whole(status, 'code'),
    statusMessage: text(status, 'message'),
    flags: whole(from, 'flags'),
    exception: exceptionOf(list(from, 'events')),
  };
}

function exceptionOf(events: readonly unknown[]): OtlpAttributes | null {
  const exceptions = events.map((one) => object(one, 'events')).filter(isException);
  const last = exceptions.at(-1);
  return last === undefined ? null : attributes(last);
}

function isException(event: Fields): boolean {
  return event['name'] === 'exception';
}

function attributes(from: Fields): OtlpAttributes {
  const result: OtlpAttributes = new Map();
  for (const one of list(from, 'attributes')) {
    const entry = object(one, 'attributes');
    const value = readValue(entry['value']);
    if (value !== null) result.set(text(entry, 'key'), value);
  }
  return result;
}

function readValue(any: unknown): OtlpValue | null {
  if (typeof any !== 'object' || any === null) return null;
  const { stringValue, boolValue, intValue, doubleValue } = any as Fields;
  if (typeof stringValue === 'string') return stringValue;
  if (typeof boolValue === 'boolean') return boolValue;
  if (typeof doubleValue === 'number') return doubleValue;
  if (typeof intValue === 'number') return intValue;
  if (typeof intValue !== 'string') return null;
  return Number.isSafeInteger(Number(intValue)) ? Number(intValue) : intValue;
}

function object(value: unknown, where: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw wrong(where, value, 'an object');
}

function list(from: Fields, name: string): readonly unknown[] {
  const value = from[name] ?? [];
  if (Array.isArray(value)) return value;
  throw wrong(name, value, 'a list');
}

function text(from: Fields, name: string): string {
  const value = from[name] ?? '';
  if (typeof value === 'string') return value;
  throw wrong(name, value, 'text');
}

function whole(from: Fields, name: string): number {
  const value = from[name] ?? 0;
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw wrong(name, value, 'a whole number');
}

function nanos(from: Fields, name: string): bigint {
  const value = from[name] ?? 0;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return BigInt(value);
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt(value);
  throw wrong(name, value, 'nanoseconds as a decimal number');
}

function wrong(where: string, value: unknown, wanted: string): ProfileError {
  const shown = JSON.stringify(value)?.slice(0, 60);
  return new ProfileError('OTLP_INVALID', `${where} is ${shown}, expected ${wanted}`);
}
