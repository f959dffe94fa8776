import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import { createLogger, traceIdOf } from '../../../server/src/http/logging.ts';
import { waitFor } from '../../support/processes.ts';
import { buildTestApp } from '../../support/server-app.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE_ID}-00f067aa0ba902b7-01`;

test('one JSON line a request, with its id and the trace of the caller', async () => {
  const { app, logLines } = await buildTestApp();
  const response = await app.inject({
    url: '/api/v1/services',
    headers: { traceparent: TRACEPARENT, 'x-request-id': 'req-7' },
  });
  expect(response.headers['x-request-id']).toBe('req-7');
  expect(logLines).toHaveLength(1);
  expect(JSON.parse(logLines[0]!)).toEqual({
    level: 30,
    time: expect.any(Number),
    requestId: 'req-7',
    traceId: TRACE_ID,
    method: 'GET',
    path: '/api/v1/services',
    status: 200,
    durationMs: expect.any(Number),
    msg: 'request',
  });
  await app.close();
});

test('a request id that could break a log line is replaced', async () => {
  const { app } = await buildTestApp();
  for (const id of ['a b', 'x'.repeat(65), '"}', '']) {
    const response = await app.inject({ url: '/healthz', headers: { 'x-request-id': id } });
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  }
  await app.close();
});

test('probes and good uploads are logged at debug, so that they do not drown the rest', async () => {
  const { app, logLines } = await buildTestApp();
  const upload = (query: string) => ({
    method: 'POST' as const,
    url: `/api/v1/profiles${query}`,
    payload: Buffer.from('x'),
  });
  await app.inject('/healthz');
  await app.inject(upload('?service=a'));
  await app.inject(upload(''));
  expect(logLines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 20, path: '/healthz' },
    { level: 20, path: '/api/v1/profiles', status: 200 },
    { level: 30, path: '/api/v1/profiles', status: 400 },
  ]);
  await app.close();
});

test('no token, cookie or query is ever logged', async () => {
  const { app, store, logLines } = await buildTestApp({
    env: { FLAMEHOUSE_TOKENS: 'ingest:hunter2,read:hunter2' },
  });
  const headers = { authorization: 'Bearer hunter2', cookie: 'flamehouse_session=hunter3' };
  const url = '/api/v1/services?token=hunter4';
  await app.inject({ url, headers });
  await app.inject({ method: 'POST', url: '/api/v1/session', payload: { token: 'hunter2' } });
  store.failure = new Error('the engine is away');
  await app.inject({ url: '/api/v1/services', headers });
  expect(logLines.join('')).toContain('the engine is away');
  expect(logLines.join('')).not.toMatch(/hunter|%68unter/);
  await app.close();
});

test('what is logged by mistake is redacted', () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => lines.push(line) });
  logger.info({ headers: { authorization: 'Bearer hunter2', cookie: 'hunter2' } }, 'oops');
  logger.info({ req: { headers: { authorization: 'hunter2' } }, token: 'hunter2' }, 'oops');
  logger.info({ clickHouse: { password: 'hunter2' } }, 'oops');
  expect(lines).toHaveLength(3);
  expect(lines.join('')).not.toContain('hunter2');
});

test.each([
  [TRACEPARENT, TRACE_ID],
  [`cc-${TRACE_ID}-00f067aa0ba902b7-01-more`, TRACE_ID],
  [`ff-${TRACE_ID}-00f067aa0ba902b7-01`, undefined],
  [`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, undefined],
  [`00-${TRACE_ID}-${'0'.repeat(16)}-01`, undefined],
  [`00-${TRACE_ID.toUpperCase()}-00f067aa0ba902b7-01`, undefined],
  ['nonsense', undefined],
  [undefined, undefined],
])('traceparent %s has the trace id %s', (traceparent, expected) => {
  expect(traceIdOf({ headers: { traceparent } })).toBe(expected);
});

test('a client that goes away stops its question, and that is no error', async () => {
  const { app, store, logLines } = await buildTestApp();
  const gate = new EventEmitter();
  store.listServices = async (signal?: AbortSignal) => {
    gate.emit('asked');
    await once(signal!, 'abort');
    throw new Error('the question was stopped');
  };
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const asked = once(gate, 'asked');
  const abort = new AbortController();
  const answer = fetch(`${url}/api/v1/services`, { signal: abort.signal });
  await asked;
  abort.abort();
  await expect(answer).rejects.toThrow();
  await waitFor(
    'line about it',
    () => (logLines.join('').includes('the client went away') ? true : undefined),
    { deadlineMs: 5_000, seen: () => logLines.join('') },
  );
  await app.close();
  const lines = logLines.map((line) => JSON.parse(line));
  expect(lines.filter(({ level }) => level >= 40)).toEqual([]);
});
