import { promisify } from 'node:util';
import { gunzip as gunzipCallback, gunzipSync } from 'node:zlib';
import { ApiError } from '../errors.ts';

const gunzipAsync = promisify(gunzipCallback);

// The largest profile seen in use, of a Go service with 100,000 stacks, has 30 MiB.
export const PROFILE_BYTES_MAX = 64 * 2 ** 20;

// What an agent sends takes 0.1 ms here and 0.4 ms of streams and callbacks on a thread (2026-11-20).
const HERE_BYTES_MAX = 2 ** 20;

/**
 * The bytes of a profile as they came, decompressed if they are gzip (one member or several).
 *
 * Errors  INGEST_PROFILE_TOO_LARGE past `bytesMax`, without decompressing the rest; INGEST_GZIP_INVALID.
 */
export async function gunzipProfile(
  body: Uint8Array,
  bytesMax = PROFILE_BYTES_MAX,
): Promise<Uint8Array> {
  if (!isGzip(body)) {
    if (body.length > bytesMax) throw tooLarge(body.length, bytesMax);
    return body;
  }
  try {
    const here = isSmall(body) ? gunzipHere(body, Math.min(bytesMax, HERE_BYTES_MAX)) : null;
    return here ?? (await gunzipAsync(body, { maxOutputLength: bytesMax }));
  } catch (cause) {
    if (isTooLarge(cause)) throw tooLarge(body.length, bytesMax);
    const detail = `gzip of ${body.length} bytes: ${(cause as Error).message}`;
    throw new ApiError('INGEST_GZIP_INVALID', detail, { cause });
  }
}

function isGzip(body: Uint8Array): boolean {
  return body[0] === 0x1f && body[1] === 0x8b;
}

/** By the size at the end of gzip, which the sender may have got wrong. */
function isSmall(body: Uint8Array): boolean {
  if (body.length < GZIP_BYTES_MIN || body.length > HERE_BYTES_MAX) return false;
  const end = new DataView(body.buffer, body.byteOffset + body.length - 4, 4);
  return end.getUint32(0, true) <= HERE_BYTES_MAX;
}

const GZIP_BYTES_MIN = 18;

/** Without a thread; null when it turns out to be larger. */
function gunzipHere(body: Uint8Array, bytesMax: number): Uint8Array | null {
  try {
    return gunzipSync(body, { maxOutputLength: bytesMax });
  } catch (error) {
    if (isTooLarge(error)) return null;
    throw error;
  }
}

function isTooLarge(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
}

function tooLarge(bytes: number, bytesMax: number): ApiError {
  return new ApiError(
    'INGEST_PROFILE_TOO_LARGE',
    `a profile of ${bytes} bytes as sent is larger than ${bytesMax} bytes when decompressed`,
  );
}
