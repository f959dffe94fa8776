import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildTestApp, type TestApp } from '../../support/server-app.ts';

let root: string;
let server: TestApp;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'flamehouse-ui-'));
  const ui = join(root, 'ui');
  mkdirSync(join(ui, 'assets'), { recursive: true });
  writeFileSync(join(ui, 'index.html'), '<!doctype html><title>Flamehouse</title>');
  writeFileSync(join(ui, 'assets', 'index-4f2c1e9a.js'), `// ${'x'.repeat(2_000)}`);
  writeFileSync(join(ui, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(root, 'secret.txt'), 'hidden words');
  server = await buildTestApp({ uiDirectory: ui });
});
afterAll(async () => {
  await server.app.close();
  rmSync(root, { recursive: true });
});

test.each([
  '/',
  '/explore',
  '/explore?service=a&from=now-1h',
  '/explore/',
  '/compare',
  '/deploys',
  '/deploys/7',
  '/traces',
  '/trace/4bf92f3577b34da6a3ce929d0e0e4736',
  '/trace/4bf92f3577b34da6a3ce929d0e0e4736/span/00f067aa0ba902b7',
  '/endpoints',
  '/stalls',
  '/source',
  '/server',
])('%s is the one page, asked for again every time', async (url) => {
  const response = await server.app.inject(url);
  expect(response.statusCode).toBe(200);
  expect(response.body).toContain('<title>Flamehouse</title>');
  expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(response.headers['cache-control']).toBe('no-cache');
});

test('files with a hash in their name are kept for ever, and compressed', async () => {
  const url = '/assets/index-4f2c1e9a.js';
  const response = await server.app.inject({ url, headers: { 'accept-encoding': 'gzip' } });
  expect(response.statusCode).toBe(200);
  expect(response.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-encoding': 'gzip',
  });
  expect(response.headers['content-type']).toContain('javascript');
  expect(response.rawPayload.length).toBeLessThan(200);
});

test('other files are asked for again', async () => {
  const response = await server.app.inject('/icon.svg');
  expect(response.headers['cache-control']).toBe('no-cache');
  expect(response.headers['content-type']).toContain('image/svg+xml');
});

test('a favicon is never missing', async () => {
  expect((await server.app.inject('/favicon.ico')).statusCode).toBe(204);
});

describe('what is neither screen nor file is a 404 in JSON, not the page', () => {
  test.each([
    '/nothing',
    '/assets/gone.js',
    '/api/v2/services',
    '/api/v1/x.js',
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%00.js',
    '/.env',
  ])('%s', async (url) => {
    const response = await server.app.inject(url);
    expect([400, 403, 404]).toContain(response.statusCode);
    expect(response.body).not.toContain('hidden words');
    expect(Object.keys(response.json())).toEqual(['code', 'message', 'help']);
    expect(response.headers['cache-control'] ?? '').not.toContain('immutable');
  });
});

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

test.each(['/nothing', '/explore/deeper', '/deploy'])(
  'a browser at %s gets the page, which says so',
  async (url) => {
    const response = await server.app.inject({ url, headers: BROWSER });
    expect(response.statusCode).toBe(404);
    expect(response.body).toContain('<title>Flamehouse</title>');
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(response.headers['cache-control']).toBe('no-store');
  },
);

test.each([
  ['/api/v1/nothing', BROWSER.accept],
  ['/api', BROWSER.accept],
  ['/v1/nothing', BROWSER.accept],
  ['/v1development/nothing', BROWSER.accept],
  ['/metrics/more', BROWSER.accept],
  ['/assets/nothing', BROWSER.accept],
  ['/nothing', '*/*'],
  ['/nothing', 'application/json'],
])('%s asked for as %s is an error in JSON', async (url, accept) => {
  const response = await server.app.inject({ url, headers: { accept } });
  expect(response.statusCode).toBe(404);
  expect(response.json()).toMatchObject({ code: 'NOT_FOUND' });
});

test('a form that is sent to a page is no question of a browser for one', async () => {
  const response = await server.app.inject({ method: 'POST', url: '/nothing', headers: BROWSER });
  expect(response.statusCode).toBe(404);
  expect(response.json()).toMatchObject({ code: 'NOT_FOUND' });
});

test('when the UI is not built, the page says how to build it', async () => {
  const { app } = await buildTestApp({ uiDirectory: join(root, 'gone') });
  const response = await app.inject('/explore');
  expect(response.statusCode).toBe(503);
  expect(response.body).toContain('npm run build -w ui');
  const lost = await app.inject({ url: '/nothing', headers: BROWSER });
  expect(lost.json()).toMatchObject({ code: 'NOT_FOUND' });
  await app.close();
});

test('headers work on plain http off loopback', async () => {
  const { headers } = await server.app.inject('/');
  const csp = String(headers['content-security-policy']);
  expect(csp).toContain("default-src 'none'");
  expect(csp).toContain("script-src 'self';");
  expect(csp).toContain("style-src 'self' 'unsafe-inline'");
  expect(csp).toContain("frame-ancestors 'none'");
  expect(csp).not.toContain('upgrade-insecure-requests');
  for (const absent of [
    'strict-transport-security',
    'cross-origin-opener-policy',
    'origin-agent-cluster',
  ]) {
    expect(headers[absent], absent).toBeUndefined();
  }
  expect(headers['x-content-type-options']).toBe('nosniff');
});
