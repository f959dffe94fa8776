import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { SpoolingPipeline, type StorageLog } from '../ingest/pipeline.ts';
import { type SpanPipeline, TailPipeline } from '../spans/span-pipeline.ts';
import { createBackup, removeUnfinishedBackups } from './backup.ts';
import { ClickHouseDeployStore } from './clickhouse-deploy-store.ts';
import { ClickHouseStore } from './clickhouse-store.ts';
import { ClickHouseComparisonStore, type ComparisonStore } from './comparison-store.ts';
import { lockDataDir } from './data-dir-lock.ts';
import type { DeployStore } from './deploy-store.ts';
import { DiskWatermark } from './disk-watermark.ts';
import type { Engine } from './engine.ts';
import { appliedAtMs, migrate } from './migrate.ts';
import { foldedRows } from './migrations/0003-folded-rows.ts';
import { migrations } from './migrations/index.ts';
import { type EngineConfig, ensureDatabase, openEngine } from './open-engine.ts';
import type { IngestPipeline, ProfileStore } from './profile-store.ts';
import { applyRetention, type Retention } from './retention.ts';
import { prepareOrWait } from './when-ready.ts';

export interface StorageConfig extends EngineConfig {
  readonly retention: Retention;
  readonly spoolBytesMax: number;
  readonly diskBytesMin: number;
}

export interface StorageOptions {
  readonly log?: StorageLog;
  readonly now?: () => number; // epoch milliseconds
  readonly freeBytes?: () => Promise<number>; // of the data directory
  readonly spanWaitMs?: number; // until a trace is decided on
}

/** Both halves of storage, which share one engine. */
export interface Storage {
  readonly store: ProfileStore;
  readonly comparisons: ComparisonStore;
  readonly deploys: DeployStore;
  readonly ingest: IngestPipeline;
  readonly spans: SpanPipeline;
  /** For statements that are no question about profiles, such as a backup. */
  readonly engine: Engine;
  /** The store at this moment as a tar stream; null when ClickHouse is elsewhere and has a BACKUP of its own. */
  readonly backup: (() => Promise<Readable>) | null;
  /** Insert what was accepted, as far as the engine takes it within seconds; the rest stays in the spool. */
  close(): Promise<void>;
}

const SILENT: StorageLog = { info: () => {}, error: () => {} };

/**
 * Open the data directory and the engine, bring the tables up to date, and take up what the spool holds.
 *
 * While a ClickHouse server is away, uploads are taken all the same, and questions fail with STORAGE_UNAVAILABLE.
 * Errors  STORAGE_UNAVAILABLE when the directory is in use.
 */
export async function createStorage(
  config: StorageConfig,
  { log = SILENT, now = Date.now, freeBytes, spanWaitMs }: StorageOptions = {},
): Promise<Storage> {
  const lock = await lockDataDir(config.dataDir);
  const opened: { close(): Promise<void> }[] = [{ close: () => lock.release() }];
  const stop = new AbortController();
  const close = async () => {
    stop.abort(); // Before the spool is drained, which waits for the tables.
    for (const part of opened.splice(0).reverse()) await part.close();
  };
  try {
    await removeUnfinishedBackups(config.dataDir);
    const engine = await openEngine(config);
    opened.push(engine);
    const prepare = async () => {
      await ensureDatabase(config);
      await migrate(engine, migrations);
      await applyRetention(engine, config.retention);
      engine.open();
      return appliedAtMs(engine, foldedRows.id);
    };
    const mayWait = config.clickHouse.url !== null;
    const { ready } = await prepareOrWait(prepare, { mayWait, signal: stop.signal, log });
    const spans = new TailPipeline(engine, {
      retentionMs: config.retention.spansMs,
      ...(spanWaitMs === undefined ? {} : { waitMs: spanWaitMs }),
      now,
      log,
    });
    opened.push(spans);
    const ingest = await SpoolingPipeline.open(
      {
        dir: join(config.dataDir, 'spool'),
        retentionMs: config.retention.rawMs,
        spoolBytesMax: config.spoolBytesMax,
        diskBytesMin: config.diskBytesMin,
        foldedSinceMs: ready,
        now,
        log,
        onSampled: (traceIds) => spans.markSampled(traceIds),
      },
      engine,
    );
    opened.push(ingest);
    const engineKind = config.clickHouse.url === null ? 'embedded' : 'remote';
    let { retention } = config;
    if (engineKind === 'embedded') {
      const { dataDir, diskBytesMin: bytesMin } = config;
      const options = { dataDir, bytesMin, log, ...(freeBytes && { freeBytes }) };
      const watermark = await DiskWatermark.open(engine, options);
      opened.push(watermark);
      await watermark.check();
      retention = keptRetention(retention, watermark, now);
    }
    const store = new ClickHouseStore(engine, { retention, now, engineKind, close });
    const comparisons = new ClickHouseComparisonStore(engine);
    const deploys = new ClickHouseDeployStore(engine);
    const source = { engine, dataDir: config.dataDir, hold: (dir: string) => ingest.hold(dir) };
    const backup = engineKind === 'embedded' ? () => createBackup(source) : null;
    return { store, comparisons, deploys, ingest, spans, engine, backup, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The retention, with raw rows only as far back as the disk let them stay. */
function keptRetention(
  retention: Retention,
  watermark: DiskWatermark,
  now: () => number,
): Retention {
  return {
    ...retention,
    get rawMs() {
      return Math.min(retention.rawMs, now() - watermark.rawSinceMs);
    },
  };
}
