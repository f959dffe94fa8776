import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FunctionsAnswer, ServiceSummary } from '../../proto/src/index.ts';
import { waitFor } from '../support/processes.ts';
import {
  type FlamehouseProcess,
  getJson,
  startFlamehouse,
  temporaryDirectory,
} from '../support/server-process.ts';
import {
  formOf,
  metaOf,
  postProfile,
  pprofOfSamples,
  pprofWith,
  type UploadResult,
} from '../support/server-uploads.ts';

const directory = temporaryDirectory();
let server: FlamehouseProcess;

beforeAll(async () => {
  server = await startFlamehouse({
    dataDir: directory.path,
    env: { FLAMEHOUSE_UPLOAD_BYTES_MAX: '1MiB', FLAMEHOUSE_LOG: 'error' },
  });
});
afterAll(async () => {
  await server?.stop();
  directory.remove();
});

const raw = (body: Buffer, query = '?service=bad') => postProfile(server.url, { query, body });
const form = (meta: object | string | null, profile: Buffer | null = pprofWith()) =>
  postProfile(server.url, { body: formOf(meta, profile) });
const DAY_MS = 86_400_000;

/** What an upload was, what it must be answered with, and what the message must say. */
type Rejected = readonly [
  name: string,
  send: () => Promise<UploadResult>,
  status: number,
  code: string,
  message: string | RegExp,
];

const gzipBomb = () => gzipSync(Buffer.alloc(200 * 2 ** 20), { level: 9 });
const noise = (bytes: number) => {
  let seed = 1;
  return Buffer.from(
    Array.from({ length: bytes }, () => {
      seed = (seed * 48271) % 2147483647;
      return seed & 255;
    }),
  );
};

const bodies: readonly Rejected[] = [
  ['an empty body', () => raw(Buffer.alloc(0)), 400, 'INGEST_BODY_EMPTY', '0 bytes'],
  ['text', () => raw(Buffer.from('not a profile')), 400, 'PROFILE_NOT_PPROF', ''],
  ['JSON', () => raw(Buffer.from('{"nodes":[]}')), 400, 'PROFILE_NOT_PPROF', ''],
  ['noise', () => raw(noise(10_000)), 400, 'PROFILE_NOT_PPROF', ''],
  ['gzip of noise', () => raw(gzipSync(noise(10_000))), 400, 'PROFILE_NOT_PPROF', ''],
  [
    'what only starts like gzip',
    () => raw(Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])),
    400,
    'INGEST_GZIP_INVALID',
    'gzip of 7 bytes',
  ],
  [
    'truncated gzip',
    () => {
      const whole = gzipSync(pprofWith());
      return raw(whole.subarray(0, whole.length - 12));
    },
    400,
    'INGEST_GZIP_INVALID',
    'unexpected end of file',
  ],
  [
    'gzip with a wrong checksum',
    () => {
      const whole = gzipSync(pprofWith());
      whole[whole.length - 5]! ^= 255;
      return raw(whole);
    },
    400,
    'INGEST_GZIP_INVALID',
    'incorrect',
  ],
  ['a gzip bomb', () => raw(gzipBomb()), 413, 'INGEST_PROFILE_TOO_LARGE', '67108864 bytes'],
  [
    'a body over FLAMEHOUSE_UPLOAD_BYTES_MAX',
    () => raw(Buffer.alloc(2 ** 20 + 1, 1)),
    413,
    'INGEST_BODY_TOO_LARGE',
    /the body has \d+ bytes, more than 1048576/,
  ],
  [
    'a multipart body over FLAMEHOUSE_UPLOAD_BYTES_MAX',
    () => form(metaOf('bad'), Buffer.alloc(2 ** 20, 1)),
    413,
    'INGEST_BODY_TOO_LARGE',
    /the body has \d+ bytes, more than 1048576/,
  ],
  [
    'a wrong content type',
    () =>
      postProfile(server.url, {
        query: '?service=bad',
        body: 'x',
        headers: { 'content-type': 'text/plain' },
      }),
    415,
    'INGEST_CONTENT_TYPE',
    '"text/plain"',
  ],
  [
    'multipart without a boundary',
    () =>
      postProfile(server.url, { body: 'x', headers: { 'content-type': 'multipart/form-data' } }),
    400,
    'INGEST_MULTIPART_INVALID',
    'names no boundary',
  ],
  [
    '10 million samples',
    () => raw(gzipSync(pprofOfSamples(10_000_000), { level: 9 })),
    413,
    'PROFILE_TOO_MANY_SAMPLES',
    '',
  ],
];

const metas: readonly Rejected[] = [
  ['no meta', () => form(null), 400, 'INGEST_META_MISSING', 'the parts are "cpu"'],
  ['meta that is no JSON', () => form('{"service":'), 400, 'INGEST_META_INVALID', 'is not JSON'],
  ['meta that is no object', () => form('[1]'), 400, 'INGEST_META_INVALID', 'send a JSON object'],
  [
    'meta without from',
    () => form({ ...metaOf('bad'), from: undefined }),
    400,
    'INGEST_META_INVALID',
    'meta.from is missing',
  ],
  [
    'no profile',
    () => form(metaOf('bad'), null),
    400,
    'INGEST_BODY_EMPTY',
    'no part has a file name',
  ],
  [
    'a service name of 10,000 characters',
    () => form(metaOf('x'.repeat(10_000))),
    400,
    'INGEST_SERVICE_INVALID',
    'it has 10000 characters, more than 255',
  ],
  [
    'a service name of control characters',
    () => form(metaOf('\u0000\u001b[31m')),
    400,
    'INGEST_SERVICE_INVALID',
    'it holds control characters',
  ],
  ['no service', () => raw(pprofWith(), ''), 400, 'INGEST_SERVICE_INVALID', 'service is missing'],
  [
    'an unknown parameter',
    () => raw(pprofWith(), '?service=bad&servcie=x'),
    400,
    'QUERY_PARAMETER_INVALID',
    'parameter "servcie" is unknown',
  ],
  [
    'a window older than raw retention',
    () => form(metaOf('bad', { toMs: Date.now() - 8 * DAY_MS })),
    422,
    'INGEST_TIME_OUT_OF_RANGE',
    'older than raw retention',
  ],
  [
    'a window more than 10 minutes ahead',
    () => form(metaOf('bad', { toMs: Date.now() + 11 * 60_000 })),
    422,
    'INGEST_TIME_OUT_OF_RANGE',
    'more than 10 minutes ahead',
  ],
  [
    'such a window in the query of a raw body',
    () => raw(pprofWith(), `?service=bad&from=now-9d&to=now-8d`),
    422,
    'INGEST_TIME_OUT_OF_RANGE',
    'older than raw retention',
  ],
];

const profiles: readonly Rejected[] = [
  [
    'no sample type',
    () => raw(pprofWith({ sampleTypes: [], samples: [] })),
    400,
    'PROFILE_NO_SAMPLE_TYPE',
    '0 sample types',
  ],
  [
    'a string index out of range',
    // Function { id: 9, name: string 200 }
    () => raw(Buffer.concat([pprofWith(), Buffer.from([0x2a, 5, 0x08, 9, 0x10, 0xc8, 1])])),
    400,
    'PROFILE_STRING_OUT_OF_RANGE',
    'index 200',
  ],
  [
    'a wrong value count',
    () => raw(pprofWith({ samples: [{ locations: [1], values: [1, 2] }] })),
    400,
    'PROFILE_VALUE_COUNT',
    'sample 0 has 2 values, but there are 1 sample types',
  ],
  [
    'a dangling location',
    () => raw(pprofWith({ samples: [{ locations: [1, 77], values: [1] }] })),
    400,
    'PROFILE_LOCATION_DANGLING',
    '77',
  ],
  [
    'a dangling function',
    () => raw(pprofWith({ locations: [{ id: 1, lines: [[88, 1]] }] })),
    400,
    'PROFILE_FUNCTION_DANGLING',
    '88',
  ],
  [
    'a negative value',
    () => raw(pprofWith({ samples: [{ locations: [1], values: [2n ** 64n - 5n] }] })),
    400,
    'PROFILE_VALUE_NEGATIVE',
    '-5',
  ],
  [
    'ids that are not unique',
    () =>
      raw(
        pprofWith({
          locations: [
            { id: 1, lines: [[1, 1]] },
            { id: 1, lines: [[1, 2]] },
          ],
        }),
      ),
    400,
    'PROFILE_ID_DUPLICATE',
    '',
  ],
];

describe('rejected, with nothing stored', () => {
  test.each([...bodies, ...metas, ...profiles])('%s', async (_, send, status, code, message) => {
    const result = await send();
    expect(result.answer.code, JSON.stringify(result.answer)).toBe(code);
    expect(result.status).toBe(status);
    expect(result.answer.message).toMatch(message === '' ? /./ : message);
    expect(result.answer.help).toMatch(/.{20}/);
    expect((await fetch(`${server.url}/healthz`)).status, 'the server goes on').toBe(200);
  });

  test('one bad profile rejects the whole upload', async () => {
    const both = formOf(metaOf('bad'), pprofWith());
    both.append('second', new Blob(['no profile']), 'heap.pb.gz');
    const { answer } = await postProfile(server.url, { body: both });
    expect(answer.code).toBe('PROFILE_NOT_PPROF');
  });

  test('the connection is cut half way', async () => {
    const abort = new AbortController();
    const body = new ReadableStream({
      async pull(controller) {
        controller.enqueue(new Uint8Array(1000));
        await new Promise((resolve) => setTimeout(resolve, 20));
        abort.abort();
      },
    });
    const cut = fetch(`${server.url}/api/v1/profiles?service=bad`, {
      method: 'POST',
      body,
      duplex: 'half',
      signal: abort.signal,
    } as RequestInit);
    await expect(cut).rejects.toThrow();
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  });

  test('none of them left a trace', async () => {
    expect((await raw(pprofWith(), '?service=witness')).status).toBe(200);
    const services = await waitFor('the witness', async () => {
      const found = await getJson<ServiceSummary[]>(`${server.url}/api/v1/services`);
      return found.some(({ service }) => service === 'witness') ? found : undefined;
    });
    expect(services.map(({ service }) => service)).toEqual(['witness']);
  });
});

/** What an upload was, how much was mended in it, what the answer says, and the total in microseconds. */
type Repaired = readonly [
  name: string,
  send: (query: string) => Promise<UploadResult>,
  folded: number,
  warning: string,
  totalMicros: number,
];

const repaired: readonly Repaired[] = [
  [
    'a stack 100,000 deep',
    (query) =>
      raw(
        pprofWith({
          samples: [{ locations: Array.from({ length: 100_000 }, () => 1), values: [9_000] }],
        }),
        query,
      ),
    1,
    '1 stacks were deeper than 1,000 frames',
    9,
  ],
  [
    'more than 32 labels',
    (query) =>
      raw(
        pprofWith({
          samples: [
            {
              locations: [1],
              values: [9_000],
              labels: Array.from({ length: 40 }, (_, i) => ({ key: `label${i}`, str: 'x' })),
            },
          ],
        }),
        query,
      ),
    8,
    '8 labels were left out because a sample may have 32',
    9,
  ],
  [
    'an over-long symbol',
    (query) => raw(pprofWith({ functions: [{ id: 1, name: 'x'.repeat(70_000) }] }), query),
    1,
    '1 function names, files or labels were too long and were shortened',
    7,
  ],
  [
    'a function id of 0',
    (query) =>
      raw(
        pprofWith({
          functions: [{ id: 0, name: 'main' }],
          locations: [{ id: 1, lines: [[0, 3]] }],
        }),
        query,
      ),
    1,
    '1 lines had a function id of 0',
    7,
  ],
  [
    'a missing line',
    (query) => raw(pprofWith({ locations: [{ id: 1, address: 0x1234, lines: [] }] }), query),
    1,
    '1 locations had no line and are shown by their address',
    7,
  ],
  [
    'numeric labels',
    (query) =>
      raw(
        pprofWith({
          samples: [
            { locations: [1], values: [4_000], labels: [{ key: 'bytes', num: 512 }] },
            { locations: [1], values: [5_000], labels: [{ key: 'bytes', num: 512 }] },
          ],
        }),
        query,
      ),
    2,
    '2 numeric labels were left out',
    9,
  ],
  [
    'a time in 1970',
    (query) => raw(pprofWith({ timeNanos: 5n }), query.replace(/&from=.*$/, '')),
    1,
    '1 profile had no usable time and got the time it arrived',
    7,
  ],
  [
    'more series than the limit',
    (query) =>
      raw(
        gzipSync(
          pprofWith({
            samples: Array.from({ length: 10_100 }, (_, i) => ({
              locations: [1],
              values: [1_000],
              labels: i === 0 ? [] : [{ key: 'order', str: String(i) }],
            })),
          }),
        ),
        query,
      ),
    100,
    '100 samples lost labels because the service has too many combinations of them',
    10_100,
  ],
];

describe('repaired, counted and stored with exact totals', () => {
  test.each(repaired)('%s', async (name, send, folded, warning, totalMicros) => {
    const service = `repaired ${name}`;
    const query = `?service=${encodeURIComponent(service)}&from=now-15s&to=now`;
    const { status, answer } = await send(query);
    expect(status, JSON.stringify(answer)).toBe(200);
    expect(answer.warnings!.join('\n')).toContain(warning);
    expect(answer.folded).toBe(folded);
    const total = await waitFor('stored samples', async () => {
      const url = `${server.url}/api/v1/functions?service=${encodeURIComponent(service)}`;
      const found = (await getJson<FunctionsAnswer>(url)).total;
      return found > 0 ? found : undefined;
    });
    expect(total).toBe(totalMicros);
  });
});

test('after all of that the server answers every question and stops cleanly', async () => {
  for (const path of ['services', 'labels', 'profile-types', 'series?service=witness', 'deploys']) {
    await getJson(`${server.url}/api/v1/${path}`);
  }
  await getJson(`${server.url}/readyz`);
  expect(await server.stop(), server.output()).toBe(0);
});
