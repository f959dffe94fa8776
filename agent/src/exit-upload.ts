/** The detached child of `handOver`: sends what stdin holds, once each, and ends. It prints nothing. */
import { fstatSync, readSync } from 'node:fs';
import { systemClock } from './clock.ts';
import type { HandOverHead } from './hand-over.ts';
import { HttpSender } from './http-sender.ts';

const LIFE_MS_MAX = 10_000;
const FILE_BYTES_MAX = 16 * 1024 * 1024;

setTimeout(() => process.exit(0), LIFE_MS_MAX);
sendAll().finally(() => process.exit(0));

async function sendAll(): Promise<void> {
  const file = readFile();
  const headEnd = file.indexOf(0x0a);
  const { target, bodies }: HandOverHead = JSON.parse(file.toString('utf8', 0, headEnd));
  const sender = new HttpSender(target, systemClock);
  let at = headEnd + 1;
  for (const { contentType, byteLength } of bodies) {
    const chunks = [file.subarray(at, at + byteLength)];
    at += byteLength;
    await sender.send({ contentType, byteLength, chunks }, LIFE_MS_MAX).catch(() => null);
  }
}

/** The file shares its position with the parent, which left it at the end: read from the start. */
function readFile(): Buffer {
  const file = Buffer.alloc(Math.min(fstatSync(0).size, FILE_BYTES_MAX));
  for (let at = 0; at < file.length; ) {
    const read = readSync(0, file, at, file.length - at, at);
    if (read === 0) return file.subarray(0, at);
    at += read;
  }
  return file;
}
