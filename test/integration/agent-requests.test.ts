import { describe, expect, test } from 'vitest';
import { type AppRun, endpointsOf, runApp, sumOf } from '../support/agent-app.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';

const BURN = `
function burn(ms) {
  const start = process.cpuUsage();
  for (let x = 0; ; ) {
    for (let i = 0; i < 2000; i++) x += Math.sqrt(x + i);
    const { user, system } = process.cpuUsage(start);
    if (user + system >= ms * 1000) return x;
  }
}
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
async function userWork() { await sleep(2); burnForUser(60); }
function burnForUser(ms) { return burn(ms); }
function burnForHome(ms) { return burn(ms); }
`;

/** Asks three times for a user, each with another id, once for the front page, and once in vain. */
const ASK = `
async function ask(server) {
  const { port } = server.address();
  const get = async (path, headers = {}) => {
    const response = await fetch('http://127.0.0.1:' + port + path, { headers });
    await response.text();
    return response.status;
  };
  const traced = { traceparent: '00-${TRACE}-${CALLER}-01' };
  const statuses = await Promise.all([get('/api/users/17', traced), get('/api/users/4711')]);
  statuses.push(await get('/api/users/9'), await get('/'), await get('/api/fail/1'));
  console.log(JSON.stringify(statuses));
  // A window of less than 250 ms at the end of a process is not sent.
  await new Promise((resolve) => setTimeout(resolve, 400));
  server.closeAllConnections();
  server.close();
}
`;

const CASES: Record<string, { readonly routed: boolean; readonly text: string; file?: string }> = {
  http: {
    routed: false,
    text: `
      const server = require('node:http').createServer(async (request, response) => {
        if (request.url.startsWith('/api/users/')) await userWork();
        else if (request.url === '/') burnForHome(60);
        else response.statusCode = 503;
        response.end('done');
      }).listen(0, () => ask(server));`,
  },
  Fastify: {
    routed: true,
    text: `
      const app = require('fastify')();
      app.get('/api/users/:user', async () => { await userWork(); return 'done'; });
      app.get('/', async () => { burnForHome(60); return 'done'; });
      app.get('/api/fail/:number', async () => { throw new Error('broken'); });
      app.listen({ port: 0 }).then(() => ask(app.server));`,
  },
  Express: {
    routed: true,
    text: `
      const express = require('express');
      const app = express();
      const api = express.Router();
      api.get('/users/:user', async (request, response) => { await userWork(); response.send('done'); });
      api.get('/fail/:number', (request, response) => { response.status(500).send('broken'); });
      app.use('/api', api);
      app.get('/', (request, response) => { burnForHome(60); response.send('done'); });
      const server = app.listen(0, () => ask(server));`,
  },
  Koa: {
    routed: true,
    text: `
      const Koa = require('koa');
      const Router = require('@koa/router').Router ?? require('@koa/router');
      const router = new Router();
      router.get('/api/users/:user', async (context) => { await userWork(); context.body = 'done'; });
      router.get('/api/fail/:number', (context) => { context.status = 502; context.body = 'broken'; });
      router.get('/', (context) => { burnForHome(60); context.body = 'done'; });
      const app = new Koa();
      app.use(router.routes());
      const server = app.listen(0, () => ask(server));`,
  },
  'Koa as an ES module': {
    routed: true,
    file: 'app.mjs',
    text: `
      import Koa from 'koa';
      import { Router } from '@koa/router';
      const router = new Router();
      router.get('/api/users/:user', async (context) => { await userWork(); context.body = 'done'; });
      router.get('/api/fail/:number', (context) => { context.status = 502; context.body = 'broken'; });
      router.get('/', (context) => { burnForHome(60); context.body = 'done'; });
      const app = new Koa();
      app.use(router.routes());
      const server = app.listen(0, () => ask(server));`,
  },
};

function valuesOf(run: AppRun, name: string, label: string): Set<string> {
  return new Set(run.rowsOf(name).map(({ labels }) => labels[label] ?? 'none'));
}

describe.each(Object.entries(CASES))(
  '%s without OpenTelemetry',
  (_name, { routed, text, file }) => {
    test('names endpoints by route, takes traces from callers, and counts requests', async () => {
      const run = await runApp({ files: { [file ?? 'app.cjs']: `${BURN}${ASK}${text}` } });
      const statuses = JSON.parse(run.result.stdout);
      expect(statuses.slice(0, 4)).toEqual([200, 200, 200, 200]);
      const user = routed ? 'GET /api/users/:user' : 'GET /api/users/:id';
      const fail = routed ? 'GET /api/fail/:number' : 'GET /api/fail/:id';
      expect(valuesOf(run, 'burnForUser', 'endpoint')).toEqual(new Set([user]));
      expect(valuesOf(run, 'burnForHome', 'endpoint')).toEqual(new Set(['GET /']));

      const counts = endpointsOf(run.uploads);
      expect(counts.get(user)).toMatchObject({ count: 3, errors: 0 });
      expect(counts.get('GET /')).toMatchObject({ count: 1, errors: 0 });
      expect(counts.get(fail)).toMatchObject({ count: 1, errors: 1 });
      expect(counts.get(user)!['durationSumNanos']).toBeGreaterThan(3 * 60e6);
      expect(counts.get(user)!['cpuNanos']).toBe(
        sumOf(
          run.rows.filter(({ labels }) => labels['endpoint'] === user),
          'cpuNanos',
        ),
      );

      const traces = valuesOf(run, 'burnForUser', 'trace_id');
      expect(traces.size).toBe(3);
      const traced = run.rowsOf('burnForUser').filter((row) => row.labels['trace_id'] === TRACE);
      expect(traced.length).toBeGreaterThan(0);
      expect(new Set(traced.map(({ labels }) => labels['span_id']))).toEqual(new Set([CALLER]));
      for (const id of traces) expect(id).toMatch(/^[0-9a-f]{32}$/);
    });
  },
);

test('an application with more paths than it should have stays bounded', async () => {
  const { uploads } = await runApp({
    files: {
      'app.cjs': `
        const http = require('node:http');
        const server = http.createServer((request, response) => response.end('done')).listen(0, async () => {
          const { port } = server.address();
          for (let i = 0; i < 500; i++) {
            const name = String.fromCharCode(97 + (i % 26), 97 + ((i / 26) % 26)) + 'x';
            await (await fetch('http://127.0.0.1:' + port + '/' + name)).text();
          }
          await new Promise((resolve) => setTimeout(resolve, 400));
          server.closeAllConnections();
          server.close();
        });`,
    },
  });
  const counts = endpointsOf(uploads);
  expect(counts.size).toBeLessThanOrEqual(301);
  expect(counts.get('(other)')!['count']).toBeGreaterThan(100);
  expect([...counts.values()].reduce((sum, { count }) => sum + count!, 0)).toBe(500);
});

test('requests whose caller goes away are counted, and are no errors', async () => {
  const { uploads } = await runApp({
    files: {
      'app.cjs': `
        const http = require('node:http');
        const server = http.createServer((request) => {
          request.socket.on('close', () => setTimeout(() => server.close(), 300));
        }).listen(0, () => {
          const client = http.get({ port: server.address().port, path: '/slow' });
          client.on('error', () => {});
          setTimeout(() => client.destroy(), 50);
        });`,
    },
  });
  expect(endpointsOf(uploads).get('GET /slow')).toMatchObject({ count: 1, errors: 0 });
});
