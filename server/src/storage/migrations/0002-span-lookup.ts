import type { Migration } from '../migrate.ts';

/**
 * Spans know how many samples they have and how long their windows are, and are found by id alone.
 *
 * `by_endpoint` is made again because a projection keeps the columns it was made with. `by_span` and
 * `by_active_span` hold each id once for all of its stacks: they answer which trace a span is in,
 * and the trace is where the table is sorted.
 */
export const spanLookup: Migration = {
  id: 2,
  name: 'span lookup',
  statements: [
    'ALTER TABLE spans DROP PROJECTION IF EXISTS by_endpoint',
    'ALTER TABLE spans ADD COLUMN IF NOT EXISTS seconds UInt32 CODEC(ZSTD(1)) AFTER window_start',
    'ALTER TABLE spans ADD COLUMN IF NOT EXISTS ticks UInt32 CODEC(T64, ZSTD(1))',
    'ALTER TABLE spans ADD PROJECTION IF NOT EXISTS by_endpoint (SELECT * ORDER BY (service, endpoint, window_start))',
    'ALTER TABLE spans ADD PROJECTION IF NOT EXISTS by_span (SELECT span_id, trace_id, count() GROUP BY span_id, trace_id)',
    'ALTER TABLE spans ADD PROJECTION IF NOT EXISTS by_active_span (SELECT active_span_id, trace_id, count() GROUP BY active_span_id, trace_id)',
  ],
};
