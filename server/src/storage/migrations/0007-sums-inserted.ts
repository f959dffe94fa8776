import type { Migration } from '../migrate.ts';

/**
 * Sums of samples by minute and hour come summed up, by inserts of their own. `rolled_up` says of which rows; of others, which
 * segments of before still bring, views go on making them, under their names, by which tokens are known to them.
 */
export const sumsInserted: Migration = {
  id: 7,
  name: 'sums inserted',
  statements: [
    'ALTER TABLE samples ADD COLUMN IF NOT EXISTS rolled_up UInt8 DEFAULT 0 CODEC(ZSTD(1))',
    ...rollupView('samples_1m', 'minute', 'toStartOfMinute'),
    ...rollupView('samples_1h', 'hour', 'toStartOfHour'),
  ],
};

function rollupView(table: string, time: string, startOf: string): string[] {
  return [
    `DROP VIEW IF EXISTS ${table}_of_samples`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${table}_of_samples TO ${table} AS
    SELECT service, type, environment, version, endpoint,
      ${startOf}(window_start, 'UTC') AS ${time}, stack_id,
      if(gauge = 0, samples.value, 0) AS value,
      if(gauge = 1, samples.value * seconds, 0) AS weighted
    FROM samples
    WHERE rolled_up = 0`,
  ];
}
