import { appendFile, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { hash64 } from '@flamehouse/proto';
import { IdSet } from './id-set.ts';

const REMEMBERED_MS = 3_600_000;
const BUCKET_MS = 10 * 60_000;
const ID_BYTES = 16;
const FILE_NAME = /^(\d+)\.ids$/;

/**
 * Which uploads were stored in the last hour, also across a kill: while an upload waits in the spool its
 * segment knows the id, afterwards a file of ten minutes does, which is written before the segment goes.
 */
export class UploadIds {
  private readonly dir: string;
  private readonly now: () => number;
  private readonly buckets = new Map<number, IdSet>();

  private constructor(dir: string, now: () => number) {
    this.dir = dir;
    this.now = now;
  }

  static async open(dir: string, now: () => number): Promise<UploadIds> {
    const ids = new UploadIds(dir, now);
    for (const name of await readdir(dir)) {
      const bucket = FILE_NAME.exec(name)?.[1];
      if (bucket === undefined) continue;
      const file = await readFile(join(dir, name));
      ids.load(Number(bucket), file);
      // A crash may have left part of an id at the end, after which the next would not be found.
      await truncate(join(dir, name), file.length - (file.length % ID_BYTES));
    }
    return ids;
  }

  has(uploadId: string): boolean {
    const id = bytesOf(uploadId);
    for (const set of this.buckets.values()) if (set.has(id)) return true;
    return false;
  }

  add(uploadId: string): void {
    this.bucket(this.currentBucket()).add(bytesOf(uploadId));
  }

  /** Make ids outlive the segment that held them, and forget what is older than an hour. */
  async persist(uploadIds: readonly string[]): Promise<void> {
    const bytes = Buffer.concat(uploadIds.map(bytesOf));
    const path = this.path(this.currentBucket());
    await appendFile(path, bytes);
    const file = await open(path, 'r+');
    await file.datasync().finally(() => file.close());
    await this.forget();
  }

  private async forget(): Promise<void> {
    for (const bucket of this.buckets.keys()) {
      if (bucket + BUCKET_MS + REMEMBERED_MS > this.now()) continue;
      this.buckets.delete(bucket);
      await rm(this.path(bucket), { force: true });
    }
  }

  private load(bucket: number, file: Buffer): void {
    const set = this.bucket(bucket);
    for (let at = 0; at + ID_BYTES <= file.length; at += ID_BYTES) {
      set.add(file.subarray(at, at + ID_BYTES));
    }
  }

  private bucket(bucket: number): IdSet {
    const set = this.buckets.get(bucket) ?? new IdSet();
    this.buckets.set(bucket, set);
    return set;
  }

  private currentBucket(): number {
    const now = this.now();
    return now - (now % BUCKET_MS);
  }

  private path(bucket: number): string {
    return join(this.dir, `${bucket}.ids`);
  }
}

/** The 128 bits of a UUID; any other text by its hash. */
function bytesOf(uploadId: string): Buffer {
  const hex = uploadId.replaceAll('-', '').toLowerCase();
  const plain = /^[0-9a-f]{32}$/.test(hex);
  return Buffer.from(plain ? hex : hash64([uploadId]) + hash64(['upload', uploadId]), 'hex');
}
