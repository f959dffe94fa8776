import type { FastifyRequest } from 'fastify';
import { ApiError } from '../errors.ts';

// A sender that is refused while it still writes sees a broken connection instead of the answer, and
// would try the same upload again. Past this it is no profile, and the connection is cut.
const DRAINED_BYTES_MAX = 256 * 2 ** 20;

/**
 * Refuse a body that announces more than `bytesMax`, after reading it to its end without keeping it.
 *
 * Errors  ApiError INGEST_BODY_TOO_LARGE.
 */
export async function refuseOversize(request: FastifyRequest, bytesMax: number): Promise<void> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced <= bytesMax) return;
  if (announced <= DRAINED_BYTES_MAX) {
    for await (const _ of request.raw);
  }
  throw new ApiError(
    'INGEST_BODY_TOO_LARGE',
    `the body has ${announced} bytes, more than ${bytesMax}`,
  );
}
