import type { Socket } from 'node:net';
import { type ErrorAnswer, ProfileError } from '@flamehouse/proto';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, type ErrorCode } from '../errors.ts';
import type { ServerMetrics } from './metrics.ts';

// Long enough for a restart or a full queue to pass, short enough that an agent's queue does not overflow.
const RETRY_AFTER_SECONDS = 5;

/** What Fastify itself can object to, in the words of our catalogue: on upload routes, and on others. */
const CODES_OF_FASTIFY: Readonly<Record<string, readonly [upload: ErrorCode, other: ErrorCode]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['INGEST_BODY_TOO_LARGE', 'REQUEST_TOO_LARGE'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['INGEST_CONTENT_TYPE', 'REQUEST_CONTENT_TYPE'],
};

/** Answer every error in the shape {code, message, help}, from the catalogue and nowhere else. */
export function registerErrors(app: FastifyInstance, metrics: ServerMetrics): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const known = toKnown(error, request);
    if (request.routeOptions.config.access === 'ingest') metrics.countRejected(known.code);
    // Who went away no longer waits for an answer, and that its question was stopped is no fault.
    if (reply.raw.destroyed) request.log.info({ path: pathOf(request) }, 'the client went away');
    else if (known.statusCode >= 500) request.log.error({ err: error }, known.message);
    return sendError(reply, known);
  });
  app.setNotFoundHandler((request, reply) =>
    sendError(reply, new ApiError('NOT_FOUND', `${request.method} ${pathOf(request)} is no route`)),
  );
}

/** An error as a client sees it. */
interface KnownError extends ErrorAnswer {
  readonly statusCode: number;
}

/** Any error in the words of the catalogue; what is not known becomes INTERNAL. */
export function toKnown(error: FastifyError, request: FastifyRequest): KnownError {
  if (error instanceof ApiError) return error;
  if (error instanceof ProfileError) {
    const { code, message, help } = error;
    return { code, message, help, statusCode: statusOfProfileError(error) };
  }
  const codes = CODES_OF_FASTIFY[error.code];
  if (codes !== undefined) {
    const [upload, other] = codes;
    const code = request.routeOptions.config.access === 'ingest' ? upload : other;
    return new ApiError(code, messageOf(error, request), { cause: error });
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new ApiError('REQUEST_INVALID', error.message, { cause: error });
  }
  // What went wrong inside may name tables or paths, which are for the log and not for clients.
  return new ApiError('INTERNAL', 'the server could not answer', { cause: error });
}

function messageOf(error: FastifyError, request: FastifyRequest): string {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return `the body has more than ${request.routeOptions.bodyLimit} bytes`;
  }
  return `the content type is ${JSON.stringify(request.headers['content-type'] ?? '')}`;
}

function statusOfProfileError(error: ProfileError): number {
  return error.code.startsWith('PROFILE_TOO_') ? 413 : 400;
}

export function sendError(reply: FastifyReply, error: KnownError): FastifyReply {
  const { code, message, help, statusCode } = error;
  return reply
    .code(statusCode)
    .headers(headersOfError(statusCode))
    .type('application/json; charset=utf-8')
    .send({ code, message, help });
}

/** What a client learns from headers, whatever the body is. */
export function headersOfError(statusCode: number): Record<string, string | number> {
  return {
    'cache-control': 'no-store',
    ...(statusCode === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : {}),
    ...(statusCode === 401 ? { 'www-authenticate': 'Bearer realm="flamehouse"' } : {}),
  };
}

/**
 * Answer what is no HTTP: a broken request line, headers that are too large, a request that never ends.
 *
 * There is neither request nor reply at this point, so the answer is written by hand.
 */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { code, message, help } = new ApiError(
    'REQUEST_INVALID',
    `the request cannot be read: ${error.code ?? error.message}`,
  );
  const body = JSON.stringify({ code, message, help });
  socket.end(
    `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** The path without its query, which may hold what is none of a log's business. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]!;
}
