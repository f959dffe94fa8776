import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { decodeOtlpJson, decodeOtlpProtobuf, encodeOtlpAnswer } from '../../../proto/src/index.ts';

// OpenTelemetry's own serialisers say what is on the wire.
const require = createRequire(import.meta.url);
const { JsonTraceSerializer, ProtobufTraceSerializer } =
  require('@opentelemetry/otlp-transformer') as typeof import('@opentelemetry/otlp-transformer');

type ReadableSpan = Parameters<typeof JsonTraceSerializer.serializeRequest>[0][number];

const traceId = '0af7651916cd43dd8448eb211c80319c';
const context = { traceId, spanId: '00f067aa0ba902b7', traceFlags: 1 };

const SPAN = {
  name: 'GET /käse',
  kind: 1, // server
  spanContext: () => context,
  parentSpanContext: { ...context, spanId: 'b7ad6b7169203331', isRemote: true },
  startTime: [1_795_176_000, 123_456_789],
  endTime: [1_795_176_001, 5],
  status: { code: 2, message: 'went wrong' },
  attributes: {
    'http.route': '/käse',
    'http.response.status_code': 503,
    ratio: 0.25,
    cached: false,
    negative: -3,
    list: ['not', 'kept'],
  },
  events: [
    { name: 'tick', time: [1, 0], attributes: { a: 1 } },
    { name: 'exception', time: [1, 0], attributes: { 'exception.type': 'TypeError' } },
  ],
  links: [{ context: { ...context, spanId: '1'.repeat(16) }, attributes: { a: 1 } }],
  resource: { attributes: { 'service.name': 'checkout', 'process.pid': 12 } },
  instrumentationScope: { name: 'http', version: '1' },
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
} as unknown as ReadableSpan;

const EXPECTED = {
  traceId,
  spanId: '00f067aa0ba902b7',
  parentSpanId: 'b7ad6b7169203331',
  name: 'GET /käse',
  kind: 2,
  startNanos: 1_795_176_000_123_456_789n,
  endNanos: 1_795_176_001_000_000_005n,
  statusCode: 2,
  statusMessage: 'went wrong',
  flags: 0x301,
  exception: new Map([['exception.type', 'TypeError']]),
};

const DECODERS = {
  protobuf: (spans: ReadableSpan[]) =>
    decodeOtlpProtobuf(ProtobufTraceSerializer.serializeRequest(spans)!),
  JSON: (spans: ReadableSpan[]) =>
    decodeOtlpJson(Buffer.from(JsonTraceSerializer.serializeRequest(spans)!).toString()),
};

describe.each(Object.entries(DECODERS))('OTLP as %s', (_, decode) => {
  test('is read as the SDK wrote it', () => {
    const [found, ...others] = decode([SPAN, SPAN]);
    expect(others).toEqual([]);
    expect(found!.spans).toHaveLength(2);
    expect(found!.spans[0]).toMatchObject(EXPECTED);
    expect(Object.fromEntries(found!.spans[0]!.attributes)).toMatchObject({
      'http.route': '/käse',
      'http.response.status_code': 503,
      ratio: 0.25,
      cached: false,
    });
    expect(Number(found!.spans[0]!.attributes.get('negative'))).toBe(-3);
    expect(found!.spans[0]!.attributes.has('list')).toBe(false);
    expect(found!.resource.get('service.name')).toBe('checkout');
  });

  test('may hold nothing', () => {
    expect(decode([])).toEqual([]);
  });
});

test('a message that is cut anywhere is refused, or shorter', () => {
  const whole = ProtobufTraceSerializer.serializeRequest([SPAN])!;
  let refused = 0;
  for (let length = 1; length < whole.length; length++) {
    try {
      decodeOtlpProtobuf(whole.subarray(0, length));
    } catch (error) {
      expect(error).toMatchObject({ code: 'OTLP_INVALID' });
      refused++;
    }
  }
  expect(refused).toBe(whole.length - 1);
});

test.each([
  ['{', 'not JSON'],
  ['[]', 'the request is [], expected an object'],
  ['{"resourceSpans":{}}', 'resourceSpans is {}, expected a list'],
  ['{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":5}]}]}]}', 'name is 5, expected text'],
  [
    '{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"1e5"}]}]}]}',
    'startTimeUnixNano is "1e5", expected nanoseconds as a decimal number',
  ],
])('%s is refused', (text, message) => {
  expect(() => decodeOtlpJson(text)).toThrow(message);
});

test('the SDK reads our answer', () => {
  const partial = { rejectedSpans: 3, errorMessage: '3 spans: too old' };
  const answer = encodeOtlpAnswer(partial);
  const read = ProtobufTraceSerializer.deserializeResponse(answer);
  expect(Number(read.partialSuccess?.rejectedSpans)).toBe(3);
  expect(read.partialSuccess?.errorMessage).toBe('3 spans: too old');
  expect(encodeOtlpAnswer(null)).toHaveLength(0);
});
