import type { Migration } from '../migrate.ts';

const TEXT = 'LowCardinality(String)';

/**
 * Ways into `samples` and `function_minutes` for rows that share most of their columns: what differs comes as arrays.
 *
 * The tables keep nothing. A view repeats the other columns, and the token of an insert counts for what it writes too.
 */
export const foldedRows: Migration = {
  id: 3,
  name: 'folded rows',
  statements: [
    `CREATE TABLE IF NOT EXISTS samples_folded (
      service ${TEXT}, type ${TEXT}, environment ${TEXT}, version ${TEXT}, endpoint ${TEXT},
      series_id UInt64, window_start DateTime('UTC'), seconds UInt32, gauge UInt8,
      stack_id Array(UInt64), value Array(UInt64)
    ) ENGINE = Null`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS samples_of_folded TO samples AS
    SELECT * FROM samples_folded ARRAY JOIN stack_id, value`,

    `CREATE TABLE IF NOT EXISTS function_minutes_folded (
      service ${TEXT}, environment ${TEXT}, version ${TEXT}, instance ${TEXT},
      minute DateTime('UTC'), endpoint ${TEXT},
      function_id Array(UInt64), self Array(UInt64), total Array(UInt64),
      self_ticks Array(UInt64), total_ticks Array(UInt64)
    ) ENGINE = Null`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS function_minutes_of_folded TO function_minutes AS
    SELECT * FROM function_minutes_folded ARRAY JOIN function_id, self, total, self_ticks, total_ticks`,
  ],
};
