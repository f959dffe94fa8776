import { splitMultipart } from '../../../server/src/http/multipart.ts';
import { readMeta } from '../../../server/src/http/upload-meta.ts';
import type { Storage } from '../../../server/src/storage/create-storage.ts';
import { UploadMix } from '../ingest/mix.ts';
import { bytesOf } from './layouts.ts';

export interface TableFootprint {
  readonly table: string;
  readonly rows: number;
  readonly bytes: ReadonlyMap<string, number>; // column -> compressed bytes
}

const WINDOW_MS = 15_000;

/** Send the upload mix through ingest, a window every 15 s for each instance, and merge what it left. */
export async function measureFootprint(
  storage: Storage,
  options: {
    readonly instances: number;
    readonly windows: number;
    readonly stacks: number;
    readonly toMs: number;
    readonly seed: number;
  },
): Promise<{ readonly uploads: number; readonly tables: readonly TableFootprint[] }> {
  const { instances, windows, stacks, toMs, seed } = options;
  const mix = new UploadMix({ services: 1, instances, stacks, seed });
  const uploads = instances * windows;
  for (let number = 0; number < uploads; number++) {
    const atMs = toMs - WINDOW_MS * (windows - 1 - Math.floor(number / instances));
    const parts = splitMultipart(mix.body(atMs), mix.contentType);
    const profiles = parts.slice(1).map(({ bytes }) => bytes);
    const meta = readMeta(parts[0]!.bytes.toString('utf8'));
    await storage.ingest.accept({ meta, profiles, receivedAtMs: toMs });
  }
  await storage.ingest.flush();
  const names = await storage.engine.rows<[string]>({
    sql: `SELECT DISTINCT table FROM system.parts WHERE database = currentDatabase() AND active AND table NOT LIKE 'bench%' ORDER BY table`,
    values: {},
  });
  const tables: TableFootprint[] = [];
  for (const [table] of names) {
    // Small parts keep all columns in one file, of which nothing is known by column.
    await storage.engine.command(`ALTER TABLE ${table} MODIFY SETTING min_bytes_for_wide_part = 0`);
    await storage.engine.command(`OPTIMIZE TABLE ${table} FINAL`);
    tables.push({ table, ...(await bytesOf(storage.engine, table)) });
  }
  return { uploads, tables };
}
