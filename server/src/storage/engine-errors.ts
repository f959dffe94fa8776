import { ApiError, type ErrorCode } from '../errors.ts';

/**
 * What the engine says, by the names of its error codes.
 * Source  https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
 */
const CODE_OF_ENGINE: Readonly<Record<string, ErrorCode>> = {
  TIMEOUT_EXCEEDED: 'QUERY_LIMIT_EXCEEDED',
  TOO_SLOW: 'QUERY_LIMIT_EXCEEDED',
  MEMORY_LIMIT_EXCEEDED: 'QUERY_LIMIT_EXCEEDED',
  CANNOT_COMPILE_REGEXP: 'QUERY_FILTER_INVALID',
};

/** Errors that pass when load, space or the network do; an insert that met one is tried again for ever. */
const PASSING = new Set([
  'TIMEOUT_EXCEEDED',
  'MEMORY_LIMIT_EXCEEDED',
  'NOT_ENOUGH_SPACE',
  'CANNOT_RESERVE_SPACE',
  'TOO_MANY_PARTS',
  'TOO_MANY_SIMULTANEOUS_QUERIES',
  'TABLE_IS_READ_ONLY',
  'KEEPER_EXCEPTION',
  'NO_ZOOKEEPER',
  'NETWORK_ERROR',
  'SOCKET_TIMEOUT',
  'ALL_CONNECTION_TRIES_FAILED',
  'AUTHENTICATION_FAILED',
  'FILE_DOESNT_EXIST',
  'CANNOT_WRITE_TO_FILE_DESCRIPTOR',
  'CANNOT_FSYNC',
  'CANNOT_OPEN_FILE',
]);

/** An error of the engine in the words of our catalogue; the original stays as its cause. */
export function storageError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const type = engineErrorType(error);
  if (type === null) {
    return new ApiError('STORAGE_UNAVAILABLE', `ClickHouse did not answer: ${message}`, {
      cause: error,
    });
  }
  const code = CODE_OF_ENGINE[type] ?? 'INTERNAL';
  return new ApiError(code, message.split('. ', 1)[0]!.slice(0, 300), { cause: error });
}

/** Whether the same statement may succeed later without anybody changing it. */
export function passesLater(error: unknown): boolean {
  const type = engineErrorType(error instanceof ApiError ? error.cause : error);
  return type === null || PASSING.has(type);
}

/** Whether ClickHouse could not be reached, as opposed to what it says when it is. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.code !== 'STORAGE_UNAVAILABLE') return false;
  return error.cause !== undefined && engineErrorType(error.cause) === null;
}

/**
 * The name of an error that the engine itself raised; null for one on the way to it.
 *
 * By its fields and not its class: @clickhouse/client and chdb each bring a ClickHouseError of their own.
 */
function engineErrorType(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('type' in error)) return null;
  return /^\d+$/.test(String(error.code)) ? String(error.type) : null;
}
