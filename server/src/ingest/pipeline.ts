import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeProfile, type Profile, type UploadAnswer } from '@flamehouse/proto';
import { ApiError } from '../errors.ts';
import { giveWay } from '../http/give-way.ts';
import type { Engine } from '../storage/engine.ts';
import type { IncomingUpload, IngestPipeline, IngestStatus } from '../storage/profile-store.ts';
import { BusiestEndpoints } from './busiest-endpoints.ts';
import { gunzipProfile } from './gunzip.ts';
import { Inserter } from './inserter.ts';
import { KnownRows } from './known-rows.ts';
import { type NormalisedUpload, normaliseUpload } from './normalise.ts';
import { layoutOf } from './segment.ts';
import { SeriesAdmission } from './series-admission.ts';
import { Spool } from './spool.ts';
import { StackCache } from './stack-cache.ts';
import { type KnownNames, TableBatch } from './table-batch.ts';
import { UploadIds } from './upload-ids.ts';
import { decodeRecords, encodeRecord } from './upload-record.ts';

export interface PipelineConfig {
  readonly dir: string;
  readonly retentionMs: number;
  readonly spoolBytesMax: number;
  readonly diskBytesMin: number;
  /** When migration 3 was applied; known once the tables are ready for inserts. */
  readonly foldedSinceMs: Promise<number>;
  readonly now: () => number;
  readonly log: StorageLog;
  /** Is told in which traces an upload has samples, as soon as it is durable. */
  readonly onSampled?: (traceIds: ReadonlySet<string>) => void;
}

/** Where the store says what nobody asked for but somebody should know. */
export interface StorageLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

// Rows that wait for their insert. Past this, segments are read from disk again when their turn comes.
const BATCH_BYTES_MAX = 256 * 2 ** 20;
// Until the embedded engine takes an insert after `close`, or a remote one answers.
const DRAIN_MS = 3_000;
// A segment takes seconds; one that takes longer is being tried again.
const HOLD_MS = 30_000;

interface PendingSegment {
  batch: TableBatch | null; // null: to be read from disk
  readonly uploadIds: string[];
}

/** Uploads in: checked, on disk, answered; then inserted segment by segment. */
export class SpoolingPipeline implements IngestPipeline {
  private readonly config: PipelineConfig;
  private readonly engine: Engine;
  private readonly ids: UploadIds;
  private readonly series: SeriesAdmission;
  private readonly stacks = new StackCache();
  private readonly endpoints: BusiestEndpoints;
  private readonly known: KnownNames = {
    frames: new KnownRows(),
    stacks: new KnownRows(),
    series: new KnownRows(),
  };
  private readonly batches = new Map<string, PendingSegment>();
  private batchBytes = 0;
  private readonly storing = new Map<string, Promise<UploadAnswer>>();
  private readonly inserter: Inserter;
  private spool!: Spool;
  private closed = false;

  private constructor(config: PipelineConfig, engine: Engine, ids: UploadIds) {
    this.config = config;
    this.engine = engine;
    this.ids = ids;
    this.series = new SeriesAdmission(config.now);
    this.endpoints = new BusiestEndpoints(config.now);
    this.inserter = new Inserter({
      insert: (segment) => this.insertSegment(segment),
      done: (segment) => this.removeSegment(segment),
      giveUp: (segment, error) => this.setAside(segment, error),
      onRetry: (segment, err) => config.log.error({ err, segment }, 'insert failed, trying again'),
    });
  }

  /** Open the spool and take up what an earlier process left in it. */
  static async open(config: PipelineConfig, engine: Engine): Promise<SpoolingPipeline> {
    const dir = join(config.dir, 'segments');
    const idsDir = join(config.dir, 'ids');
    await mkdir(idsDir, { recursive: true });
    const ids = await UploadIds.open(idsDir, config.now);
    const pipeline = new SpoolingPipeline(config, engine, ids);
    const { spoolBytesMax: bytesMax, diskBytesMin, now } = config;
    const onSealed = (segment: string) => pipeline.inserter.add(segment);
    const { spool, left } = await Spool.open({ dir, bytesMax, diskBytesMin, now }, onSealed);
    pipeline.spool = spool;
    for (const segment of left) {
      for (const { meta } of await pipeline.readUploads(segment)) ids.add(meta.uploadId);
    }
    if (left.length > 0) {
      config.log.info({ segments: left.length }, 'inserting what an earlier process accepted');
    }
    left.forEach(onSealed);
    return pipeline;
  }

  accept(upload: IncomingUpload): Promise<UploadAnswer> {
    const { uploadId } = upload.meta;
    if (this.ids.has(uploadId)) return Promise.resolve(repeated(uploadId));
    const storing = this.storing.get(uploadId);
    if (storing !== undefined) return storing.then(() => repeated(uploadId));
    const stored = this.store(upload).finally(() => this.storing.delete(uploadId));
    this.storing.set(uploadId, stored);
    return stored;
  }

  status(): Promise<IngestStatus> {
    return this.spool.status();
  }

  /**
   * Insert nothing until `release`: each upload is now in all tables or in `dir`, which gets the segments and the ids.
   *
   * Errors  STORAGE_UNAVAILABLE when the segment under way cannot be inserted.
   */
  async hold(dir: string): Promise<{ release(): void }> {
    const holding = this.inserter.hold();
    const held = await Promise.race([holding, sleep(HOLD_MS, null, { ref: false })]);
    if (held === null) {
      void holding.then(({ release }) => release());
      throw new ApiError('STORAGE_UNAVAILABLE', `inserts did not end within ${HOLD_MS} ms`);
    }
    try {
      await mkdir(join(dir, 'segments'), { recursive: true });
      await this.spool.linkTo(join(dir, 'segments'));
      await cp(join(this.config.dir, 'ids'), join(dir, 'ids'), { recursive: true });
      return held;
    } catch (error) {
      held.release();
      throw error;
    }
  }

  async flush(): Promise<void> {
    await this.spool.seal();
    await this.inserter.whenIdle();
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.allSettled(this.storing.values());
    const drained = this.flush();
    const insertable = this.config.foldedSinceMs.then(
      () => drained,
      () => {}, // ClickHouse was never there.
    );
    await Promise.race([insertable, sleep(DRAIN_MS, undefined, { ref: false })]);
    await this.inserter.close();
    await drained;
  }

  private async store(upload: IncomingUpload): Promise<UploadAnswer> {
    const { uploadId } = upload.meta;
    if (this.closed) throw new ApiError('SERVER_STOPPING', 'the store is being closed');
    await this.spool.checkRoom(sizeOf(upload));
    const normalised = await this.normalise(upload);
    await this.spool.append(encodeRecord(upload), (segment) => {
      this.ids.add(uploadId);
      this.addToBatch(segment, normalised, upload.receivedAtMs);
    });
    this.config.onSampled?.(
      new Set(normalised.spans.map(({ span }) => span.traceId.toLowerCase())),
    );
    return {
      uploadId,
      samples: normalised.sampleCount,
      folded: normalised.repairs.total,
      warnings: normalised.repairs.sentences(),
    };
  }

  private async normalise({
    meta,
    profiles,
    receivedAtMs,
  }: IncomingUpload): Promise<NormalisedUpload> {
    const decoded: Profile[] = [];
    for (const body of profiles) decoded.push(decodeProfile(await gunzipProfile(body)));
    const { series, stacks, endpoints } = this;
    const { retentionMs } = this.config;
    return normaliseUpload(meta, decoded, { receivedAtMs, retentionMs, series, stacks, endpoints });
  }

  private addToBatch(segment: string, upload: NormalisedUpload, receivedAtMs: number): void {
    let pending = this.batches.get(segment);
    if (pending === undefined) {
      const batch = this.batchBytes < BATCH_BYTES_MAX ? new TableBatch(this.known) : null;
      pending = { batch, uploadIds: [] };
      this.batches.set(segment, pending);
    }
    pending.uploadIds.push(upload.meta.uploadId);
    if (pending.batch === null) return;
    this.batchBytes -= pending.batch.bytes;
    try {
      pending.batch.add(upload, receivedAtMs);
      this.batchBytes += pending.batch.bytes;
    } catch (err) {
      pending.batch = null; // Half an upload may be in it. The file has all of them.
      this.config.log.error({ err, segment }, 'rows could not be made and are made from disk');
    }
  }

  private async insertSegment(segment: string): Promise<void> {
    const layout = layoutOf(segment, await this.config.foldedSinceMs);
    if (!this.batches.get(segment)?.batch) await this.readBatch(segment);
    await this.batches.get(segment)!.batch!.insert(this.engine, segment, layout);
  }

  /** Make the rows again from the file, after a restart or when memory was short. */
  private async readBatch(segment: string): Promise<void> {
    const pending = { batch: new TableBatch(this.known), uploadIds: [] as string[] };
    for (const upload of await this.readUploads(segment)) {
      // Hundreds of them without a pause would hold back for seconds who uploads or asks meanwhile.
      await giveWay();
      const { uploadId } = upload.meta;
      pending.uploadIds.push(uploadId);
      try {
        pending.batch.add(await this.normalise(upload), upload.receivedAtMs);
      } catch (err) {
        // It was readable when it was accepted, so a newer version of this code is stricter.
        this.config.log.error({ err, segment, uploadId }, 'an accepted upload is left out');
      }
    }
    this.batches.set(segment, pending);
    this.batchBytes += pending.batch.bytes;
  }

  private async readUploads(segment: string): Promise<readonly IncomingUpload[]> {
    const file = await this.spool.read(segment);
    const { uploads, wholeBytes } = decodeRecords(file);
    if (wholeBytes < file.length) {
      const bytes = file.length - wholeBytes;
      this.config.log.error({ segment, bytes }, 'the end of a segment was not written whole');
    }
    return uploads;
  }

  private async removeSegment(segment: string): Promise<void> {
    await this.ids.persist(this.batches.get(segment)!.uploadIds);
    await this.spool.remove(segment);
    this.dropBatch(segment);
  }

  private async setAside(segment: string, err: unknown): Promise<void> {
    const uploads = this.batches.get(segment)?.uploadIds.length ?? 0;
    const file = await this.spool.setAside(segment);
    this.dropBatch(segment);
    this.config.log.error({ err, file, uploads }, 'uploads cannot be inserted and were set aside');
  }

  private dropBatch(segment: string): void {
    this.batchBytes -= this.batches.get(segment)?.batch?.bytes ?? 0;
    this.batches.delete(segment);
  }
}

function repeated(uploadId: string): UploadAnswer {
  return {
    uploadId,
    samples: 0,
    folded: 0,
    warnings: ['this uploadId was stored before; it is not stored again'],
  };
}

function sizeOf({ profiles }: IncomingUpload): number {
  return profiles.reduce((sum, { length }) => sum + length, 0);
}
