import * as http from 'node:http';
import * as https from 'node:https';
import { isIP } from 'node:net';
import type { Clock } from './clock.ts';
import type { MultipartBody } from './multipart.ts';

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
}

export const SEND_TIMEOUT_MS = 10_000; // the server promises an answer within 250 ms in p99
const ANSWER_BYTES_MAX = 64 * 1024; // an answer is a small JSON object

// Taken at load, before a tracer patches the modules: the agent's own requests are nobody's spans.
const requests = { 'http:': http.request, 'https:': https.request };

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

  constructor(target: SendTarget, clock: Clock) {
    this.#url = new URL(`${target.serverUrl}/api/v1/profiles`);
    this.#target = target;
    this.#clock = clock;
    const options = { keepAlive: true, maxSockets: 2 };
    this.#agent =
      this.#url.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
  }

  /** Whether reaching the server needs a name lookup, which cannot be cut short. */
  get needsLookup(): boolean {
    const host = this.#url.hostname.replace(/^\[|\]$/g, '');
    return isIP(host) === 0 && host !== 'localhost';
  }

  send(body: MultipartBody, timeoutMs = SEND_TIMEOUT_MS): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = this.#request(body);
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
    const request = requests[this.#url.protocol as keyof typeof requests];
    return request(this.#url, {
      method: 'POST',
      agent: this.#agent,
      headers: {
        'content-type': contentType,
        'content-length': byteLength,
        'user-agent': userAgent,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
    });
  }
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
