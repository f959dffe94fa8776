import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { UploadSlots } from '../../../server/src/http/upload-slots.ts';
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
  await app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8').on('data', (chunk) => (received += chunk));
  const get = (path: string) => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);

  get('/api/v1/services');
  await asked;
  const closed = app.close();
  const late = once(app.server, 'request');
  get('/api/v1/labels');
  await late;
  gate.emit('answer');
  await once(socket, 'close');
  await closed;

  const statuses = [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]);
  expect(statuses, received).toEqual(['200', '503']);
  expect(received).toContain('"code":"SERVER_STOPPING"');
  expect(received).toContain('retry-after: 5');
});
