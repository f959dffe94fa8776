import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Appends to one file of the spool. What `append` resolved for survives a kill and a power cut. */
export class Segment {
  readonly name: string;
  readonly path: string;
  readonly openedAtMs: number;
  bytes = 0;
  private readonly file: FileHandle;

  private constructor(path: string, name: string, file: FileHandle, openedAtMs: number) {
    this.path = path;
    this.name = name;
    this.file = file;
    this.openedAtMs = openedAtMs;
  }

  static async create(dir: string, nowMs: number): Promise<Segment> {
    // The count orders segments of one millisecond; the random part keeps tokens of several servers on one ClickHouse apart.
    created = (created + 1) % COUNTS;
    const id = created.toString(16).padStart(4, '0') + randomBytes(8).toString('hex');
    const name = `${String(nowMs).padStart(15, '0')}-${id}-${CURRENT_LAYOUT}`;
    const path = join(dir, `${name}${SEGMENT_SUFFIX}`);
    const file = await open(path, 'ax');
    await syncDirectory(dir);
    return new Segment(path, name, file, nowMs);
  }

  /** Write and sync. After an error the file is as long as before, so that nothing unanswered is replayed. */
  async append(records: readonly Buffer[]): Promise<void> {
    try {
      for (const record of records) await writeWhole(this.file, record);
      await this.file.datasync();
    } catch (error) {
      await this.file.truncate(this.bytes);
      throw error;
    }
    for (const record of records) this.bytes += record.length;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

const COUNTS = 0x1_0000;
let created = 0; // segments of this process

export const SEGMENT_SUFFIX = '.segment';

/**
 * Which tables the rows of a segment go into. A segment keeps the one it began with, since what was inserted
 * of it before a crash is known by its token to these tables only.
 *
 * Layouts 1 (a row of its own for everything) and 2 (folded, by migration 3) are not in the name. Layout 3 has views make the sums
 * of samples by minute and hour, in 4 they are inserted like the samples.
 */
export type SegmentLayout = 1 | 2 | 3 | 4;
export const CURRENT_LAYOUT = 4 satisfies SegmentLayout;

/** `foldedSinceMs` is when migration 3 was applied to the tables. */
export function layoutOf(segment: string, foldedSinceMs: number): SegmentLayout {
  const [createdMs, , layout] = segment.split('-');
  if (layout !== undefined) return layout === '3' ? 3 : CURRENT_LAYOUT;
  return Number(createdMs) < foldedSinceMs ? 1 : 2;
}

export function segmentName(fileName: string): string | null {
  return fileName.endsWith(SEGMENT_SUFFIX) ? fileName.slice(0, -SEGMENT_SUFFIX.length) : null;
}

export function readSegment(dir: string, name: string): Promise<Buffer> {
  return readFile(join(dir, name + SEGMENT_SUFFIX));
}

export function removeSegment(dir: string, name: string): Promise<void> {
  return rm(join(dir, name + SEGMENT_SUFFIX), { force: true });
}

async function writeWhole(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    at += (await file.write(bytes, at)).bytesWritten;
  }
}

/** A new file is only there after a power cut when its directory was written too. */
async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  await handle.sync().finally(() => handle.close());
}
