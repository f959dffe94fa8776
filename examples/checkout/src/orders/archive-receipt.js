import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/**
 * Compress a receipt for the archive. The work runs on a thread of the libuv pool.
 *
 * @param {string} receipt
 * @returns {Promise<number>} size in bytes
 */
export async function archiveReceipt(receipt) {
  return (await compress(receipt)).byteLength;
}
