import { link, mkdir, readdir, rename, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError } from '../errors.ts';
import type { IngestStatus } from '../storage/profile-store.ts';
import { readSegment, removeSegment, SEGMENT_SUFFIX, Segment, segmentName } from './segment.ts';

export interface SpoolConfig {
  readonly dir: string;
  readonly bytesMax: number;
  readonly diskBytesMin: number;
  readonly now: () => number;
}

interface Append {
  readonly record: Buffer;
  readonly onDurable: (segment: string) => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What waits for the one writer, in order: a record, or the wish to seal what came before it. */
type Task = Append | { readonly record: null; readonly resolve: () => void };

// Uploads are visible when their segment was inserted, which DESIGN section 6 promises within 2 s.
const SEGMENT_AGE_MS = 800;
// Above this one insert of a segment would hold its batch in memory for seconds.
const SEGMENT_BYTES = 8 * 2 ** 20;
const GROUP_BYTES = 4 * 2 ** 20;
const DISK_CHECK_MS = 2_000;
const ASIDE_SUFFIX = '.failed';

/** Accepted uploads on disk, in segments: written in groups, sealed by age or size, removed once inserted. */
export class Spool {
  private readonly config: SpoolConfig;
  private readonly onSealed: (segment: string) => void;
  private readonly queue: Task[] = [];
  private current: Segment | null = null;
  private working = false;
  private sealTimer: NodeJS.Timeout | null = null;
  private bytes = 0; // on disk and queued
  private readonly bytesOf = new Map<string, number>();
  private diskCheckedAtMs = 0;
  private diskFreeBytes = Number.POSITIVE_INFINITY;

  private constructor(config: SpoolConfig, onSealed: (segment: string) => void) {
    this.config = config;
    this.onSealed = onSealed;
  }

  /** Open the directory. The segments that an earlier process left are returned too, oldest first. */
  static async open(
    config: SpoolConfig,
    onSealed: (segment: string) => void,
  ): Promise<{ readonly spool: Spool; readonly left: readonly string[] }> {
    await mkdir(config.dir, { recursive: true });
    const spool = new Spool(config, onSealed);
    const files = (await readdir(config.dir)).sort();
    const left = files.map(segmentName).filter((name) => name !== null);
    for (const name of left) {
      const { size } = await stat(join(config.dir, name + SEGMENT_SUFFIX));
      spool.bytesOf.set(name, size);
      spool.bytes += size;
    }
    return { spool, left };
  }

  /** Bytes on disk and on their way to it. */
  get size(): number {
    return this.bytes;
  }

  async status(): Promise<IngestStatus> {
    const { dir, bytesMax, diskBytesMin } = this.config;
    const [files, disk] = await Promise.all([readdir(dir), statfs(dir)]);
    return {
      spoolBytes: this.bytes,
      spoolBytesMax: bytesMax,
      segments: files.filter((file) => file.endsWith(SEGMENT_SUFFIX)).length,
      setAside: files.filter((file) => file.endsWith(ASIDE_SUFFIX)).length,
      diskFreeBytes: disk.bavail * disk.bsize,
      diskTotalBytes: disk.blocks * disk.bsize,
      diskFreeBytesMin: diskBytesMin,
    };
  }

  /** Errors  STORAGE_FULL when `bytes` more do not fit. */
  async checkRoom(bytes: number): Promise<void> {
    const { bytesMax, diskBytesMin, dir, now } = this.config;
    if (this.bytes + bytes > bytesMax) {
      throw new ApiError('STORAGE_FULL', `the spool holds ${this.bytes} of ${bytesMax} bytes`);
    }
    if (now() - this.diskCheckedAtMs > DISK_CHECK_MS) {
      this.diskCheckedAtMs = now();
      const { bavail, bsize } = await statfs(dir);
      this.diskFreeBytes = bavail * bsize;
    }
    if (this.diskFreeBytes < diskBytesMin) {
      const detail = `the disk has ${this.diskFreeBytes} bytes left, fewer than ${diskBytesMin}`;
      throw new ApiError('STORAGE_FULL', detail);
    }
  }

  /**
   * Write a record. `onDurable` is called with its segment once it is on disk, before the segment can be sealed.
   *
   * Errors  STORAGE_FULL when the disk takes no more; the record is then not in the spool.
   */
  append(record: Buffer, onDurable: (segment: string) => void): Promise<void> {
    this.bytes += record.length;
    return new Promise((resolve, reject) => {
      this.enqueue({ record, onDurable, resolve, reject });
    });
  }

  /** Seal what was appended before the call. */
  seal(): Promise<void> {
    return new Promise((resolve) => {
      this.enqueue({ record: null, resolve });
    });
  }

  read(segment: string): Promise<Buffer> {
    return readSegment(this.config.dir, segment);
  }

  async remove(segment: string): Promise<void> {
    await removeSegment(this.config.dir, segment);
    this.forget(segment);
  }

  /** Keep a segment that cannot be inserted under another name, out of the way of the others. */
  async setAside(segment: string): Promise<string> {
    const path = join(this.config.dir, segment + SEGMENT_SUFFIX);
    const aside = join(this.config.dir, segment + ASIDE_SUFFIX);
    await rename(path, aside);
    this.forget(segment);
    return aside;
  }

  /** Links to all segments; records that come later are in the last of them too. */
  async linkTo(dir: string): Promise<void> {
    for (const file of await readdir(this.config.dir)) {
      if (segmentName(file) !== null) await link(join(this.config.dir, file), join(dir, file));
    }
  }

  private forget(segment: string): void {
    this.bytes -= this.bytesOf.get(segment) ?? 0;
    this.bytesOf.delete(segment);
  }

  private enqueue(task: Task): void {
    this.queue.push(task);
    if (!this.working) void this.work();
  }

  private async work(): Promise<void> {
    this.working = true;
    while (this.queue.length > 0) {
      const group = this.takeGroup();
      if (group.length > 0) await this.writeGroup(group);
      const full = this.current !== null && this.current.bytes >= SEGMENT_BYTES;
      const wished = this.queue[0]?.record === null ? this.queue.shift() : undefined;
      if (full || wished !== undefined) await this.sealCurrent();
      wished?.resolve();
    }
    this.working = false;
  }

  /** The next records up to a wish to seal, as many as one write should hold. */
  private takeGroup(): Append[] {
    const group: Append[] = [];
    for (let bytes = 0; bytes < GROUP_BYTES; ) {
      const task = this.queue[0];
      if (task === undefined || task.record === null) break;
      this.queue.shift();
      group.push(task);
      bytes += task.record.length;
    }
    return group;
  }

  private async writeGroup(group: readonly Append[]): Promise<void> {
    try {
      this.current ??= await this.openSegment();
      const segment = this.current;
      await segment.append(group.map(({ record }) => record));
      for (const { onDurable, resolve } of group) {
        onDurable(segment.name);
        resolve();
      }
    } catch (cause) {
      for (const { record, reject } of group) {
        this.bytes -= record.length;
        const detail = `the spool cannot be written: ${(cause as Error).message}`;
        reject(new ApiError('STORAGE_FULL', detail, { cause }));
      }
    }
  }

  private async openSegment(): Promise<Segment> {
    const segment = await Segment.create(this.config.dir, this.config.now());
    this.sealTimer = setTimeout(() => void this.seal(), SEGMENT_AGE_MS);
    return segment;
  }

  private async sealCurrent(): Promise<void> {
    const segment = this.current;
    if (segment === null) return;
    this.current = null;
    if (this.sealTimer !== null) clearTimeout(this.sealTimer);
    this.sealTimer = null;
    this.bytesOf.set(segment.name, segment.bytes);
    await segment.close().catch(() => {}); // What was appended is on disk already.
    this.onSealed(segment.name);
  }
}
