import type { Migration } from '../migrate.ts';

const DROP_PARTS = 'ttl_only_drop_parts = 1';

/**
 * Deploys with what CI said of them, their verdicts, and which of those were sent out.
 *
 * `month` is that of the first writing and stays, so that all rows of a deploy are in one partition,
 * where the newest replaces the others. Verdicts are replaced only by themselves: each stays.
 */
export const deploys: Migration = {
  id: 4,
  name: 'deploys',
  statements: [
    `CREATE TABLE IF NOT EXISTS deploy_entries (
      id String,
      service LowCardinality(String),
      environment LowCardinality(String),
      version String,
      base_version Nullable(String),
      at DateTime64(3, 'UTC'),
      kind LowCardinality(String),
      rollout LowCardinality(String),
      revision Nullable(String),
      url Nullable(String),
      author Nullable(String),
      expected UInt8,
      seen UInt8,
      changes UInt32,
      month Date
    ) ENGINE = ReplacingMergeTree(changes)
    PARTITION BY month
    ORDER BY (service, environment, id)
    SETTINGS ${DROP_PARTS}`,

    `CREATE TABLE IF NOT EXISTS deploy_verdicts (
      id String,
      verdict_version UInt32,
      judged_at DateTime64(3, 'UTC'),
      status LowCardinality(String),
      state LowCardinality(String),
      judgement String CODEC(ZSTD(3)),
      month Date
    ) ENGINE = ReplacingMergeTree
    PARTITION BY month
    ORDER BY (id, verdict_version)
    SETTINGS ${DROP_PARTS}`,

    `CREATE TABLE IF NOT EXISTS deploy_notices (
      id String,
      verdict_version UInt32,
      outcome LowCardinality(String),
      month Date
    ) ENGINE = ReplacingMergeTree
    PARTITION BY month
    ORDER BY (id, verdict_version)
    SETTINGS ${DROP_PARTS}`,
  ],
};
