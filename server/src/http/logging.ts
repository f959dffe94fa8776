import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import type { LogLevel } from '../config.ts';
import { pathOf } from './error-handler.ts';

// Nothing below is logged on purpose; this is the second lock on that door.
const SECRET_FIELDS = ['authorization', 'cookie', 'token', 'password', 'webhookSecret'];
const REDACTED = SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** A logger that writes one JSON object a line. `destination` is stdout unless a test collects lines. */
export function createLogger(level: LogLevel, destination?: { write(line: string): void }): Logger {
  const options = { level, redact: { paths: REDACTED, censor: '[secret]' }, base: null };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** The trace id of the caller, from `traceparent`; undefined when there is none or it is all zeros. */
export function traceIdOf(request: Pick<IncomingMessage, 'headers'>): string | undefined {
  const header = request.headers['traceparent'];
  const match =
    typeof header === 'string'
      ? /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/.exec(header)
      : null;
  return match?.[1];
}

const QUIET_ROUTES = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * One line for each request, with its path but neither query nor headers.
 *
 * Probes and uploads that went well come by the thousand, so they are for debug; /metrics counts them.
 */
export function registerRequestLog(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const { url = '', config } = request.routeOptions;
    const routine = QUIET_ROUTES.has(url) || (config.access === 'ingest' && reply.statusCode < 400);
    const level = routine ? 'debug' : 'info';
    request.log[level](
      {
        method: request.method,
        path: pathOf(request),
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    );
  });
}
