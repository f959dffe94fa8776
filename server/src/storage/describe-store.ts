import type { StoreFacts } from './detail-store.ts';
import type { Engine } from './engine.ts';

/** Rows, bytes and age of every table, and which engine holds them. Tables that know only days or months have no age. */
export async function describeStore(
  engine: Engine,
  kind: StoreFacts['engine']['kind'],
): Promise<Omit<StoreFacts, 'retention'>> {
  const [version, tables] = await Promise.all([
    engine.rows<[string]>({ sql: 'SELECT version()', values: {} }),
    engine.rows<[name: string, rows: number, bytes: number, oldestSeconds: number]>({
      sql: `SELECT tables.name, toFloat64(sum(parts.rows)), toFloat64(sum(parts.bytes_on_disk)),
    toFloat64(minIf(toUInt32(parts.min_time), parts.rows > 0 AND toUInt32(parts.min_time) > 0))
  FROM system.tables AS tables
  LEFT JOIN (SELECT * FROM system.parts WHERE active AND database = currentDatabase()) AS parts
    ON parts.table = tables.name
  WHERE tables.database = currentDatabase() AND tables.engine LIKE '%MergeTree'
  GROUP BY tables.name ORDER BY tables.name`,
      values: {},
    }),
  ]);
  // The hour that the oldest windows are in begins before they do; how far they cover is known by the minute.
  const covered = tables.find(([name]) => name === 'coverage')?.[3] ?? 0;
  const oldestOf = (name: string, seconds: number): number | null => {
    const start = name === 'samples_1h' ? Math.max(seconds, covered) : seconds;
    return seconds > 0 ? start * 1000 : null;
  };
  return {
    engine: { kind, version: version[0]![0] },
    dataBytes: tables.reduce((sum, [, , bytes]) => sum + bytes, 0),
    tables: {
      name: tables.map(([name]) => name),
      rows: tables.map(([, rows]) => rows),
      bytes: tables.map(([, , bytes]) => bytes),
      oldest: tables.map(([name, , , seconds]) => oldestOf(name, seconds)),
    },
  };
}
