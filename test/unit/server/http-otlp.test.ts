import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { WireReader } from '../../../proto/src/wire-reader.ts';
import { ApiError } from '../../../server/src/errors.ts';
import { buildTestApp, type TestApp } from '../../support/server-app.ts';
import { FAKE_NOW_MS } from '../../support/server-fake-store.ts';

const nanos = (ms: number) => `${ms}000000`;

function span(own: object = {}) {
  return {
    traceId: '0AF7651916CD43DD8448EB211C80319C',
    spanId: '00f067aa0ba902b7',
    name: 'GET /search',
    kind: 2,
    startTimeUnixNano: nanos(FAKE_NOW_MS - 1_000),
    endTimeUnixNano: nanos(FAKE_NOW_MS - 588),
    attributes: [
      { key: 'http.request.method', value: { stringValue: 'GET' } },
      { key: 'http.route', value: { stringValue: '/search' } },
      { key: 'http.response.status_code', value: { intValue: '500' } },
      { key: 'url.full', value: { stringValue: 'http://a/search?token=secret#x' } },
      { key: 'url.query', value: { stringValue: 'token=secret' } },
      { key: 'http.request.header.cookie', value: { stringValue: 'secret' } },
      { key: 'cart.items', value: { intValue: 3 } },
    ],
    ...own,
  };
}

const request = (...spans: object[]) =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: { stringValue: 'checkout' } },
            { key: 'service.version', value: { stringValue: '1.1.0' } },
          ],
        },
        scopeSpans: [{ spans }],
      },
    ],
  });

let server: TestApp;
beforeAll(async () => {
  server = await buildTestApp({
    env: { FLAMEHOUSE_UPLOAD_BYTES_MAX: '100KiB', FLAMEHOUSE_TOKENS: 'ingest:in,read:out' },
  });
});
beforeEach(() => {
  server.spans.accepted.length = 0;
});
afterAll(() => server.app.close());

const post = (payload: string | Buffer, headers: Record<string, string> = {}) =>
  server.app.inject({
    method: 'POST',
    url: '/v1/traces',
    payload,
    headers: { 'content-type': 'application/json', authorization: 'Bearer in', ...headers },
  });

test('a span is checked and cut to what is kept of it', async () => {
  const response = await post(request(span()), {
    'content-type': 'application/json; charset=utf-8',
  });
  expect([response.statusCode, response.body]).toEqual([200, '{}']);
  expect(server.spans.accepted).toEqual([
    {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: '00f067aa0ba902b7',
      parentSpanId: '',
      localRoot: true,
      service: 'checkout',
      environment: '',
      version: '1.1.0',
      instance: '',
      name: 'GET /search',
      kind: 'server',
      endpoint: 'GET /search',
      startMicros: (FAKE_NOW_MS - 1_000) * 1_000,
      durationMicros: 412_000,
      status: 'unset',
      statusMessage: '',
      error: true,
      httpStatus: 500,
      attributes: [
        ['cart.items', '3'],
        ['http.request.method', 'GET'],
        ['http.response.status_code', '500'],
        ['http.route', '/search'],
        ['url.full', 'http://a/search'],
      ],
    },
  ]);
});

test.each([
  ['a remote parent', { parentSpanId: '1'.repeat(16), flags: 0x300 }, true],
  ['a parent in the process', { parentSpanId: '1'.repeat(16), flags: 0x100 }, false],
  ['a sender that does not say, serving', { parentSpanId: '1'.repeat(16) }, true],
  ['a sender that does not say, calling', { parentSpanId: '1'.repeat(16), kind: 3 }, false],
])('%s', async (_, own, localRoot) => {
  await post(request(span(own)));
  expect(server.spans.accepted).toMatchObject([{ localRoot }]);
});

test('gzip and protobuf are answered in kind', async () => {
  expect((await post(gzipSync(request(span())), { 'content-encoding': 'gzip' })).body).toBe('{}');
  const empty = await post(Buffer.alloc(0), { 'content-type': 'application/x-protobuf' });
  expect([empty.statusCode, empty.rawPayload.length]).toEqual([200, 0]);
  expect(empty.headers['content-type']).toBe('application/x-protobuf');
});

test('what is wrong with one span rejects that span, and says why', async () => {
  const bad = [
    span({ traceId: '0'.repeat(32) }),
    span({ spanId: 'xyz' }),
    span({ endTimeUnixNano: '1' }),
    span({ endTimeUnixNano: nanos(FAKE_NOW_MS + 3_600_000) }),
    span({ startTimeUnixNano: nanos(FAKE_NOW_MS - 5 * 86_400_000) }),
    span({ spanId: '' }),
  ];
  const { partialSuccess } = (await post(request(span(), ...bad))).json();
  expect(partialSuccess.rejectedSpans).toBe('6');
  expect(partialSuccess.errorMessage).toContain('2 spans: the span id is not 16 hex digits');
  expect(partialSuccess.errorMessage).toContain('it started before what is kept of spans');
  expect(server.spans.accepted).toHaveLength(1);
});

test.each<[string, () => ReturnType<typeof post>, number, string]>([
  ['no JSON', () => post('{'), 400, 'OTLP_INVALID: not JSON'],
  ['broken gzip', () => post('x', { 'content-encoding': 'gzip' }), 400, 'OTLP_INVALID: gzip of 1'],
  ['another type', () => post('x', { 'content-type': 'text/plain' }), 415, 'OTLP_CONTENT_TYPE'],
  ['another encoding', () => post('x', { 'content-encoding': 'br' }), 415, 'OTLP_CONTENT_TYPE'],
  ['too large', () => post('x'.repeat(110 * 1024)), 413, 'INGEST_BODY_TOO_LARGE'],
  ['no token', () => post('{}', { authorization: '' }), 401, 'AUTH_REQUIRED'],
  ['a token for reading', () => post('{}', { authorization: 'Bearer out' }), 403, 'AUTH_FORBIDDEN'],
])('%s is answered with a status', async (_, ask, status, message) => {
  const response = await ask();
  expect(response.statusCode, response.body).toBe(status);
  const isText = response.headers['content-type']!.toString().includes('json');
  if (isText) expect(response.json().message).toContain(message);
  else expect(response.rawPayload.toString('latin1')).toContain(message);
});

test('a status in protobuf has a code and a message, and 503 says when to try again', async () => {
  server.spans.failure = new ApiError('STORAGE_UNAVAILABLE', 'away');
  const response = await post(Buffer.alloc(0), { 'content-type': 'application/x-protobuf' });
  server.spans.failure = null;
  expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5']);
  const reader = new WireReader(new Uint8Array(response.rawPayload));
  reader.nextField();
  reader.integer();
  expect([reader.field, reader.number]).toEqual([1, 14]);
});

test('/metrics counts what was received, rejected, kept and dropped', async () => {
  server.spans.counts.dropped.service_limit = 7;
  const headers = { authorization: 'Bearer out' };
  const { body } = await server.app.inject({ url: '/metrics', headers });
  expect(body).toContain(`flamehouse_spans_received_total ${server.spans.counts.received}`);
  expect(body).toContain('flamehouse_spans_rejected_total 6');
  expect(body).toContain('flamehouse_spans_dropped_total{reason="service_limit"} 7');
  expect(body).toContain('flamehouse_spans_kept_total{reason="samples"} 0');
});
