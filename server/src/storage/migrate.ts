import { ApiError } from '../errors.ts';
import type { Engine } from './engine.ts';

export interface Migration {
  readonly id: number;
  readonly name: string;
  /** Each can be run again when a crash came before it was recorded. */
  readonly statements: readonly Statement[];
}

/** SQL, or SQL that could not run again: it is left out once a table is there. */
export type Statement = string | { readonly unlessTable: string; readonly sql: string };

/**
 * Apply what is not yet recorded in table `migrations`, in order, and record it.
 *
 * Errors  STORAGE_UNAVAILABLE when the data was written by a newer server.
 */
export async function migrate(engine: Engine, migrations: readonly Migration[]): Promise<void> {
  await engine.define(
    `CREATE TABLE IF NOT EXISTS migrations (id UInt32, name String, applied_at DateTime('UTC'))
     ENGINE = ReplacingMergeTree ORDER BY id`,
  );
  const rows = await engine.rows<[number]>({
    sql: 'SELECT DISTINCT id FROM migrations',
    values: {},
    preparing: true,
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
    for (const statement of statements) await run(engine, statement);
    await engine.insert({
      table: 'migrations',
      columns: ['id', 'name', 'applied_at'],
      tsv: `${id}\t${name}\t${Math.floor(Date.now() / 1000)}\n`,
      token: `migration-${id}`,
    });
  }
}

async function run(engine: Engine, statement: Statement): Promise<void> {
  if (typeof statement === 'string') return engine.define(statement);
  const { unlessTable: name, sql } = statement;
  const rows = await engine.rows({
    sql: 'SELECT 1 FROM system.tables WHERE database = currentDatabase() AND name = {name: String}',
    values: { name },
    preparing: true,
  });
  if (rows.length === 0) await engine.define(sql);
}

/** When a migration was applied, in milliseconds since the epoch, at the start of its second. */
export async function appliedAtMs(engine: Engine, id: number): Promise<number> {
  const rows = await engine.rows<[number]>({
    sql: 'SELECT toUnixTimestamp(applied_at) FROM migrations WHERE id = {id: UInt32} ORDER BY applied_at LIMIT 1',
    values: { id },
    preparing: true,
  });
  return rows[0]![0] * 1_000;
}
