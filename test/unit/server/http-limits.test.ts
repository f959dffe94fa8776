import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { UploadSlots } from '../../../server/src/http/upload-slots.ts';
import { waitFor } from '../../support/processes.ts';
import { buildTestApp } from '../../support/server-app.ts';

/** A request that announces a body, with the connection that ends it. */
function upload(headers: Record<string, string>) {
  const raw = new EventEmitter();
  return {
    request: { headers } as unknown as FastifyRequest,
    reply: { raw } as unknown as FastifyReply,
    end: () => raw.emit('close'),
  };
}

test('uploads under way are bounded by their bytes, and each gives its room back', () => {
  const slots = new UploadSlots(60, 100);
  const first = upload({ 'content-length': '50' });
  const second = upload({}); // chunked: it may grow to the limit of one upload
  slots.take(first.request, first.reply);
  expect(() => slots.take(second.request, second.reply)).toThrow(
    'uploads under way hold 50 bytes; 60 more pass 100',
  );
  first.end();
  slots.take(second.request, second.reply);
  const third = upload({ 'content-length': '999999' }); // refused later, by its size
  expect(() => slots.take(third.request, third.reply)).toThrow(/INGEST_BUSY|pass 100/);
  second.end();
  slots.take(third.request, third.reply);
});

test('one upload is let in, however small the bound', () => {
  const one = upload({ 'content-length': '50' });
  new UploadSlots(60, 10).take(one.request, one.reply);
});

test('while it stops, the server finishes what is under way and refuses what comes after, with a code', async () => {
  const { app, store } = await buildTestApp();
  const gate = new EventEmitter();
  const asked = once(gate, 'asked');
  store.listServices = async () => {
    gate.emit('asked');
    await once(gate, 'answer');
    return [];
  };
  const connections: Socket[] = [];
  app.server.on('connection', (socket) => connections.push(socket));
  await app.listen({ port: 0, host: '127.0.0.1' });
  const under = connection(app);
  const late = connection(app);
  const ahead = connection(app); // opened and never used, as browsers do

  under.socket.write('GET /api/v1/services HTTP/1.1\r\nHost: localhost\r\n\r\n');
  late.socket.write('GET /api/v1/labels HTTP/1.1\r\n');
  await asked;
  await waitFor('three connections', () => (connections.length === 3 ? true : undefined));
  await waitFor('half a request', () =>
    connections.filter(({ bytesRead }) => bytesRead > 0).length === 2 ? true : undefined,
  );
  const closed = app.close();
  await ahead.ended;
  late.socket.write('Host: localhost\r\n\r\n');
  await late.ended;
  gate.emit('answer');
  await under.ended;
  await closed;

  expect(under.received()).toMatch(/^HTTP\/1\.1 200 /);
  expect(under.received()).toContain('connection: close');
  expect(late.received()).toMatch(/^HTTP\/1\.1 503 /);
  expect(late.received()).toContain('"code":"SERVER_STOPPING"');
  expect(late.received()).toContain('retry-after: 5');
});

/** A raw connection to a listening app, with all that it receives. */
function connection(app: FastifyInstance) {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8').on('data', (chunk) => (received += chunk));
  return { socket, ended: once(socket, 'close'), received: () => received };
}
