import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProfileError } from '../../../proto/src/index.ts';
import { ApiError, errorCodes } from '../../../server/src/errors.ts';
import { buildTestApp, type TestApp } from '../../support/server-app.ts';
import { storageDown } from '../../support/server-fake-store.ts';

let server: TestApp;
beforeAll(async () => {
  server = await buildTestApp();
});
afterAll(() => server.app.close());

const QUERY_HELP = 'See /api/docs for the parameters of this route.';
const RANGE_HELP = 'Send from before to: epoch milliseconds, ISO 8601, now, or now-15m.';
const SELECTION = 'service, type, from, to, version, environment, instance, endpoint, filter';

describe('what is wrong with a query is said with its value', () => {
  test.each([
    ['flamegraph', 400, 'QUERY_PARAMETER_INVALID', 'parameter service is missing', QUERY_HELP],
    [
      'flamegraph?service=a&maxnodes=5',
      400,
      'QUERY_PARAMETER_INVALID',
      `parameter "maxnodes" is unknown; this route takes ${SELECTION}, view, x, maxNodes, root, format`,
      QUERY_HELP,
    ],
    [
      'services?service=a',
      400,
      'QUERY_PARAMETER_INVALID',
      'parameter "service" is unknown; this route takes none',
      QUERY_HELP,
    ],
    [
      'flamegraph?service=a&maxNodes=0',
      400,
      'QUERY_PARAMETER_INVALID',
      'maxNodes is 0: it must be >= 1',
      QUERY_HELP,
    ],
    [
      'flamegraph?service=a&maxNodes=many',
      400,
      'QUERY_PARAMETER_INVALID',
      'maxNodes is "many": it must be integer',
      QUERY_HELP,
    ],
    [
      'flamegraph?service=a&format=svg',
      400,
      'QUERY_PARAMETER_INVALID',
      'format is "svg": it must be one of json, pprof, folded, speedscope',
      QUERY_HELP,
    ],
    [
      'flamegraph?service=a&root=xyz',
      400,
      'QUERY_PARAMETER_INVALID',
      'root is "xyz": it must match pattern "^[0-9a-f]{16}$"',
      QUERY_HELP,
    ],
    [
      'flamegraph?service=a&format=pprof&root=0123456789abcdef',
      400,
      'QUERY_PARAMETER_INVALID',
      'root is 0123456789abcdef: it works with format=json only, since exports are whole',
      QUERY_HELP,
    ],
    [
      'flamegraph?service=a&root=0123456789abcdef',
      404,
      'QUERY_NODE_NOT_FOUND',
      'none of the 1 nodes has the id 0123456789abcdef',
      'Take `root` from nodes.id of an answer with the same service, type, range and filter.',
    ],
    [
      'functions?service=a&sort=weight',
      400,
      'QUERY_PARAMETER_INVALID',
      'sort is "weight": it must be one of self, total, name',
      QUERY_HELP,
    ],
    [
      'functions?service=a&groupBy=file',
      400,
      'QUERY_PARAMETER_INVALID',
      'groupBy is "file": it must be one of package',
      QUERY_HELP,
    ],
    [
      'series?service=a&from=2&to=1',
      400,
      'QUERY_RANGE_INVALID',
      'from 2 is not before to 1',
      RANGE_HELP,
    ],
    [
      'labels?from=yesterday',
      400,
      'QUERY_RANGE_INVALID',
      'from is "yesterday", which is not a time',
      RANGE_HELP,
    ],
    [
      'flamegraph?service=a&type=gpu',
      400,
      'PROFILE_TYPE_INVALID',
      '"gpu" is neither an alias nor five parts with colons between',
      'Use cpu, wall, heap, heap-objects, alloc, alloc-objects, or name:sample_type:sample_unit:period_type:period_unit.',
    ],
    [
      'flamegraph?service=a&filter=%7Ba%3D1%7D',
      400,
      'SELECTOR_INVALID',
      'the filter cannot be read: expected name="value" at character 2, found "a=1"',
      'Write {name="value", other=~"regex"}; operators are = != =~ !~.',
    ],
    [
      'nothing',
      404,
      'NOT_FOUND',
      'GET /api/v1/nothing is no route',
      'See /api/docs for the routes of this server.',
    ],
  ])('%s', async (path, status, code, message, help) => {
    const response = await server.app.inject(`/api/v1/${path}`);
    expect(response.json()).toEqual({ code, message, help });
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
  });
});

test('a method that a route does not have is no route', async () => {
  const response = await server.app.inject({ method: 'PUT', url: '/api/v1/services' });
  expect(response.statusCode).toBe(404);
  expect(response.json()).toMatchObject({
    code: 'NOT_FOUND',
    message: 'PUT /api/v1/services is no route',
  });
});

test('the query is not repeated when a route is not found', async () => {
  const response = await server.app.inject('/api/v1/nothing?token=hunter2');
  expect(response.body).not.toContain('hunter2');
});

describe('bodies that are no upload', () => {
  const post = (payload: string, type = 'application/json') =>
    server.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload,
      headers: { 'content-type': type },
    });

  test.each([
    ['{"token": ', 'application/json', 400, 'REQUEST_INVALID', ''],
    ['', 'application/json', 400, 'REQUEST_INVALID', ''],
    ['{}', 'application/json', 400, 'QUERY_PARAMETER_INVALID', 'parameter token is missing'],
    ['{"token":7}', 'application/json', 200, undefined, ''],
    [
      '{"token":""}',
      'application/json',
      400,
      'QUERY_PARAMETER_INVALID',
      'token: it must NOT have fewer than 1 characters',
    ],
    ['token=x', 'text/plain', 415, 'REQUEST_CONTENT_TYPE', 'the content type is "text/plain"'],
    [
      `{"token":"${'x'.repeat(5_000)}"}`,
      'application/json',
      413,
      'REQUEST_TOO_LARGE',
      'the body has more than 4096 bytes',
    ],
  ])('%s as %s', async (payload, type, status, code, message) => {
    const response = await post(payload, type);
    expect(response.statusCode, response.body).toBe(status);
    expect(response.json().code).toBe(code);
    if (message !== '') expect(response.json().message).toBe(message);
  });
});

describe('what the store throws', () => {
  const failWith = async (failure: Error) => {
    const failing = await buildTestApp();
    failing.store.failure = failure;
    const response = await failing.app.inject('/api/v1/services');
    const upload = await failing.app.inject({
      method: 'POST',
      url: '/api/v1/profiles?service=a',
      payload: Buffer.from('x'),
    });
    const ready = await failing.app.inject('/readyz');
    const alive = await failing.app.inject('/healthz');
    await failing.app.close();
    return { response, upload, ready, alive, log: failing.logLines.join('') };
  };

  test('STORAGE_UNAVAILABLE is 503 with Retry-After, also for uploads and /readyz', async () => {
    const { response, upload, ready, alive } = await failWith(storageDown());
    for (const one of [response, upload, ready]) {
      expect(one.statusCode).toBe(503);
      expect(one.headers['retry-after']).toBe('5');
      expect(one.json()).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    }
    expect(alive.json()).toEqual({ status: 'alive' });
  });

  test('a ProfileError is the caller’s fault', async () => {
    const { upload } = await failWith(
      new ProfileError('PROFILE_VALUE_COUNT', 'sample 3 has 1 values for 2 sample types'),
    );
    expect(upload.statusCode).toBe(400);
    expect(upload.json()).toEqual({
      code: 'PROFILE_VALUE_COUNT',
      message: 'sample 3 has 1 values for 2 sample types',
      help: 'Every sample needs exactly one value for each sample_type.',
    });
  });

  test('a profile that is too large is 413', async () => {
    const { upload } = await failWith(new ProfileError('PROFILE_TOO_MANY_SAMPLES', 'many'));
    expect(upload.statusCode).toBe(413);
  });

  test('anything else is INTERNAL: the client learns nothing of it, the log everything', async () => {
    const { response, log } = await failWith(new Error('table /var/lib/secret is gone'));
    expect(response.statusCode).toBe(500);
    expect(response.json()).toEqual({
      code: 'INTERNAL',
      message: 'the server could not answer',
      help: 'This is a fault of the server. Its log has the details under the request id.',
    });
    expect(log).toContain('table /var/lib/secret is gone');
    expect(log).toContain(response.headers['x-request-id'] as string);
  });
});

test.each(errorCodes)('%s has a status, a message and help that says what to do', async (code) => {
  const failure = new ApiError(code, 'what happened');
  server.store.failure = failure;
  const response = await server.app.inject('/api/v1/services');
  server.store.failure = null;
  expect(response.json()).toEqual({ code, message: 'what happened', help: failure.help });
  expect(response.statusCode).toBe(failure.statusCode);
  expect(failure.help).toMatch(/^[A-Z`].{20,}\.$/);
  expect(response.headers['retry-after']).toBe(failure.statusCode === 503 ? '5' : undefined);
});

describe('what is hardly HTTP', () => {
  /** Send bytes to a listening server and return all that it answers. */
  async function exchange(bytes: string): Promise<string> {
    const { port } = server.app.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk) => (answer += chunk));
    socket.write(bytes);
    await once(socket, 'close');
    return answer;
  }
  beforeAll(() => server.app.listen({ port: 0, host: '127.0.0.1' }));

  test.each([
    ['no request line', 'hello\r\n\r\n'],
    ['a header without a name', 'GET / HTTP/1.1\r\n: x\r\n\r\n'],
    ['headers without an end', `GET / HTTP/1.1\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`],
    ['a broken URL', 'GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
  ])('%s', async (_, bytes) => {
    const answer = await exchange(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
    expect(body).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(Object.keys(body)).toEqual(['code', 'message', 'help']);
  });

  test('and the server goes on', async () => {
    expect((await server.app.inject('/healthz')).statusCode).toBe(200);
  });
});

test('docs/errors.md explains every code of the server and of proto', () => {
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const documented = new Set([...page.matchAll(/^\| `([A-Z_]+)`/gm)].map((match) => match[1]));
  const ofProto = readFileSync(new URL('../../../proto/src/errors.ts', import.meta.url), 'utf8');
  const codes = [
    ...errorCodes,
    ...[...ofProto.matchAll(/^ {2}([A-Z_]+):/gm)].map((match) => match[1]),
  ];
  expect(
    codes.filter((code) => !documented.has(code)),
    'add these to docs/errors.md',
  ).toEqual([]);
  expect(
    [...documented].filter((code) => !codes.includes(code)),
    'these are no codes',
  ).toEqual([]);
});

test('docs/errors.md has the status of every code', () => {
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  for (const code of errorCodes) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${code}\``));
    expect(row, code).toContain(`| ${new ApiError(code, '').statusCode} |`);
  }
});
