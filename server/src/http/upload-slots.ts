import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../errors.ts';

// Bodies are held in memory until they are on disk. 256 MiB are 16 uploads of the largest size, or
// 5,000 of an agent's usual 50 kB.
const HELD_BYTES_MAX = 256 * 2 ** 20;

/** Bounds the memory that uploads under way take together. */
export class UploadSlots {
  #heldBytes = 0;
  readonly #uploadBytesMax: number;
  readonly #heldBytesMax: number;

  constructor(uploadBytesMax: number, heldBytesMax = HELD_BYTES_MAX) {
    this.#uploadBytesMax = uploadBytesMax;
    this.#heldBytesMax = heldBytesMax;
  }

  /**
   * Take room for a body before it is read, until its answer is sent or its connection is gone.
   *
   * Errors  ApiError INGEST_BUSY. One upload is always let in, however large it may be.
   */
  take(request: FastifyRequest, reply: FastifyReply): void {
    const announced = Number(request.headers['content-length'] ?? this.#uploadBytesMax);
    const bytes = Math.min(announced, this.#uploadBytesMax);
    if (this.#heldBytes > 0 && this.#heldBytes + bytes > this.#heldBytesMax) {
      throw new ApiError(
        'INGEST_BUSY',
        `uploads under way hold ${this.#heldBytes} bytes; ${bytes} more pass ${this.#heldBytesMax}`,
      );
    }
    this.#heldBytes += bytes;
    reply.raw.once('close', () => {
      this.#heldBytes -= bytes;
    });
  }
}
