import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { decodeProfile, type Profile } from '../../proto/src/index.ts';

/** An upload as it came over the wire. */
export interface ReceivedUpload {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly meta: Record<string, unknown>;
  /** Part name -> decoded pprof. */
  readonly profiles: ReadonlyMap<string, Profile>;
}

export type Behaviour = (request: IncomingMessage, response: ServerResponse, seen: number) => void;

export interface Receiver {
  readonly url: string;
  readonly uploads: readonly ReceivedUpload[];
  /** Wait until `find` finds something. A detached child may bring uploads after its host has ended. */
  until<T>(find: (uploads: readonly ReceivedUpload[]) => T | undefined): Promise<T>;
  /** The upload of the window that the end of the host closed. */
  lastWindow(): Promise<ReceivedUpload>;
  close(): Promise<void>;
}

const accept: Behaviour = (_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ uploadId: '', samples: 0, folded: 0, warnings: [] }));
};

/** A stand-in for the server that reads uploads; `behave` may answer anything, or nothing. */
export async function startReceiver(
  behave: Behaviour = accept,
  tls?: { readonly cert: string; readonly key: string },
): Promise<Receiver> {
  const uploads: ReceivedUpload[] = [];
  const sockets = new Set<Socket>();
  let requests = 0;
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    requests += 1;
    const seen = requests;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {}); // a client that ends in the middle is part of some tests
    request.on('end', () => {
      uploads.push(readUpload(request, Buffer.concat(chunks)));
      behave(request, response, seen);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    uploads,
    until: (find) => waitUntil(uploads, find),
    lastWindow: () =>
      waitUntil(uploads, (seen) => seen.find(({ meta }) => meta['reason'] === 'exit')),
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const WAIT_MS_MAX = 20_000; // longer than the 10 s that a detached child lives

async function waitUntil<T>(
  uploads: readonly ReceivedUpload[],
  find: (uploads: readonly ReceivedUpload[]) => T | undefined,
): Promise<T> {
  const endMs = performance.now() + WAIT_MS_MAX;
  while (performance.now() < endMs) {
    const found = find(uploads);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const seen = uploads.map(({ meta }) => `${meta['instance']} ${meta['reason']}`).join(', ');
  throw new Error(`not found within ${WAIT_MS_MAX} ms; uploads: ${seen || 'none'}`);
}

function readUpload(request: IncomingMessage, body: Buffer): ReceivedUpload {
  const boundary = /boundary=(\S+)$/.exec(request.headers['content-type'] ?? '')?.[1];
  if (boundary === undefined) throw new Error(`no boundary in ${request.headers['content-type']}`);
  const parts = splitMultipart(body, boundary);
  const meta = parts.find((part) => part.name === 'meta');
  if (meta === undefined) throw new Error('no part meta');
  return {
    path: request.url ?? '',
    headers: request.headers,
    meta: JSON.parse(meta.content.toString('utf8')),
    profiles: new Map(
      parts
        .filter((part) => part.fileName !== null)
        .map((part) => [part.name, decodeProfile(gunzipSync(part.content))]),
    ),
  };
}

interface MultipartPart {
  readonly name: string;
  readonly fileName: string | null;
  readonly content: Buffer;
}

/** The parts of a multipart body, by the letter of RFC 7578 as far as the agent writes it. */
export function splitMultipart(body: Buffer, boundary: string): MultipartPart[] {
  const parts: MultipartPart[] = [];
  const delimiter = Buffer.from(`--${boundary}`);
  let at = body.indexOf(delimiter);
  for (;;) {
    const start = at + delimiter.length;
    if (body.toString('latin1', start, start + 2) === '--') return parts;
    const headEnd = body.indexOf('\r\n\r\n', start);
    at = body.indexOf(delimiter, headEnd);
    if (headEnd < 0 || at < 0) throw new Error('multipart body ends in the middle of a part');
    const head = body.toString('utf8', start, headEnd);
    parts.push({
      name: /; name="([^"]*)"/.exec(head)?.[1] ?? '',
      fileName: /; filename="([^"]*)"/.exec(head)?.[1] ?? null,
      content: body.subarray(headEnd + 4, at - 2),
    });
  }
}
