import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { startReceiver } from './agent-receiver.ts';

/** A server that misbehaves, as seen by a profiled host. */
export interface BadServer {
  readonly url: string;
  close(): Promise<void>;
}

/** A TCP server that does as it is told with every connection. */
async function startSocketServer(behave: (socket: Socket) => void): Promise<BadServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // the host ends whenever it likes
    socket.on('close', () => sockets.delete(socket));
    behave(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export async function startClosedPort(): Promise<BadServer> {
  const { url, close } = await startSocketServer(() => {});
  await close();
  return { url, close: async () => {} };
}

/** A server of the test's own, for requests that are no uploads. */
export async function startPlainServer(listener: RequestListener): Promise<BadServer> {
  const server = createHttpServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Name -> how to start it. */
export const BAD_SERVERS: Readonly<Record<string, () => Promise<BadServer>>> = {
  'is down': startClosedPort,
  'never answers': () => startReceiver(() => {}),
  'accepts and never reads': () => startSocketServer((socket) => socket.pause()),
  'answers 500': () => startReceiver((_request, response) => response.writeHead(500).end('{')),
  'answers 400': () =>
    startReceiver((_request, response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end('{"code": "INGEST_META_INVALID", "message": "no", "help": "repair it"}');
    }),
  redirects: () =>
    startReceiver((_request, response) => response.writeHead(302, { location: '/' }).end()),
  'answers garbage': () =>
    startSocketServer((socket) => socket.on('data', () => socket.write('\u0000garbage\r\n\r\n'))),
  'closes in the middle of the request': () =>
    startSocketServer((socket) => socket.once('data', () => socket.destroy())),
  'closes in the middle of the answer': () =>
    startSocketServer((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{')),
    ),
  'never stops answering': () =>
    startReceiver((_request, response) => {
      const more = () => response.write('x'.repeat(65_536), () => setImmediate(more));
      more();
    }),
};
