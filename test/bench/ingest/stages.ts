import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeProfile } from '../../../proto/src/index.ts';
import { splitMultipart } from '../../../server/src/http/multipart.ts';
import { readMeta } from '../../../server/src/http/upload-meta.ts';
import { BusiestEndpoints } from '../../../server/src/ingest/busiest-endpoints.ts';
import { gunzipProfile } from '../../../server/src/ingest/gunzip.ts';
import { KnownRows } from '../../../server/src/ingest/known-rows.ts';
import { type NormaliseOptions, normaliseUpload } from '../../../server/src/ingest/normalise.ts';
import { CURRENT_LAYOUT } from '../../../server/src/ingest/segment.ts';
import { SeriesAdmission } from '../../../server/src/ingest/series-admission.ts';
import { StackCache } from '../../../server/src/ingest/stack-cache.ts';
import { TableBatch } from '../../../server/src/ingest/table-batch.ts';
import { encodeRecord } from '../../../server/src/ingest/upload-record.ts';
import { createStorage } from '../../../server/src/storage/create-storage.ts';
import type { Engine, Insert } from '../../../server/src/storage/engine.ts';
import type { IncomingUpload } from '../../../server/src/storage/profile-store.ts';
import { storageSettings } from '../../support/server-storage.ts';
import type { UploadMix } from './mix.ts';

export interface Stages {
  readonly uploads: number;
  readonly rows: number; // of samples
  /** Stage -> CPU of the process, all threads, by upload. */
  readonly cpuMs: ReadonlyMap<string, number>;
}

/**
 * What each step of ingest costs, one after the other in this process: no HTTP, no load, no waiting.
 *
 * Merges are held back while inserts are measured and done at the end, where they are measured too.
 */
export async function measureStages(
  mix: UploadMix,
  options: { readonly segments: number; readonly uploadsPerSegment: number },
): Promise<Stages> {
  const dataDir = mkdtempSync(join(tmpdir(), 'flamehouse-bench-'));
  const storage = await createStorage(storageSettings(dataDir));
  const clock = new StageClock();
  try {
    await storage.engine.command('SYSTEM STOP MERGES');
    const ingest = new IngestSteps(clock, storage.engine);
    await ingest.segment(mix, 'warm-up', options.uploadsPerSegment);
    clock.reset();
    ingest.rows = 0;
    for (let number = 0; number < options.segments; number++) {
      await ingest.segment(mix, `segment-${number}`, options.uploadsPerSegment);
    }
    await clock.time('merges', async () => {
      await storage.engine.command('SYSTEM START MERGES');
      for (const table of MERGED) await storage.engine.command(`OPTIMIZE TABLE ${table} FINAL`);
    });
    const uploads = options.segments * options.uploadsPerSegment;
    return { uploads, rows: ingest.rows / uploads, cpuMs: clock.perUpload(uploads) };
  } finally {
    await storage.close();
    rmSync(dataDir, { recursive: true });
  }
}

const MERGED = ['samples', 'samples_1m', 'samples_1h', 'function_sums'];

class IngestSteps {
  rows = 0;
  private readonly clock: StageClock;
  private readonly engine: Engine;
  private readonly known = {
    frames: new KnownRows(),
    stacks: new KnownRows(),
    series: new KnownRows(),
  };
  private readonly options: Omit<NormaliseOptions, 'receivedAtMs'> = {
    retentionMs: 7 * 24 * 3_600_000,
    series: new SeriesAdmission(Date.now),
    stacks: new StackCache(),
    endpoints: new BusiestEndpoints(Date.now),
  };

  constructor(clock: StageClock, engine: Engine) {
    this.clock = clock;
    const insert = (one: Insert) => clock.time(`insert ${one.table}`, () => engine.insert(one));
    this.engine = Object.assign(Object.create(engine) as Engine, { insert });
  }

  async segment(mix: UploadMix, name: string, count: number): Promise<void> {
    const batch = new TableBatch(this.known);
    // Few at a time, since what waits decoded would keep the garbage collector busy, and does not in a server.
    for (let done = 0; done < count; done += AT_ONCE) await this.addUploads(mix, batch);
    await this.clock.time('rows to blocks', () => batch.insert(this.engine, name, CURRENT_LAYOUT));
  }

  private async addUploads(mix: UploadMix, batch: TableBatch): Promise<void> {
    const { clock } = this;
    const receivedAtMs = Date.now();
    const bodies = Array.from({ length: AT_ONCE }, () => mix.body(receivedAtMs));
    const uploads = clock.timeSync('split and meta', () =>
      bodies.map((body) => uploadOf(body, mix.contentType, receivedAtMs)),
    );
    const messages = await clock.time('gunzip', () =>
      Promise.all(
        uploads.map(({ profiles }) => Promise.all(profiles.map((one) => gunzipProfile(one)))),
      ),
    );
    const profiles = clock.timeSync('decode', () =>
      messages.map((ofUpload) => ofUpload.map((one) => decodeProfile(one))),
    );
    const normalised = clock.timeSync('normalise', () =>
      profiles.map((ofUpload, row) =>
        normaliseUpload(uploads[row]!.meta, ofUpload, { ...this.options, receivedAtMs }),
      ),
    );
    this.rows += normalised.reduce((sum, { sampleCount }) => sum + sampleCount, 0);
    clock.timeSync('spool record', () => uploads.map(encodeRecord));
    clock.timeSync('rows to text', () => {
      for (const upload of normalised) batch.add(upload, receivedAtMs);
    });
  }
}

const AT_ONCE = 10;

function uploadOf(body: Buffer, contentType: string, receivedAtMs: number): IncomingUpload {
  const parts = splitMultipart(body, contentType);
  const meta = readMeta(parts[0]!.bytes.toString('utf8'));
  return { meta, profiles: parts.slice(1).map(({ bytes }) => bytes), receivedAtMs };
}

/** CPU of this process by stage; a stage inside another counts for itself only. */
class StageClock {
  private readonly micros = new Map<string, number>();
  private within: string | null = null;

  reset(): void {
    this.micros.clear();
  }

  timeSync<T>(stage: string, work: () => T): T {
    const start = process.cpuUsage();
    const result = work();
    this.add(stage, start);
    return result;
  }

  async time<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const start = process.cpuUsage();
    const outer = this.within;
    this.within = stage;
    const result = await work();
    this.within = outer;
    this.add(stage, start);
    return result;
  }

  perUpload(uploads: number): Map<string, number> {
    return new Map([...this.micros].map(([stage, micros]) => [stage, micros / 1_000 / uploads]));
  }

  private add(stage: string, start: NodeJS.CpuUsage): void {
    const { user, system } = process.cpuUsage(start);
    this.count(stage, user + system);
    if (this.within !== null && this.within !== stage) this.count(this.within, -user - system);
  }

  private count(stage: string, micros: number): void {
    this.micros.set(stage, (this.micros.get(stage) ?? 0) + micros);
  }
}
