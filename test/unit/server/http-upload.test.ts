import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildTestApp, multipart, type TestApp } from '../../support/server-app.ts';
import { FAKE_NOW_MS } from '../../support/server-fake-store.ts';

const UPLOAD_ID = '0b0e7a52-93d5-4d3c-8a4e-3d6a7b1c2d3e';
const META = {
  uploadId: UPLOAD_ID,
  service: 'shop',
  from: '1795175985000000000',
  to: '1795176000000000000',
};

let server: TestApp;
beforeAll(async () => {
  server = await buildTestApp({ env: { FLAMEHOUSE_UPLOAD_BYTES_MAX: '100000' } });
});
beforeEach(() => server.store.uploads.splice(0));
afterAll(() => server.app.close());

const post = (options: {
  query?: string;
  payload?: string | Buffer;
  headers?: Record<string, string>;
}) =>
  server.app.inject({
    method: 'POST',
    url: `/api/v1/profiles${options.query ?? ''}`,
    ...options,
  });

const postMeta = (meta: unknown, profile: string | null = 'pprof') =>
  post(
    multipart([
      { name: 'meta', body: typeof meta === 'string' ? meta : JSON.stringify(meta) },
      ...(profile === null ? [] : [{ name: 'cpu', fileName: 'cpu.pb.gz', body: profile }]),
    ]),
  );

describe('multipart', () => {
  test('every field of meta reaches the pipeline, unknown ones are ignored', async () => {
    const response = await postMeta({
      ...META,
      version: '1.2.0',
      revision: 'abc',
      environment: 'production',
      instance: 'pod-1',
      labels: { region: 'eu-west' },
      runtime: { name: 'node', version: '24.1.0' },
      reason: 'exit',
      processStartedAt: 1795170000000,
      processCpuNanos: '7500000000',
      busyTicks: 700,
      coveredMs: 15000,
      endpoints: [
        { endpoint: 'GET /', count: 3, errors: 1, durationSumNanos: '9', cpuNanos: 8 },
        { endpoint: 'GET /x', count: 1 },
      ],
      stalls: [
        { from: '1', durationMs: 200 },
        {
          from: '2',
          durationMs: 300,
          traceId: 'AB'.repeat(16),
          spanId: '12'.repeat(8),
          endpoint: 'GET /',
        },
      ],
      agent: {
        version: '0.1.0',
        cpuNanos: '5',
        longestPauseMicros: 4,
        rssBytes: 3,
        droppedUploads: 2,
        droppedSamples: 1,
        sampleHz: 99,
      },
      somethingNew: { of: 'a later agent' },
    });
    expect(response.json()).toEqual({
      uploadId: UPLOAD_ID,
      samples: 3,
      folded: 0,
      warnings: [],
    });
    expect(server.store.uploads).toEqual([
      {
        meta: {
          uploadId: UPLOAD_ID,
          service: 'shop',
          from: 1795175985000000000n,
          to: 1795176000000000000n,
          version: '1.2.0',
          revision: 'abc',
          environment: 'production',
          instance: 'pod-1',
          labels: { region: 'eu-west' },
          reason: 'exit',
          runtime: { name: 'node', version: '24.1.0' },
          processStartedAtMs: 1795170000000,
          processCpuNanos: 7500000000n,
          busyTicks: 700,
          coveredMs: 15000,
          endpoints: [
            { endpoint: 'GET /', count: 3, errors: 1, durationSumNanos: 9n, cpuNanos: 8n },
            { endpoint: 'GET /x', count: 1, errors: 0, durationSumNanos: 0n, cpuNanos: 0n },
          ],
          stalls: [
            { from: 1n, durationMs: 200, traceId: null, spanId: null, endpoint: '' },
            {
              from: 2n,
              durationMs: 300,
              traceId: 'ab'.repeat(16),
              spanId: '12'.repeat(8),
              endpoint: 'GET /',
            },
          ],
          agent: {
            version: '0.1.0',
            cpuNanos: 5n,
            longestPauseMicros: 4,
            rssBytes: 3,
            droppedUploads: 2,
            droppedSamples: 1,
            sampleHz: 99,
          },
        },
        profiles: [Buffer.from('pprof')],
        receivedAtMs: FAKE_NOW_MS,
      },
    ]);
  });

  test('the four required fields are enough, and every file is a profile', async () => {
    const response = await post(
      multipart([
        { name: 'heap', fileName: 'heap.pb.gz', body: 'one' },
        { name: 'meta', body: JSON.stringify({ ...META, version: null }) },
        { name: 'anything', fileName: 'b', body: 'two' },
        { name: 'field', body: 'ignored' },
      ]),
    );
    expect(response.statusCode).toBe(200);
    expect(server.store.uploads[0]!.profiles.map(String)).toEqual(['one', 'two']);
    expect(server.store.uploads[0]!.meta).toMatchObject({ version: '', labels: {}, agent: null });
  });

  test.each([
    [{ ...META, uploadId: undefined }, 'meta.uploadId is missing: send a string'],
    [{ ...META, uploadId: 'one' }, 'meta.uploadId is "one": send a UUID'],
    [{ ...META, service: 7 }, 'meta.service is 7: send a string'],
    [{ ...META, service: undefined }, 'meta.service is missing: send a string'],
    [
      { ...META, from: '12:00' },
      'meta.from is "12:00": send nanoseconds as a string of at most 19 digits',
    ],
    [
      { ...META, from: 1795175985000000000 },
      'meta.from is 1795175985000000000: send nanoseconds as a string of at most 19 digits',
    ],
    [{ ...META, to: META.from }, `meta.from ${META.from} is not before meta.to ${META.from}`],
    [{ ...META, reason: 'bored' }, 'meta.reason is "bored": send one of periodic, exit, oom'],
    [{ ...META, labels: [] }, 'meta.labels is []: send an object'],
    [{ ...META, labels: { region: 1 } }, 'meta.labels.region is 1: send a string'],
    [{ ...META, labels: { '': 'x' } }, 'label name "" is unusable: send 1 to 128 characters'],
    [{ ...META, labels: { a: 'x'.repeat(2049) } }, 'label "a" has a value of 2049 characters'],
    [{ ...META, version: 'x'.repeat(256) }, 'has 256 characters: send at most 255'],
    [{ ...META, instance: 'a\nb' }, 'meta.instance "a\\nb" holds control characters'],
    [{ ...META, busyTicks: -1 }, 'meta.busyTicks is -1: send a number from 0'],
    [{ ...META, endpoints: [1] }, 'meta.endpoints is [1]: send an array of objects'],
    [
      { ...META, endpoints: [{ count: 1 }] },
      'meta.endpoints[0].endpoint is missing: send a string',
    ],
    [
      { ...META, stalls: [{ from: '1' }] },
      'meta.stalls[0].durationMs is missing: send a number from 0',
    ],
    [
      { ...META, stalls: [{ from: '1', durationMs: 1, traceId: 'xyz' }] },
      'meta.stalls[0].traceId is "xyz": send 32 hex digits, or leave it out',
    ],
    [{ ...META, runtime: { name: 'node' } }, 'meta.runtime.version is missing: send a string'],
    ['{"service": ', 'meta "{\\"service\\": " is not JSON'],
    ['[]', 'meta is "[]": send a JSON object'],
    ['null', 'meta is "null": send a JSON object'],
    ['{"constructor": 1}', 'meta.uploadId is missing'],
  ])('%j is refused', async (meta, message) => {
    const response = await postMeta(meta);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: 'INGEST_META_INVALID' });
    expect(response.json().message).toContain(message);
    expect(response.json().help).toContain('docs/errors.md');
    expect(server.store.uploads).toEqual([]);
  });

  test.each([
    ['x'.repeat(10_000), 'it has 10000 characters, more than 255'],
    ['a\u0000b', 'it holds control characters'],
    ['a\u2028b', 'it holds control characters'],
    ['a\nb', 'it holds control characters'],
    ['', 'it is empty'],
    ['  ', 'it is empty'],
    [' shop', 'it begins or ends with space'],
  ])('service %j is refused in both forms', async (service, message) => {
    for (const response of [
      await postMeta({ ...META, service }),
      await post({ query: `?service=${encodeURIComponent(service)}`, payload: Buffer.from('x') }),
    ]) {
      expect(response.statusCode).toBe(400);
      expect(response.json()).toMatchObject({ code: 'INGEST_SERVICE_INVALID' });
      expect(response.json().message).toContain(message);
      expect(response.json().message.length).toBeLessThan(200);
    }
    expect(server.store.uploads).toEqual([]);
  });

  test('names in any script are fine', async () => {
    expect((await postMeta({ ...META, service: 'Überweisungen 支払い' })).statusCode).toBe(200);
  });

  test('without meta, with two, or without a file it is refused', async () => {
    const file = { name: 'cpu', fileName: 'cpu.pb.gz', body: 'x' };
    const meta = { name: 'meta', body: JSON.stringify(META) };
    const cases = [
      [[file], 'INGEST_META_MISSING', 'the parts are "cpu"'],
      [[meta, meta, file], 'INGEST_META_MISSING', 'the parts are "meta", "meta", "cpu"'],
      [[{ ...meta, fileName: 'meta.json' }], 'INGEST_META_MISSING', 'without a file name'],
      [[], 'INGEST_META_MISSING', 'the parts are none'],
      [[meta], 'INGEST_BODY_EMPTY', 'no part has a file name'],
      [[meta, file, { ...file, body: '' }], 'INGEST_BODY_EMPTY', 'profile 2 has 0 bytes'],
    ] as const;
    for (const [parts, code, message] of cases) {
      const response = await post(multipart(parts));
      expect(response.json()).toMatchObject({ code });
      expect(response.json().message).toContain(message);
      expect(response.statusCode).toBe(400);
    }
    expect(server.store.uploads).toEqual([]);
  });

  test('a broken body is refused', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=B' };
    const response = await post({ payload: 'nothing of the kind', headers });
    expect(response.json()).toMatchObject({ code: 'INGEST_MULTIPART_INVALID' });
  });
});

describe('a raw body', () => {
  test.each([
    'application/octet-stream',
    'application/x-www-form-urlencoded',
    'application/gzip',
    'application/x-protobuf; proto=perftools.profiles.Profile',
    '',
  ])('of content type %j is a profile', async (type) => {
    const response = await post({
      query: '?service=shop&version=1&environment=prod&instance=a&label.region=eu&label.a.b=c',
      payload: Buffer.from('pprof'),
      headers: type === '' ? {} : { 'content-type': type },
    });
    expect(response.statusCode, response.body).toBe(200);
    const [upload] = server.store.uploads;
    expect(upload).toMatchObject({
      meta: {
        service: 'shop',
        version: '1',
        environment: 'prod',
        instance: 'a',
        labels: { region: 'eu', 'a.b': 'c' },
        from: null,
        to: null,
      },
      profiles: [Buffer.from('pprof')],
    });
    expect(response.json().uploadId).toBe(upload!.meta.uploadId);
  });

  test('takes a window and an upload id', async () => {
    const query = `?service=s&from=now-15m&to=now&uploadId=${UPLOAD_ID.toUpperCase()}`;
    await post({ query, payload: Buffer.from('x') });
    expect(server.store.uploads[0]!.meta).toMatchObject({
      uploadId: UPLOAD_ID,
      from: BigInt(FAKE_NOW_MS - 900_000) * 1_000_000n,
      to: BigInt(FAKE_NOW_MS) * 1_000_000n,
    });
  });

  test.each([
    ['', 400, 'INGEST_SERVICE_INVALID', 'parameter service is missing'],
    ['?service=a&from=now', 400, 'INGEST_META_INVALID', 'only from is set: send both, or neither'],
    ['?service=a&from=2&to=1', 400, 'INGEST_META_INVALID', 'from 2 is not before to 1'],
    ['?service=a&from=x&to=1', 400, 'QUERY_RANGE_INVALID', 'from is "x", which is not a time'],
    ['?service=a&uploadId=1', 400, 'INGEST_META_INVALID', 'uploadId is "1": send a UUID'],
    ['?service=a&label.=x', 400, 'INGEST_META_INVALID', 'label name "" is unusable'],
    ['?service=a&serivce=b', 400, 'QUERY_PARAMETER_INVALID', 'parameter "serivce" is unknown'],
    ['?service=a&service=b', 400, 'QUERY_PARAMETER_INVALID', 'service is ["a","b"]'],
  ])('%s is refused', async (query, status, code, message) => {
    const response = await post({ query, payload: Buffer.from('x') });
    expect(response.json()).toMatchObject({ code });
    expect(response.json().message).toContain(message);
    expect(response.statusCode).toBe(status);
    expect(server.store.uploads).toEqual([]);
  });

  test('of no bytes is refused', async () => {
    for (const headers of [{}, { 'content-type': 'application/octet-stream' }]) {
      const response = await post({ query: '?service=a', headers });
      expect(response.statusCode).toBe(400);
      expect(response.json()).toMatchObject({ code: 'INGEST_BODY_EMPTY' });
    }
  });

  test.each(['text/plain', 'application/json', 'nonsense', 'image/png; x=y'])(
    'of content type %s is refused before it is read',
    async (type) => {
      const response = await post({
        query: '?service=a',
        payload: Buffer.from('x'),
        headers: { 'content-type': type },
      });
      expect(response.statusCode).toBe(415);
      expect(response.json()).toMatchObject({ code: 'INGEST_CONTENT_TYPE' });
    },
  );

  test('above FLAMEHOUSE_UPLOAD_BYTES_MAX is refused', async () => {
    for (const bytes of [100_000, 100_001]) {
      const response = await post({ query: '?service=a', payload: Buffer.alloc(bytes, 1) });
      expect(response.statusCode).toBe(bytes === 100_000 ? 200 : 413);
      if (bytes > 100_000) {
        expect(response.json()).toMatchObject({
          code: 'INGEST_BODY_TOO_LARGE',
          message: 'the body has 100001 bytes, more than 100000',
        });
        expect(response.json().help).toContain('FLAMEHOUSE_UPLOAD_BYTES_MAX');
      }
    }
  });
});

test('uploads are counted, stored and refused by code', async () => {
  const counted = await buildTestApp();
  const send = (query: string) =>
    counted.app.inject({
      method: 'POST',
      url: `/api/v1/profiles${query}`,
      payload: Buffer.from('12345'),
    });
  await send('?service=a');
  await send('?service=a');
  await send('');
  const metrics = (await counted.app.inject('/metrics')).body;
  expect(metrics).toContain('flamehouse_ingest_uploads_total{result="stored"} 2');
  expect(metrics).toContain('flamehouse_ingest_uploads_total{result="INGEST_SERVICE_INVALID"} 1');
  expect(metrics).toContain('flamehouse_ingest_bytes_total 10');
  expect(metrics).toContain('flamehouse_ingest_samples_total 6');
  expect(metrics).toMatch(
    /flamehouse_http_request_duration_seconds_count\{method="POST",route="\/api\/v1\/profiles",status="200"\} 2/,
  );
  expect(metrics).toContain('process_resident_memory_bytes');
  await counted.app.close();
});
