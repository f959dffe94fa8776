import type { Migration } from '../migrate.ts';

// An insert is repeated only when its outcome is unknown, which is the latest ones after a crash.
const DEDUPLICATED = 'non_replicated_deduplication_window = 1000';
const DROP_PARTS = 'ttl_only_drop_parts = 1';
// Lookups are by scattered ids: smaller granules read less around each.
const LOOKUP = 'index_granularity = 1024';

/**
 * All tables, in the shape of DESIGN section 7. Retention is set apart from them, see retention.ts.
 *
 * frames, stacks and series are rewritten once in every partition while they are in use, so a part
 * can be dropped by age although what is in it may still be needed: the newer part has it too.
 */
export const tables: Migration = {
  id: 1,
  name: 'tables',
  statements: [
    `CREATE TABLE IF NOT EXISTS frames (
      frame_id UInt64 CODEC(ZSTD(1)),
      function_id UInt64 CODEC(ZSTD(1)),
      name String CODEC(ZSTD(3)),
      package LowCardinality(String),
      file String CODEC(ZSTD(3)),
      line UInt32 CODEC(ZSTD(1)),
      kind LowCardinality(String),
      seen Date
    ) ENGINE = ReplacingMergeTree(seen)
    PARTITION BY toYYYYMM(seen)
    ORDER BY frame_id
    SETTINGS ${LOOKUP}, ${DROP_PARTS}`,

    `CREATE TABLE IF NOT EXISTS stacks (
      service LowCardinality(String),
      stack_id UInt64 CODEC(ZSTD(1)),
      frames Array(UInt64) CODEC(ZSTD(3)),
      lines Array(UInt32) CODEC(ZSTD(3)),
      seen Date
    ) ENGINE = ReplacingMergeTree(seen)
    PARTITION BY toYYYYMM(seen)
    ORDER BY (service, stack_id)
    SETTINGS ${LOOKUP}, ${DROP_PARTS}`,

    `CREATE TABLE IF NOT EXISTS series (
      service LowCardinality(String),
      series_id UInt64 CODEC(ZSTD(1)),
      labels SimpleAggregateFunction(any, Map(String, String)) CODEC(ZSTD(3)),
      month Date,
      first_seen SimpleAggregateFunction(min, DateTime('UTC')),
      last_seen SimpleAggregateFunction(max, DateTime('UTC'))
    ) ENGINE = AggregatingMergeTree
    PARTITION BY month
    ORDER BY (service, series_id)
    SETTINGS ${LOOKUP}, ${DROP_PARTS}`,

    `CREATE TABLE IF NOT EXISTS samples (
      service LowCardinality(String),
      type LowCardinality(String),
      environment LowCardinality(String),
      version LowCardinality(String),
      endpoint LowCardinality(String),
      series_id UInt64 CODEC(ZSTD(1)),
      window_start DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
      seconds UInt32 CODEC(ZSTD(1)),
      gauge UInt8 CODEC(ZSTD(1)),
      stack_id UInt64 CODEC(ZSTD(1)),
      value UInt64 CODEC(T64, ZSTD(1))
    ) ENGINE = MergeTree
    PARTITION BY toDate(window_start, 'UTC')
    ORDER BY (service, type, toStartOfHour(window_start, 'UTC'), stack_id, series_id, window_start)
    SETTINGS ${DEDUPLICATED}, ${DROP_PARTS}`,

    rollup('samples_1m', 'minute', "toDate(minute, 'UTC')", "toStartOfHour(minute, 'UTC')"),
    rollup('samples_1h', 'hour', 'toYYYYMM(hour)', "toDate(hour, 'UTC')"),
    rollupView('samples_1m', 'minute', 'toStartOfMinute'),
    rollupView('samples_1h', 'hour', 'toStartOfHour'),

    // One row for each profile type of an upload: which window it covered, and what it came to.
    `CREATE TABLE IF NOT EXISTS windows (
      service LowCardinality(String),
      type LowCardinality(String),
      environment LowCardinality(String),
      version LowCardinality(String),
      instance LowCardinality(String),
      window_start DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
      seconds UInt32 CODEC(ZSTD(1)),
      gauge UInt8 CODEC(ZSTD(1)),
      value UInt64 CODEC(ZSTD(1))
    ) ENGINE = MergeTree
    PARTITION BY toDate(window_start, 'UTC')
    ORDER BY (service, type, window_start, instance)
    SETTINGS ${DEDUPLICATED}, ${DROP_PARTS}`,

    // Seconds of a minute that a window covered, as bits, so that windows side by side count once.
    `CREATE TABLE IF NOT EXISTS coverage (
      service LowCardinality(String),
      type LowCardinality(String),
      environment LowCardinality(String),
      version LowCardinality(String),
      start_minute DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
      minute DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
      seconds_mask SimpleAggregateFunction(groupBitOr, UInt64) CODEC(ZSTD(1))
    ) ENGINE = AggregatingMergeTree
    PARTITION BY toYYYYMM(start_minute)
    ORDER BY (service, type, environment, version, start_minute, minute)
    SETTINGS ${DEDUPLICATED}, ${DROP_PARTS}`,

    `CREATE MATERIALIZED VIEW IF NOT EXISTS coverage_of_windows TO coverage AS
    SELECT service, type, environment, version, start_minute,
      toDateTime(minute_number, 'UTC') AS minute,
      groupBitOr(
        bitShiftLeft(toUInt64(1), least(end_number - minute_number, 60))
        - bitShiftLeft(toUInt64(1), greatest(start_number, minute_number) - minute_number)
      ) AS seconds_mask
    FROM (
      SELECT service, type, environment, version,
        toStartOfMinute(window_start, 'UTC') AS start_minute,
        toUInt32(window_start) AS start_number,
        start_number + seconds AS end_number,
        arrayJoin(range(toUInt64(toUInt32(start_minute)), end_number, 60)) AS minute_number
      FROM windows
    )
    GROUP BY service, type, environment, version, start_minute, minute`,

    `CREATE TABLE IF NOT EXISTS catalogue (
      service LowCardinality(String),
      type LowCardinality(String),
      month Date,
      first_seen SimpleAggregateFunction(min, DateTime('UTC')),
      last_seen SimpleAggregateFunction(max, DateTime('UTC')),
      gauge SimpleAggregateFunction(max, UInt8)
    ) ENGINE = AggregatingMergeTree
    PARTITION BY month
    ORDER BY (service, type)
    SETTINGS ${DEDUPLICATED}, ${DROP_PARTS}`,

    `CREATE MATERIALIZED VIEW IF NOT EXISTS catalogue_of_windows TO catalogue AS
    SELECT service, type, toStartOfMonth(window_start, 'UTC') AS month,
      min(window_start) AS first_seen,
      max(window_start + seconds) AS last_seen,
      max(windows.gauge) AS gauge
    FROM windows
    GROUP BY service, type, month`,

    `CREATE TABLE IF NOT EXISTS deploys (
      service LowCardinality(String),
      environment LowCardinality(String),
      version LowCardinality(String),
      month Date,
      first_seen SimpleAggregateFunction(min, DateTime('UTC')),
      last_seen SimpleAggregateFunction(max, DateTime('UTC'))
    ) ENGINE = AggregatingMergeTree
    PARTITION BY month
    ORDER BY (service, environment, version)
    SETTINGS ${DEDUPLICATED}, ${DROP_PARTS}`,

    `CREATE MATERIALIZED VIEW IF NOT EXISTS deploys_of_windows TO deploys AS
    SELECT service, environment, version, toStartOfMonth(window_start, 'UTC') AS month,
      min(window_start) AS first_seen,
      max(window_start + seconds) AS last_seen
    FROM windows
    GROUP BY service, environment, version, month`,

    `CREATE TABLE IF NOT EXISTS function_minutes (
      service LowCardinality(String),
      environment LowCardinality(String),
      version LowCardinality(String),
      instance LowCardinality(String),
      minute DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
      endpoint LowCardinality(String),
      function_id UInt64 CODEC(ZSTD(1)),
      self UInt64 CODEC(T64, ZSTD(1)),
      total UInt64 CODEC(T64, ZSTD(1)),
      self_ticks UInt64 CODEC(T64, ZSTD(1)),
      total_ticks UInt64 CODEC(T64, ZSTD(1))
    ) ENGINE = SummingMergeTree((self, total, self_ticks, total_ticks))
    PARTITION BY toDate(minute, 'UTC')
    ORDER BY (service, environment, version, minute, instance, endpoint, function_id)
    SETTINGS ${DEDUPLICATED}, ${DROP_PARTS}`,

    `CREATE TABLE IF NOT EXISTS instance_minutes (
      service LowCardinality(String),
      environment LowCardinality(String),
      version LowCardinality(String),
      instance LowCardinality(String),
      minute DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
      uploads SimpleAggregateFunction(sum, UInt64),
      oom_uploads SimpleAggregateFunction(sum, UInt64),
      process_cpu SimpleAggregateFunction(sum, UInt64),
      busy_ticks SimpleAggregateFunction(sum, UInt64),
      covered_ms SimpleAggregateFunction(sum, UInt64),
      started_at_ms SimpleAggregateFunction(max, UInt64),
      runtime SimpleAggregateFunction(anyLast, LowCardinality(String)),
      revision SimpleAggregateFunction(anyLast, LowCardinality(String)),
      agent_version SimpleAggregateFunction(anyLast, LowCardinality(String)),
      agent_cpu SimpleAggregateFunction(sum, UInt64),
      agent_longest_pause SimpleAggregateFunction(max, UInt64),
      agent_rss_bytes SimpleAggregateFunction(max, UInt64),
      agent_dropped_uploads SimpleAggregateFunction(sum, UInt64),
      agent_dropped_samples SimpleAggregateFunction(sum, UInt64),
      agent_sample_hz SimpleAggregateFunction(max, UInt64)
    ) ENGINE = AggregatingMergeTree
    PARTITION BY toDate(minute, 'UTC')
    ORDER BY (service, minute, environment, version, instance)
    SETTINGS ${DEDUPLICATED}, ${DROP_PARTS}`,

    `CREATE TABLE IF NOT EXISTS requests (
      service LowCardinality(String),
      environment LowCardinality(String),
      version LowCardinality(String),
      instance LowCardinality(String),
      endpoint LowCardinality(String),
      window_start DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
      seconds UInt32 CODEC(ZSTD(1)),
      count UInt64 CODEC(T64, ZSTD(1)),
      errors UInt64 CODEC(T64, ZSTD(1)),
      duration UInt64 CODEC(T64, ZSTD(1)),
      cpu UInt64 CODEC(T64, ZSTD(1))
    ) ENGINE = MergeTree
    PARTITION BY toDate(window_start, 'UTC')
    ORDER BY (service, endpoint, window_start, instance)
    SETTINGS ${DEDUPLICATED}, ${DROP_PARTS}`,

    `CREATE TABLE IF NOT EXISTS spans (
      trace_id UUID CODEC(ZSTD(1)),
      span_id UInt64 CODEC(ZSTD(1)),
      active_span_id UInt64 CODEC(ZSTD(1)),
      service LowCardinality(String),
      environment LowCardinality(String),
      version LowCardinality(String),
      instance LowCardinality(String),
      endpoint LowCardinality(String),
      span_name LowCardinality(String),
      type LowCardinality(String),
      window_start DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
      stack_id UInt64 CODEC(ZSTD(1)),
      value UInt64 CODEC(T64, ZSTD(1)),
      PROJECTION by_endpoint (SELECT * ORDER BY (service, endpoint, window_start))
    ) ENGINE = MergeTree
    PARTITION BY toDate(window_start, 'UTC')
    ORDER BY (trace_id, span_id, active_span_id)
    SETTINGS ${DEDUPLICATED}, ${DROP_PARTS}`,

    `CREATE TABLE IF NOT EXISTS stalls (
      service LowCardinality(String),
      environment LowCardinality(String),
      version LowCardinality(String),
      instance LowCardinality(String),
      started_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
      duration UInt64 CODEC(ZSTD(1)),
      trace_id UUID CODEC(ZSTD(1)),
      span_id UInt64 CODEC(ZSTD(1)),
      endpoint LowCardinality(String),
      stacks Array(UInt64) CODEC(ZSTD(1))
    ) ENGINE = MergeTree
    PARTITION BY toDate(started_at, 'UTC')
    ORDER BY (service, started_at)
    SETTINGS ${DEDUPLICATED}, ${DROP_PARTS}`,
  ],
};

/** Sums of counters in `value`; of gauges value x seconds in `weighted`, to be divided by what `coverage` says. */
function rollup(table: string, time: string, partition: string, coarse: string): string {
  return `CREATE TABLE IF NOT EXISTS ${table} (
    service LowCardinality(String),
    type LowCardinality(String),
    environment LowCardinality(String),
    version LowCardinality(String),
    endpoint LowCardinality(String),
    ${time} DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    stack_id UInt64 CODEC(ZSTD(1)),
    value UInt64 CODEC(T64, ZSTD(1)),
    weighted UInt64 CODEC(T64, ZSTD(1))
  ) ENGINE = SummingMergeTree((value, weighted))
  PARTITION BY ${partition}
  ORDER BY (service, type, ${coarse}, stack_id, environment, version, endpoint, ${time})
  SETTINGS ${DEDUPLICATED}, ${DROP_PARTS}`;
}

function rollupView(table: string, time: string, startOf: string): string {
  return `CREATE MATERIALIZED VIEW IF NOT EXISTS ${table}_of_samples TO ${table} AS
  SELECT service, type, environment, version, endpoint,
    ${startOf}(window_start, 'UTC') AS ${time}, stack_id,
    sumIf(samples.value, gauge = 0) AS value,
    sumIf(samples.value * seconds, gauge = 1) AS weighted
  FROM samples
  GROUP BY service, type, environment, version, endpoint, ${time}, stack_id`;
}
