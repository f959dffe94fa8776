import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** A file to pack: its bytes, or where they are. */
export interface TarEntry {
  readonly name: string; // relative, with slashes; directory up to 155 bytes, file up to 100
  readonly content: string | { readonly path: string };
}

const BLOCK = 512;
const NAME_BYTES_MAX = 100;
const PREFIX_AT = 345;
const PREFIX_BYTES_MAX = 155;

/**
 * Files as a tar archive, piece by piece. A file that grows meanwhile is packed as long as it was.
 *
 * Source  POSIX.1-1988 (ustar); other tar programs read it.
 */
export async function* packTar(entries: Iterable<TarEntry>): AsyncGenerator<Buffer> {
  for (const { name, content } of entries) {
    if (typeof content === 'string') {
      const bytes = Buffer.from(content);
      yield header(name, bytes.length);
      yield bytes;
      yield padding(bytes.length);
      continue;
    }
    const { size } = await stat(content.path);
    yield header(name, size);
    if (size > 0) {
      yield* createReadStream(content.path, { end: size - 1 }) as AsyncIterable<Buffer>;
    }
    yield padding(size);
  }
  yield Buffer.alloc(2 * BLOCK);
}

/**
 * Unpack what `packTar` packed below a directory.
 *
 * Errors  Error for what is no such archive, is cut off, or has a name that leads out of the directory.
 */
export async function unpackTar(archive: Readable, dir: string): Promise<void> {
  const reader = new BlockReader(archive);
  for (;;) {
    const head = await reader.take(BLOCK);
    if (head.every((byte) => byte === 0)) return;
    const { name, size } = readHeader(head);
    const path = join(dir, name);
    await mkdir(dirname(path), { recursive: true });
    const file = createWriteStream(path);
    for await (const bytes of reader.pieces(size)) {
      if (!file.write(bytes)) await once(file, 'drain');
    }
    file.end();
    await finished(file);
    await reader.take(padding(size).length);
  }
}

function header(name: string, size: number): Buffer {
  const slash = name.lastIndexOf('/');
  const file = name.slice(slash + 1);
  const directory = name.slice(0, Math.max(0, slash));
  if (Buffer.byteLength(file) > NAME_BYTES_MAX || Buffer.byteLength(directory) > PREFIX_BYTES_MAX) {
    throw new Error(`${name} is longer than tar takes`);
  }
  const head = Buffer.alloc(BLOCK);
  head.write(file, 0);
  head.write(directory, PREFIX_AT);
  head.write('0000644\0', 100);
  head.write('0000000\0', 108);
  head.write('0000000\0', 116);
  head.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  head.write('00000000000\0', 136);
  head.write('0', 156);
  head.write('ustar\u000000', 257);
  head.write(`${checksum(head).toString(8).padStart(6, '0')}\0 `, 148);
  return head;
}

function readHeader(head: Buffer): { name: string; size: number } {
  const text = (from: number, length: number) =>
    head.toString('utf8', from, from + length).split('\0', 1)[0]!;
  const size = Number.parseInt(text(124, 12), 8);
  if (text(257, 5) !== 'ustar' || Number.parseInt(text(148, 8), 8) !== checksum(head)) {
    throw new Error('this is no backup: a header is not one of tar');
  }
  const directory = text(PREFIX_AT, PREFIX_BYTES_MAX);
  const name = `${directory}${directory === '' ? '' : '/'}${text(0, NAME_BYTES_MAX)}`;
  if (name.startsWith('/') || name.split('/').includes('..')) {
    throw new Error(`this is no backup: it has a file ${JSON.stringify(name)}`);
  }
  return { name, size };
}

/** The sum of all bytes of a header, with spaces where it stands itself. */
function checksum(head: Buffer): number {
  return head.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** Takes a stream apart by lengths. */
class BlockReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const piece of this.pieces(length)) parts.push(piece);
    return Buffer.concat(parts);
  }

  async *pieces(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      if (this.rest.length === 0) {
        const next = await this.chunks.next();
        if (next.done === true) throw new Error('this is no whole backup: it was cut off');
        this.rest = next.value;
      }
      const piece = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }
}
