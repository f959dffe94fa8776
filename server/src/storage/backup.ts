import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import type { Engine } from './engine.ts';
import { packTar, type TarEntry } from './tar.ts';

/** First file of a backup. */
export interface BackupManifest {
  readonly format: 1;
  readonly migration: number; // newest one of the tables
  readonly createdAt: string; // ISO 8601
}

export const MANIFEST = 'manifest.json';

/** Makes backups of the embedded engine and the spool while the server runs. */
export interface BackupSource {
  readonly engine: Engine;
  readonly dataDir: string;
  /** Between two segments, so that no upload is in some tables only; `files` are those of the spool. */
  readonly hold: (dir: string) => Promise<{ release(): void }>;
}

/**
 * The store at one moment as a tar stream: parts of every table, and the uploads that are in none yet.
 *
 * Parts never change, so freezing them makes links and copies nothing. Inserts wait meanwhile, uploads do not.
 * BACKUP is not for the embedded engine: it takes no setting for where backups may go (chdb 3.4.0).
 */
export async function createBackup({ engine, dataDir, hold }: BackupSource): Promise<Readable> {
  // Letters and digits: the engine writes others into the name of the directory as %XX.
  const name = `backup${randomBytes(8).toString('hex')}`;
  const shadow = join(dataDir, SHADOW, name);
  const spool = join(dataDir, SPOOL, name);
  const remove = async () => {
    await rm(shadow, { recursive: true, force: true });
    await rm(spool, { recursive: true, force: true });
  };
  try {
    const { release } = await hold(spool);
    let tables: readonly Table[];
    try {
      tables = await listTables(engine);
      for (const { table } of tables) {
        await engine.command(`ALTER TABLE ${table} FREEZE WITH NAME '${name}'`);
      }
    } finally {
      release();
    }
    const [row] = await engine.rows<[number]>({
      sql: 'SELECT max(id) FROM migrations',
      values: {},
    });
    const manifest: BackupManifest = {
      format: 1,
      migration: row![0],
      createdAt: new Date().toISOString(),
    };
    const entries: TarEntry[] = [{ name: MANIFEST, content: JSON.stringify(manifest) }];
    for (const { table, uuid, parts } of tables) {
      if (parts === 0) continue;
      const dir = join(shadow, 'store', uuid.slice(0, 3), uuid);
      entries.push(...(await filesOf(dir, `tables/${table}`)));
    }
    entries.push(...(await filesOf(spool, 'spool')));
    const stream = Readable.from(packTar(entries), { objectMode: false });
    stream.once('close', () => void remove());
    return stream;
  } catch (error) {
    await remove();
    throw error;
  }
}

const SHADOW = 'clickhouse/shadow';
const SPOOL = 'spool';

/** Remove what a backup left behind that was killed: its links keep parts on the disk. */
export async function removeUnfinishedBackups(dataDir: string): Promise<void> {
  for (const dir of [join(dataDir, SHADOW), join(dataDir, SPOOL)]) {
    const names = await readdir(dir).catch(() => []); // Neither is there before its first use.
    for (const name of names) {
      if (/^backup[0-9a-f]{16}$/.test(name)) await rm(join(dir, name), { recursive: true });
    }
  }
}

interface Table {
  readonly table: string;
  readonly uuid: string;
  readonly parts: number; // 0: there is nothing to freeze
}

async function listTables(engine: Engine): Promise<Table[]> {
  const rows = await engine.rows<[string, string, number]>({
    sql: `SELECT name, toString(uuid), toUInt32(ifNull(parts, 0)) FROM system.tables
  WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name != 'migrations' ORDER BY name`,
    values: {},
  });
  return rows.map(([table, uuid, parts]) => ({ table, uuid, parts }));
}

async function filesOf(dir: string, prefix: string): Promise<TarEntry[]> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true });
  return found
    .filter((file) => file.isFile())
    .map((file) => {
      const path = join(file.parentPath, file.name);
      return { name: `${prefix}/${relative(dir, path)}`, content: { path } };
    });
}
