import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildTestApp, type TestApp } from '../../support/server-app.ts';

const INGEST = 'ingest-5f2c';
const READ = 'read-9a1b';
const TOKENS = { FLAMEHOUSE_TOKENS: `ingest:${INGEST},read:${READ}` };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const UPLOAD = {
  method: 'POST',
  url: '/api/v1/profiles?service=a',
  payload: Buffer.from('x'),
} as const;

describe('with tokens', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await buildTestApp({ env: TOKENS, uiDirectory: '/nonexistent' });
  });
  afterAll(() => server.app.close());

  test.each([
    ['/api/v1/services', {}, 401, 'AUTH_REQUIRED'],
    ['/api/v1/services', bearer('read-9a1'), 401, 'AUTH_REQUIRED'],
    ['/api/v1/services', { authorization: `Basic ${READ}` }, 401, 'AUTH_REQUIRED'],
    ['/api/v1/services', bearer(INGEST), 403, 'AUTH_FORBIDDEN'],
    ['/api/v1/services', bearer(READ), 200, undefined],
    ['/api/v1/services', { authorization: `bearer  ${READ}` }, 200, undefined],
    ['/api/v1/flamegraph?service=a', {}, 401, 'AUTH_REQUIRED'],
    ['/api/v1/functions?service=a', {}, 401, 'AUTH_REQUIRED'],
    ['/api/v1/series?service=a', {}, 401, 'AUTH_REQUIRED'],
    ['/api/v1/labels', {}, 401, 'AUTH_REQUIRED'],
    ['/api/v1/labels/a/values', {}, 401, 'AUTH_REQUIRED'],
    ['/api/v1/profile-types', {}, 401, 'AUTH_REQUIRED'],
    ['/api/v1/deploys', {}, 401, 'AUTH_REQUIRED'],
    ['/metrics', {}, 401, 'AUTH_REQUIRED'],
    ['/metrics', bearer(READ), 200, undefined],
    ['/healthz', {}, 200, undefined],
    ['/readyz', {}, 200, undefined],
    ['/api/docs/json', {}, 200, undefined],
    ['/api/v1/session', {}, 200, undefined],
    ['/', {}, 503, undefined],
    ['/nothing.js', {}, 404, 'NOT_FOUND'],
    ['/api/v1/nothing', {}, 404, 'NOT_FOUND'],
  ])('GET %s with %o is %i', async (url, headers, status, code) => {
    const response = await server.app.inject({ url, headers });
    expect(response.statusCode, response.body).toBe(status);
    if (code !== undefined) expect(response.json().code).toBe(code);
    if (status === 401) expect(response.headers['www-authenticate']).toMatch(/^Bearer /);
  });

  test('uploads need the role ingest, before the body is looked at', async () => {
    const { app, store } = await buildTestApp({ env: TOKENS });
    expect((await app.inject(UPLOAD)).statusCode).toBe(401);
    expect((await app.inject({ ...UPLOAD, headers: bearer(READ) })).json()).toMatchObject({
      code: 'AUTH_FORBIDDEN',
      message: 'this token has the role read, not ingest',
    });
    expect(store.uploads).toEqual([]);
    expect((await app.inject({ ...UPLOAD, headers: bearer(INGEST) })).statusCode).toBe(200);
    await app.close();
  });
});

describe('the session of the UI', () => {
  async function signIn(token: string) {
    const server = await buildTestApp({ env: TOKENS });
    const response = await server.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { token },
    });
    return { ...server, response, cookie: response.cookies[0] };
  }

  test('a token becomes a cookie that is not the token', async () => {
    const { app, response, cookie } = await signIn(READ);
    expect(response.json()).toEqual({ required: true, signedIn: true });
    expect(cookie).toMatchObject({
      name: 'flamehouse_session',
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
    });
    expect(cookie!.secure).toBeUndefined();
    expect(cookie!.value).not.toContain(READ);
    const cookies = { flamehouse_session: cookie!.value };
    expect((await app.inject({ url: '/api/v1/services', cookies })).statusCode).toBe(200);
    expect((await app.inject({ url: '/api/v1/session', cookies })).json()).toEqual({
      required: true,
      signedIn: true,
    });
    await app.close();
  });

  test('it outlives a restart and ends with its token', async () => {
    const { app, cookie } = await signIn(READ);
    await app.close();
    const cookies = { flamehouse_session: cookie!.value };
    for (const [tokens, status] of [
      [`read:${READ}`, 200],
      ['read:another', 401],
    ] as const) {
      const { app } = await buildTestApp({ env: { FLAMEHOUSE_TOKENS: tokens } });
      expect((await app.inject({ url: '/api/v1/services', cookies })).statusCode).toBe(status);
      await app.close();
    }
  });

  test('it never uploads, not even for a token with both roles', async () => {
    const env = { FLAMEHOUSE_TOKENS: 'ingest:both,read:both' };
    const { app } = await buildTestApp({ env });
    const payload = { token: 'both' };
    const session = await app.inject({ method: 'POST', url: '/api/v1/session', payload });
    const cookies = { flamehouse_session: session.cookies[0]!.value };
    expect((await app.inject({ ...UPLOAD, cookies })).statusCode).toBe(403);
    expect((await app.inject({ ...UPLOAD, headers: bearer('both') })).statusCode).toBe(200);
    await app.close();
  });

  test.each([
    ['our own page', { cookie: READ, origin: 'http://localhost:80' }, 200, undefined],
    ['CI with the read token', { bearer: READ }, 200, undefined],
    ['another site', { cookie: READ, origin: 'http://evil.example' }, 403, 'AUTH_CROSS_SITE'],
    ['a frame without an origin', { cookie: READ, origin: 'null' }, 403, 'AUTH_CROSS_SITE'],
    ['an agent', { bearer: INGEST }, 403, 'AUTH_FORBIDDEN'],
    ['nobody', {}, 401, 'AUTH_REQUIRED'],
  ] as const)(
    'deploys are marked, and changes expected, by %s: %o is %i',
    async (_who, by, status, code) => {
      const { app, cookie, deploys } = await signIn(READ);
      const stored = await deploys.listSince(0);
      const { id } = stored[1]!.entry;
      const headers = {
        host: 'localhost',
        ...('origin' in by && { origin: by.origin }),
        ...('bearer' in by && bearer(by.bearer)),
      };
      const cookies: Record<string, string> =
        'cookie' in by ? { flamehouse_session: cookie!.value } : {};
      const place = { service: 'checkout', environment: 'production', version: '2.0.0' };
      for (const [url, payload] of [
        ['/api/v1/deploys', place],
        [`/api/v1/deploys/${id}/expected`, { expected: true }],
      ] as const) {
        const response = await app.inject({ method: 'POST', url, payload, headers, cookies });
        expect(response.statusCode, response.body).toBe(status);
        if (code !== undefined) expect(response.json().code).toBe(code);
      }
      const now = await deploys.listSince(0);
      expect(now.length - stored.length).toBe(status === 200 ? 1 : 0);
      expect(now[1]!.entry.expected).toBe(status === 200);
      await app.close();
    },
  );

  test.each([INGEST, 'unknown'])('%s cannot sign in', async (token) => {
    const { app, response, logLines } = await signIn(token);
    expect(response.statusCode).toBe(401);
    expect(response.json()).toMatchObject({ code: 'AUTH_REQUIRED' });
    expect(response.cookies).toEqual([]);
    expect(response.body + logLines.join('')).not.toContain(token);
    await app.close();
  });

  test.each(['', 'x', 'a'.repeat(43), 'a'.repeat(5_000), '%00'])(
    'a made-up cookie %j is no session',
    async (value) => {
      const { app } = await buildTestApp({ env: TOKENS });
      const cookies = { flamehouse_session: value };
      expect((await app.inject({ url: '/api/v1/services', cookies })).statusCode).toBe(401);
      await app.close();
    },
  );

  test('DELETE clears the cookie', async () => {
    const { app } = await signIn(READ);
    const response = await app.inject({ method: 'DELETE', url: '/api/v1/session' });
    expect(response.json()).toEqual({ required: true, signedIn: false });
    expect(response.cookies[0]).toMatchObject({ name: 'flamehouse_session', value: '' });
    await app.close();
  });

  test('behind https the cookie is for https only', async () => {
    const env = { ...TOKENS, FLAMEHOUSE_UI_URL: 'https://profiles.example.com' };
    const { app } = await buildTestApp({ env });
    const payload = { token: READ };
    const response = await app.inject({ method: 'POST', url: '/api/v1/session', payload });
    expect(response.cookies[0]).toMatchObject({ secure: true });
    await app.close();
  });

  test('without tokens nobody needs to sign in', async () => {
    const { app } = await buildTestApp();
    expect((await app.inject('/api/v1/session')).json()).toEqual({
      required: false,
      signedIn: true,
    });
    await app.close();
  });
});

describe('pages of other sites', () => {
  test.each([
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'http://localhost:80' }, 200],
    [{ origin: 'https://profiles.example.com' }, 200],
    [{}, 200],
  ])('an upload with %o is %i', async (headers, status) => {
    const { app } = await buildTestApp({
      env: { FLAMEHOUSE_UI_URL: 'https://profiles.example.com' },
    });
    const response = await app.inject({ ...UPLOAD, headers: { host: 'localhost', ...headers } });
    expect(response.statusCode, response.body).toBe(status);
    if (status === 403) expect(response.json()).toMatchObject({ code: 'AUTH_CROSS_SITE' });
    await app.close();
  });

  test.each([
    ['localhost:4040', {}, 200],
    ['127.0.0.1:4040', {}, 200],
    ['[::1]:4040', {}, 200],
    ['shop.localhost', {}, 200],
    ['rebound.evil.example:4040', {}, 403],
    ['127.0.0.1.evil.example', {}, 403],
    ['profiles.example.com', { FLAMEHOUSE_UI_URL: 'https://profiles.example.com' }, 200],
    ['any.example', { FLAMEHOUSE_INSECURE: 'true' }, 200],
    ['any.example', { FLAMEHOUSE_INSECURE: 'true', FLAMEHOUSE_HOST: '0.0.0.0' }, 200],
  ])('without tokens, host %s with %o is %i', async (host, env, status) => {
    const { app } = await buildTestApp({ env });
    const response = await app.inject({ url: '/api/v1/services', headers: { host } });
    expect(response.statusCode).toBe(status);
    if (status === 403) expect(response.json()).toMatchObject({ code: 'AUTH_HOST_UNKNOWN' });
    await app.close();
  });
});
