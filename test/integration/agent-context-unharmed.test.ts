import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { REGISTER, runHost } from '../support/agent-host.ts';
import { startReceiver } from '../support/agent-receiver.ts';

const MODULES = resolve(import.meta.dirname, '../../node_modules');

const SDK = `
const { trace, context } = require('@opentelemetry/api');
const { NodeTracerProvider } = require('otel-sdk-trace-node-2');
const { AsyncLocalStorage } = require('node:async_hooks');
const provider = new NodeTracerProvider();
provider.register();
const tracer = trace.getTracer('app');
const http = require('node:http');
`;

/** What a host does with spans and requests where a profiler could get in the way. */
const APPS: Readonly<Record<string, string>> = {
  'spans in an exit listener, after the sampler has stopped': `
    tracer.startActiveSpan('early', (span) => span.end());
    process.on('exit', () => tracer.startActiveSpan('late', (span) => {
      Promise.resolve().then(() => {});
      console.log(trace.getActiveSpan() === span);
    }));
    setTimeout(() => process.exit(5), 400);`,
  'an exception in a span, answered by the host': `
    process.on('uncaughtException', (error) => {
      console.log(error.message, trace.getActiveSpan() !== undefined);
      setTimeout(() => process.exit(6), 400);
    });
    setTimeout(() => tracer.startActiveSpan('root', () => { throw new Error('own'); }), 10);`,
  'a rejection in a span, answered by nobody': `
    console.log('before');
    setTimeout(() => tracer.startActiveSpan('root', async () => { await null; throw 'own'; }), 300);`,
  'a context manager that goes and comes back': `
    setTimeout(() => {
      trace.disable(); context.disable();
      new NodeTracerProvider().register();
      const other = trace.getTracer('other');
      other.startActiveSpan('second', async (span) => {
        await new Promise((done) => setTimeout(done, 5));
        console.log(trace.getActiveSpan() === span);
      });
    }, 300);`,
  'storages of its own beside spans': `
    const own = new AsyncLocalStorage();
    own.run('outer', () => tracer.startActiveSpan('root', async (root) => {
      await null;
      own.run('inner', () => setTimeout(() => console.log(own.getStore(), trace.getActiveSpan() === root), 5));
      console.log(own.getStore(), trace.getActiveSpan() === root);
    }));
    console.log(own.getStore(), trace.getActiveSpan());`,
  'spans with attributes of its own making': `
    const odd = { spanContext: () => { throw new Error('odd'); }, isRecording: () => true };
    context.with(trace.setSpan(context.active(), odd), () => console.log('inside'));
    tracer.startActiveSpan('frozen', (span) => console.log(Object.keys(span.attributes).length >= 0));`,
  'requests that fail, are upgraded and are cut off': `
    const server = http.createServer((request, response) => {
      if (request.url === '/cut') return request.socket.destroy();
      if (request.url === '/late') return setTimeout(() => response.end('late'), 20);
      response.writeHead(500).end('failed');
    });
    server.on('upgrade', (request, socket) => socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: x\\r\\n\\r\\n'));
    server.listen(0, async () => {
      const url = 'http://127.0.0.1:' + server.address().port;
      console.log((await fetch(url + '/fail')).status, await (await fetch(url + '/late')).text());
      await fetch(url + '/cut').catch(() => console.log('cut'));
      const up = http.get(url, { headers: { connection: 'upgrade', upgrade: 'x' } });
      up.on('upgrade', (response, socket) => {
        console.log(response.statusCode);
        socket.destroy();
        server.close();
        server.closeAllConnections();
      });
    });`,
};

test.each(Object.entries(APPS))('a host with %s', async (_name, app) => {
  const receiver = await startReceiver();
  const directory = await mkdtemp(join(tmpdir(), 'flamehouse-context-'));
  try {
    await symlink(MODULES, join(directory, 'node_modules'));
    const run = (nodeArgs: string[]) =>
      runHost({
        directory,
        nodeArgs,
        files: { 'app.cjs': `${SDK}${app}` },
        env: { FLAMEHOUSE_SERVER_URL: receiver.url, FLAMEHOUSE_WINDOW_MS: '500' },
      });
    const plain = await run([]);
    const profiled = await run(['--require', REGISTER]);
    const visible = ({ code, signal, stdout }: typeof plain) => ({ code, signal, stdout });
    expect(visible(profiled)).toEqual(visible(plain));
    expect(profiled.stderr.split('\n')[0]).toBe(plain.stderr.split('\n')[0]);
    expect(profiled.stderr).not.toContain('[flamehouse]');
    expect(plain.stdout).not.toBe('');
  } finally {
    await receiver.close();
    await rm(directory, { recursive: true, force: true });
  }
});
