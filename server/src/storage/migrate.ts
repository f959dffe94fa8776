import { ApiError } from '../errors.ts';
import type { Engine } from './engine.ts';

export interface Migration {
  readonly id: number;
  readonly name: string;
  /** Each can be run again when a crash came before it was recorded. */
  readonly statements: readonly string[];
}

/**
 * Apply what is not yet recorded in table `migrations`, in order, and record it.
 *
 * Errors  STORAGE_UNAVAILABLE when the data was written by a newer server.
 */
export async function migrate(engine: Engine, migrations: readonly Migration[]): Promise<void> {
  await engine.command(
    `CREATE TABLE IF NOT EXISTS migrations (id UInt32, name String, applied_at DateTime('UTC'))
     ENGINE = ReplacingMergeTree ORDER BY id`,
  );
  const rows = await engine.rows<[number]>({
    sql: 'SELECT DISTINCT id FROM migrations',
    values: {},
  });
  const applied = new Set(rows.map(([id]) => id));
  const newest = Math.max(0, ...migrations.map(({ id }) => id));
  const unknown = [...applied].find((id) => id > newest);
  if (unknown !== undefined) {
    throw new ApiError(
      'STORAGE_UNAVAILABLE',
      `the data has migration ${unknown}, this server knows ${newest}: it was written by a newer version`,
    );
  }
  for (const { id, name, statements } of migrations) {
    if (applied.has(id)) continue;
    for (const statement of statements) await engine.command(statement);
    await engine.insert({
      table: 'migrations',
      columns: ['id', 'name', 'applied_at'],
      tsv: `${id}\t${name}\t${Math.floor(Date.now() / 1000)}\n`,
      token: `migration-${id}`,
    });
  }
}
