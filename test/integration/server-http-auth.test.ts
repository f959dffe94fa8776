import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startNode, waitFor } from '../support/processes.ts';
import {
  type FlamehouseProcess,
  startFlamehouse,
  temporaryDirectory,
} from '../support/server-process.ts';
import { postProfile, pprofWith } from '../support/server-uploads.ts';

const INGEST = 'ingest-secret-1f2e';
const READ = 'read-secret-3d4c';
const directory = temporaryDirectory();
let server: FlamehouseProcess;

beforeAll(async () => {
  server = await startFlamehouse({
    dataDir: directory.path,
    env: { FLAMEHOUSE_TOKENS: `ingest:${INGEST},read:${READ}`, FLAMEHOUSE_LOG: 'debug' },
  });
});
afterAll(async () => {
  await server?.stop();
  directory.remove();
});

const upload = (headers: Record<string, string>) =>
  postProfile(server.url, { query: '?service=a', body: pprofWith(), headers });
const services = (headers: Record<string, string>) =>
  fetch(`${server.url}/api/v1/services`, { headers });

describe('a server with tokens', () => {
  test('takes uploads with the ingest token only', async () => {
    expect((await upload({})).answer.code).toBe('AUTH_REQUIRED');
    expect((await upload({ authorization: `Bearer ${READ}` })).answer.code).toBe('AUTH_FORBIDDEN');
    expect((await upload({ authorization: `Bearer ${INGEST}` })).status).toBe(200);
  });

  test('answers questions with the read token, or with the cookie that it bought', async () => {
    expect((await services({})).status).toBe(401);
    expect((await services({ authorization: `Bearer ${READ}` })).status).toBe(200);
    const session = await fetch(`${server.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: READ }),
    });
    expect(session.status).toBe(200);
    const cookie = session.headers.getSetCookie()[0]!;
    expect(cookie).toMatch(
      /^flamehouse_session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect((await services({ cookie: cookie.split(';')[0]! })).status).toBe(200);
  });

  test('is open where a probe or a browser begins', async () => {
    for (const path of ['/healthz', '/readyz', '/api/docs', '/favicon.ico']) {
      expect((await fetch(server.url + path)).ok, path).toBe(true);
    }
  });

  test('never prints a token', async () => {
    await services({ authorization: 'Bearer wrong-secret-5b6a' });
    await fetch(`${server.url}/api/v1/services?token=${READ}`);
    expect(server.output()).toContain('"path":"/api/v1/services"');
    expect(server.output()).not.toContain('secret');
  });
});

test('off loopback without tokens the server does not start, and says what to do', async () => {
  const refused = startNode({
    args: ['server/bin/flamehouse.js', 'serve'],
    env: {
      FLAMEHOUSE_HOST: '0.0.0.0',
      FLAMEHOUSE_PORT: '0',
      FLAMEHOUSE_DATA_DIR: `${directory.path}/x`,
    },
  });
  await waitFor('end of the server', () => refused.child.exitCode ?? undefined, {
    seen: refused.output,
  });
  expect(refused.child.exitCode).toBe(2);
  for (const repair of ['FLAMEHOUSE_TOKENS=', '127.0.0.1', 'FLAMEHOUSE_INSECURE=true']) {
    expect(refused.output()).toContain(repair);
  }
});
