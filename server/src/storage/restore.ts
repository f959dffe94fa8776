import { createReadStream } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError } from '../errors.ts';
import { type BackupManifest, MANIFEST } from './backup.ts';
import { lockDataDir } from './data-dir-lock.ts';
import type { Engine } from './engine.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { type EngineConfig, openEngine } from './open-engine.ts';
import { unpackTar } from './tar.ts';

/**
 * Fill an empty data directory from a backup. The server must not run.
 *
 * Errors  STORAGE_UNAVAILABLE when the directory is in use or holds a store already, and for what is no backup.
 */
export async function restoreBackup(file: string, config: EngineConfig): Promise<void> {
  const { dataDir } = config;
  const lock = await lockDataDir(dataDir);
  try {
    await checkEmpty(dataDir);
    await fill(file, config).catch(async (error) => {
      // A store that is there in part would look like one that is whole.
      for (const name of OF_STORE) await rm(join(dataDir, name), { recursive: true, force: true });
      throw error;
    });
  } finally {
    await rm(join(dataDir, UNPACKED), { recursive: true, force: true });
    await lock.release();
  }
}

const OF_STORE = ['clickhouse', 'spool'];
const UNPACKED = 'restoring';

async function fill(file: string, config: EngineConfig): Promise<void> {
  const unpacked = join(config.dataDir, UNPACKED);
  await rm(unpacked, { recursive: true, force: true });
  await unpack(file, unpacked);
  const engine = await openEngine(config);
  try {
    await migrate(engine, migrations);
    await attachTables(engine, join(unpacked, 'tables'));
  } finally {
    await engine.close();
  }
  await cp(join(unpacked, 'spool'), join(config.dataDir, 'spool'), { recursive: true });
}

async function checkEmpty(dataDir: string): Promise<void> {
  const names = await readdir(dataDir);
  const taken = names.filter((name) => OF_STORE.includes(name));
  if (taken.length === 0) return;
  const detail = `${dataDir} holds a store already (${taken.join(', ')}): move it away, or name another directory with FLAMEHOUSE_DATA_DIR`;
  throw new ApiError('STORAGE_UNAVAILABLE', detail);
}

async function unpack(file: string, unpacked: string): Promise<void> {
  try {
    // An empty store has no files in these.
    for (const name of ['tables', 'spool']) await mkdir(join(unpacked, name), { recursive: true });
    await unpackTar(createReadStream(file), unpacked);
    const text = await readFile(join(unpacked, MANIFEST), 'utf8');
    const { format, migration } = JSON.parse(text) as BackupManifest;
    const newest = Math.max(...migrations.map(({ id }) => id));
    if (format !== 1 || migration > newest) {
      throw new Error(
        `it is of format ${format} and migration ${migration}, made by a newer server`,
      );
    }
  } catch (cause) {
    const detail = `${file} cannot be restored: ${(cause as Error).message}`;
    throw new ApiError('STORAGE_UNAVAILABLE', detail, { cause });
  }
}

/** Parts are attached as they are; views do not see them, and rollups have parts of their own. */
async function attachTables(engine: Engine, dir: string): Promise<void> {
  const rows = await engine.rows<[string, string]>({
    sql: `SELECT name, data_paths[1] FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
    values: {},
  });
  const pathOf = new Map(rows);
  for (const table of await readdir(dir)) {
    const path = pathOf.get(table);
    if (path === undefined) continue; // A table that a later version does without.
    for (const part of await readdir(join(dir, table))) {
      await rename(join(dir, table, part), join(path, 'detached', part));
      await engine.command(`ALTER TABLE ${table} ATTACH PART '${part}'`);
    }
  }
}
