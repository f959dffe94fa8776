import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { selfSignedCertificate } from '../support/agent-certificate.ts';
import { REGISTER, runHost } from '../support/agent-host.ts';
import { totalOf } from '../support/agent-profiles.ts';
import { type Receiver, startReceiver } from '../support/agent-receiver.ts';

let receiver: Receiver;
afterEach(() => receiver.close());

const IDLE_FOR = (ms: number) => `setTimeout(() => {}, ${ms});`;

describe('https', () => {
  const certificate = selfSignedCertificate();
  test('a server whose certificate is trusted gets uploads', async () => {
    receiver = await startReceiver(undefined, certificate);
    // NODE_EXTRA_CA_CERTS is read when node starts, so the host starts the profiled program itself.
    const launcher = `
      process.env.NODE_EXTRA_CA_CERTS = __dirname + '/ca.pem';
      const { spawnSync } = require('node:child_process');
      const { stderr } = spawnSync(process.execPath, process.argv.slice(2), { encoding: 'utf8' });
      process.stdout.write(stderr);
    `;
    const result = await runHost({
      files: { 'app.js': launcher, 'job.js': IDLE_FOR(600), 'ca.pem': certificate.cert },
      nodeArgs: [],
      args: ['--require', REGISTER, 'job.js'],
      env: { FLAMEHOUSE_SERVER_URL: receiver.url },
    });
    expect(result).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect((await receiver.lastWindow()).profiles.has('cpu')).toBe(true);
  });

  test('any other gets none, and the line says why', async () => {
    receiver = await startReceiver(undefined, certificate);
    const result = await runHost({
      files: { 'app.js': IDLE_FOR(5000) },
      env: { FLAMEHOUSE_SERVER_URL: receiver.url, FLAMEHOUSE_WINDOW_MS: '500' },
    });
    expect(result).toMatchObject({ code: 0, stdout: '' });
    expect(result.stderr).toMatch(/^\[flamehouse\] UPLOAD_UNREACHABLE: .*certificate.*\n$/);
    expect(receiver.uploads).toEqual([]);
  });
});

/** A proxy through which `flamehouse.test` is the receiver, whatever its port. */
async function startProxy(): Promise<{ url: string; seen: string[]; close(): void }> {
  const seen: string[] = [];
  const port = Number(new URL(receiver.url).port);
  const note = (request: IncomingMessage) => {
    seen.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
  };
  const server = createServer((request, response) => {
    note(request);
    const { method, headers } = request;
    const path = new URL(request.url!).pathname;
    const onward = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode!);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    note(request);
    const onward = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(client).pipe(onward);
    });
    for (const socket of [client, onward]) socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo;
  return { url: `127.0.0.1:${own}`, seen, close: () => server.close() };
}

describe('a proxy', () => {
  const app = { 'app.js': `setInterval(() => {}, 50); setTimeout(() => process.exit(0), 1800);` };
  const settings = { FLAMEHOUSE_WINDOW_MS: '500', FLAMEHOUSE_SERVICE: 'shop' };

  test('carries uploads to an http server', async () => {
    receiver = await startReceiver();
    const proxy = await startProxy();
    const result = await runHost({
      files: app,
      env: {
        ...settings,
        FLAMEHOUSE_SERVER_URL: 'http://flamehouse.test/prefix',
        http_proxy: `http://user:se%40cret@${proxy.url}`,
      },
    });
    proxy.close();
    expect(result).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(receiver.uploads.length).toBeGreaterThan(0);
    expect(receiver.uploads[0]!.headers.host).toBe('flamehouse.test');
    const login = Buffer.from('user:se@cret').toString('base64');
    expect(new Set(proxy.seen)).toEqual(
      new Set([`POST http://flamehouse.test/prefix/api/v1/profiles Basic ${login}`]),
    );
  });

  test('carries a tunnel to an https server', async () => {
    const certificate = selfSignedCertificate();
    receiver = await startReceiver(undefined, certificate);
    const proxy = await startProxy();
    const launcher = `
      process.env.NODE_EXTRA_CA_CERTS = __dirname + '/ca.pem';
      const { spawnSync } = require('node:child_process');
      const { stderr } = spawnSync(process.execPath, process.argv.slice(2), { encoding: 'utf8' });
      process.stdout.write(stderr);
    `;
    const result = await runHost({
      files: { 'start.js': launcher, ...app, 'ca.pem': certificate.cert },
      nodeArgs: [],
      args: ['--require', REGISTER, 'app.js'],
      env: {
        ...settings,
        FLAMEHOUSE_SERVER_URL: 'https://flamehouse.test',
        HTTPS_PROXY: `http://${proxy.url}`,
      },
    });
    proxy.close();
    expect(result).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(receiver.uploads.length).toBeGreaterThan(0);
    expect(proxy.seen[0]).toBe('CONNECT flamehouse.test:443 ');
  });
});

test('uploads make no spans, even where a tracer was there first', async () => {
  receiver = await startReceiver();
  const tracer = `
    const http = require('node:http');
    const wrapped = http.request;
    http.request = function (...args) { console.log('span of a request'); return wrapped.apply(this, args); };
    const store = new (require('node:async_hooks').AsyncLocalStorage)();
    class Context {
      constructor(values) { this.values = values; }
      getValue(key) { return this.values.get(key); }
      setValue(key, value) { return new Context(new Map(this.values).set(key, value)); }
      deleteValue(key) { const values = new Map(this.values); values.delete(key); return new Context(values); }
    }
    const active = () => store.getStore() ?? new Context(new Map([[Symbol.for('OpenTelemetry Context Key SPAN'), {}]]));
    globalThis[Symbol.for('opentelemetry.js.api.1')] = { version: '1.9.0', context: { active, with: (context, work) => store.run(context, work) } };
    const suppress = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
    const span = Symbol.for('OpenTelemetry Context Key SPAN');
    require('node:diagnostics_channel').subscribe('http.client.request.start', () => {
      if (active().getValue(suppress) !== true || active().getValue(span)) console.log('a span');
    });`;
  const result = await runHost({
    files: { 'app.js': IDLE_FOR(1300), 'tracer.js': tracer },
    nodeArgs: ['--require', './tracer.js', '--require', REGISTER],
    env: { FLAMEHOUSE_SERVER_URL: receiver.url, FLAMEHOUSE_WINDOW_MS: '500' },
  });
  expect(result).toMatchObject({ code: 0, stdout: '', stderr: '' });
  expect(receiver.uploads.length).toBeGreaterThan(1);
});

describe('a server that comes back', () => {
  test('gets each window once, by the same id on every attempt', async () => {
    receiver = await startReceiver((_request, response, seen) => {
      if (seen <= 2) response.writeHead(503, { 'retry-after': '0' }).end();
      else response.end('{}');
    });
    const result = await runHost({
      files: { 'app.js': IDLE_FOR(6000) },
      env: { FLAMEHOUSE_SERVER_URL: receiver.url, FLAMEHOUSE_WINDOW_MS: '1000' },
    });
    expect(result.code).toBe(0);
    expect(result.stderr.match(/^\[flamehouse\] UPLOAD_UNAVAILABLE/gm)).toHaveLength(1);
    const ids = receiver.uploads.map(({ meta }) => meta['uploadId']);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).toBe(ids[0]);
    const accepted = receiver.uploads.slice(2);
    expect(new Set(accepted.map(({ meta }) => meta['uploadId'])).size).toBe(accepted.length);
    // Nothing is missing: the windows that were accepted follow each other from the first on.
    const times = accepted.map(({ meta }) => [Number(meta['from']), Number(meta['to'])] as const);
    times.sort((a, b) => a[0] - b[0]);
    const gapsMs = times.slice(1).map(([from], i) => Math.abs(from - times[i]![1]) / 1e6);
    expect(gapsMs.filter((gap) => gap > 20)).toEqual([]);
    const totals = accepted.map(({ profiles }) => totalOf(profiles.get('cpu')!, 'cpu'));
    expect(totals).toEqual(accepted.map(({ meta }) => meta['processCpuNanos']));
  });

  test('hears of rejected uploads from the next one', async () => {
    receiver = await startReceiver((_request, response, seen) => {
      response.writeHead(seen === 1 ? 422 : 200).end('{}');
    });
    await runHost({
      files: { 'app.js': IDLE_FOR(2500) },
      env: { FLAMEHOUSE_SERVER_URL: receiver.url, FLAMEHOUSE_WINDOW_MS: '1000' },
    });
    const drops = receiver.uploads.map(
      ({ meta }) => (meta['agent'] as { droppedUploads: number }).droppedUploads,
    );
    expect(drops.slice(0, 3)).toEqual([0, 1, 0]);
  });
});
