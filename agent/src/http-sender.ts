import * as http from 'node:http';
import * as https from 'node:https';
import { isIP } from 'node:net';
import type { Clock } from './clock.ts';
import type { MultipartBody } from './multipart.ts';
import { proxyHeaders, TunnelAgent } from './proxy.ts';
import { untraced } from './untraced.ts';

/** What the server said. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: string;
}

export interface SendTarget {
  readonly serverUrl: string;
  readonly token: string | null;
  readonly userAgent: string;
  readonly proxy: string | null; // address of an HTTP proxy in between
}

export const SEND_TIMEOUT_MS = 10_000; // the server promises an answer within 250 ms in p99
const ANSWER_BYTES_MAX = 64 * 1024; // an answer is a small JSON object

// Tracers wrap `http.request`, which does no more than this class: without it they see nothing.
const { ClientRequest } = http;

/**
 * Posts uploads over kept-alive connections that never hold the host process.
 *
 * Errors  rejects on network errors, after `timeoutMs`, and when the answer is no HTTP or too long.
 */
export class HttpSender {
  readonly #url: URL;
  readonly #target: SendTarget;
  readonly #clock: Clock;
  readonly #agent: http.Agent;
  readonly #proxy: URL | null;

  constructor(target: SendTarget, clock: Clock) {
    this.#url = new URL(`${target.serverUrl}/api/v1/profiles`);
    this.#target = target;
    this.#clock = clock;
    this.#proxy = target.proxy === null ? null : new URL(target.proxy);
    this.#agent = createAgent(this.#url, this.#proxy);
  }

  /** Whether reaching the server needs a name lookup, which cannot be cut short. */
  get needsLookup(): boolean {
    const host = (this.#proxy ?? this.#url).hostname.replace(/^\[|\]$/g, '');
    return isIP(host) === 0 && host !== 'localhost';
  }

  send(body: MultipartBody, timeoutMs = SEND_TIMEOUT_MS): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = untraced(() => this.#request(body));
      const timer = this.#clock.setTimer(() => {
        request.destroy(new Error(`no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      const fail = (error: Error) => {
        timer.cancel();
        reject(error);
      };
      request.on('error', fail);
      request.on('socket', (socket) => socket.unref());
      request.on('response', (response) => {
        readAnswer(response, (error, answer) => {
          if (error !== null) return fail(error);
          timer.cancel();
          resolve(answer);
        });
      });
      for (const chunk of body.chunks) request.write(chunk);
      request.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #request({ contentType, byteLength }: MultipartBody): http.ClientRequest {
    const { token, userAgent } = this.#target;
    const viaProxy = this.#url.protocol === 'http:' ? this.#proxy : null;
    const { hostname, port, pathname } = viaProxy ?? this.#url;
    return new ClientRequest({
      protocol: this.#agent instanceof https.Agent ? 'https:' : 'http:',
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? undefined : port,
      path: viaProxy === null ? pathname : this.#url.href,
      method: 'POST',
      agent: this.#agent,
      headers: {
        host: this.#url.host,
        'content-type': contentType,
        'content-length': byteLength,
        'user-agent': userAgent,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(viaProxy === null ? {} : proxyHeaders(viaProxy)),
      },
    } as http.RequestOptions as never);
  }
}

function createAgent(target: URL, proxy: URL | null): http.Agent {
  const options = { keepAlive: true, maxSockets: 2 };
  if (target.protocol === 'https:') {
    return proxy === null ? new https.Agent(options) : new TunnelAgent(proxy, options);
  }
  return proxy?.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
}

function readAnswer(
  response: http.IncomingMessage,
  done: (error: Error | null, answer: Answer) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const answer = () => ({
    status: response.statusCode ?? 0,
    retryAfter: response.headers['retry-after'] ?? null,
    body: Buffer.concat(chunks).toString('utf8'),
  });
  const fail = (text: string) => done(new Error(text), answer());
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes <= ANSWER_BYTES_MAX) chunks.push(chunk);
    else response.destroy(new Error(`the answer is longer than ${ANSWER_BYTES_MAX} bytes`));
  });
  response.on('error', (error) => fail(error.message));
  response.on('aborted', () => fail('the connection closed in the middle of the answer'));
  response.on('end', () => done(null, answer()));
}
