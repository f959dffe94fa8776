import { promisify } from 'node:util';
import { gunzip as gunzipCallback } from 'node:zlib';
import { ApiError } from '../errors.ts';

const gunzipAsync = promisify(gunzipCallback);

// The largest profile seen in use, of a Go service with 100,000 stacks, has 30 MiB.
export const PROFILE_BYTES_MAX = 64 * 2 ** 20;

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
    return await gunzipAsync(body, { maxOutputLength: bytesMax });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw tooLarge(body.length, bytesMax);
    }
    const detail = `gzip of ${body.length} bytes: ${(cause as Error).message}`;
    throw new ApiError('INGEST_GZIP_INVALID', detail, { cause });
  }
}

function isGzip(body: Uint8Array): boolean {
  return body[0] === 0x1f && body[1] === 0x8b;
}

function tooLarge(bytes: number, bytesMax: number): ApiError {
  return new ApiError(
    'INGEST_PROFILE_TOO_LARGE',
    `a profile of ${bytes} bytes as sent is larger than ${bytesMax} bytes when decompressed`,
  );
}
