import type { Migration } from '../migrate.ts';

const TEXT = 'LowCardinality(String)';

/**
 * Spans that came by OTLP and were kept. `spans` beside it holds samples inside of spans.
 *
 * Sorted by trace, where the waterfall reads. `by_service` is for lists and for spans like another,
 * `by_span` for who knows the id of a span only. `weight`: how many spans a row stands for, since of
 * unremarkable ones only a share is kept.
 */
export const traceSpans: Migration = {
  id: 5,
  name: 'trace spans',
  statements: [
    `CREATE TABLE IF NOT EXISTS trace_spans (
      trace_id UUID CODEC(ZSTD(1)),
      span_id UInt64 CODEC(ZSTD(1)),
      parent_span_id UInt64 CODEC(ZSTD(1)),
      local_root UInt8 CODEC(ZSTD(1)),
      service ${TEXT},
      environment ${TEXT},
      version ${TEXT},
      instance ${TEXT},
      name ${TEXT},
      kind ${TEXT},
      endpoint ${TEXT},
      started_at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
      duration UInt64 CODEC(T64, ZSTD(1)),
      status ${TEXT},
      status_message String CODEC(ZSTD(3)),
      error UInt8 CODEC(ZSTD(1)),
      http_status UInt16 CODEC(ZSTD(1)),
      attributes Map(${TEXT}, String) CODEC(ZSTD(3)),
      kept_because ${TEXT},
      weight Float32 CODEC(ZSTD(1)),
      PROJECTION by_service (
        SELECT trace_id, span_id, local_root, service, environment, version, instance, name, kind,
          endpoint, started_at, duration, error, http_status, weight
        ORDER BY (service, started_at)
      ),
      PROJECTION by_span (SELECT span_id, trace_id ORDER BY span_id)
    ) ENGINE = MergeTree
    PARTITION BY toDate(started_at, 'UTC')
    ORDER BY (trace_id, span_id)
    SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000`,
  ],
};
