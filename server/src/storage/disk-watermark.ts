import { readFile, rename, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from './engine.ts';

export interface DiskWatermarkConfig {
  readonly dataDir: string;
  readonly bytesMin: number; // below it uploads are refused
  readonly log: {
    info(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  /** Free space of the data directory; tests pass their own. */
  readonly freeBytes?: () => Promise<number>;
}

const CHECK_MS = 10_000;
// Space is made before it is missed: uploads are refused only where there is nothing left to remove.
const HEADROOM = 1.25;
const DAY_MS = 24 * 3_600_000;

/** Tables of single windows, one partition a day. Their sums by minute and hour stay. */
const RAW_TABLES = ['samples', 'windows', 'spans', 'trace_spans', 'stalls'];

/**
 * Removes the oldest day of raw rows while the disk is short of space, never the newest day.
 *
 * For the embedded engine, which shares the disk with the data directory. What was removed is
 * remembered in a file there, so that questions about those days go to the sums of minutes.
 */
export class DiskWatermark {
  /** Where raw rows begin because earlier ones were removed; 0 when none was. Epoch milliseconds. */
  rawSinceMs = 0;
  private readonly engine: Engine;
  private readonly config: DiskWatermarkConfig;
  private readonly timer: NodeJS.Timeout;
  private checking: Promise<void> | null = null;

  private constructor(engine: Engine, config: DiskWatermarkConfig, rawSinceMs: number) {
    this.engine = engine;
    this.config = config;
    this.rawSinceMs = rawSinceMs;
    this.timer = setInterval(() => void this.check(), CHECK_MS);
    this.timer.unref();
  }

  static async open(engine: Engine, config: DiskWatermarkConfig): Promise<DiskWatermark> {
    const text = await readFile(pathIn(config.dataDir), 'utf8').catch(() => '0'); // Nothing was removed yet.
    return new DiskWatermark(engine, config, Number(text) || 0);
  }

  /** Make space if it is short. Calls at the same time share one check. */
  check(): Promise<void> {
    this.checking ??= this.makeSpace()
      .catch((err) => this.config.log.error({ err }, 'the free space could not be kept'))
      .finally(() => {
        this.checking = null;
      });
    return this.checking;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.checking;
  }

  private async makeSpace(): Promise<void> {
    const { bytesMin, log } = this.config;
    for (;;) {
      const freeBytes = await this.freeBytes();
      if (freeBytes >= bytesMin * HEADROOM) return;
      const day = await this.oldestDay();
      if (day === null) {
        log.error({ freeBytes, bytesMin }, 'the disk is nearly full and no raw day can be removed');
        return;
      }
      await this.remove(day);
      log.error(
        { day, freeBytes, bytesMin },
        'the disk is nearly full: the raw rows of a day were removed before their retention ended',
      );
    }
  }

  /** The first day of raw rows that is not also the last one, as YYYYMMDD; null when there is none. */
  private async oldestDay(): Promise<string | null> {
    const rows = await this.engine.rows<[string]>({
      sql: `SELECT DISTINCT partition_id FROM system.parts
  WHERE database = currentDatabase() AND active AND table IN (${RAW_TABLES.map((table) => `'${table}'`)})
  ORDER BY partition_id`,
      values: {},
    });
    return rows.length < 2 ? null : rows[0]![0];
  }

  private async remove(day: string): Promise<void> {
    // Before the rows go: a question in between finds the sums of minutes, which have them too.
    this.rawSinceMs = Math.max(this.rawSinceMs, startOf(day) + DAY_MS);
    const path = pathIn(this.config.dataDir);
    await writeFile(`${path}.new`, String(this.rawSinceMs));
    await rename(`${path}.new`, path);
    for (const table of RAW_TABLES) {
      await this.engine.command(`ALTER TABLE ${table} DROP PARTITION ID '${day}'`);
      this.engine.observer?.partitionRemoved(table);
    }
  }

  private async freeBytes(): Promise<number> {
    if (this.config.freeBytes !== undefined) return this.config.freeBytes();
    const { bavail, bsize } = await statfs(this.config.dataDir);
    return bavail * bsize;
  }
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'raw-since');
}

function startOf(day: string): number {
  return Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}T00:00:00Z`);
}
