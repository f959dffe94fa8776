import type { Engine } from './engine.ts';

/** How long each kind of table keeps its rows. */
export interface Retention {
  readonly rawMs: number;
  readonly minuteMs: number;
  readonly hourMs: number;
  readonly spansMs: number;
}

const DAY_SECONDS = 86_400;
// Names and stacks are rewritten once a month while in use, so they must outlive the rows by a month.
const REWRITE_SECONDS = 32 * DAY_SECONDS;

/** Set the TTL of every table to the retention, where it is not that already. */
export async function applyRetention(engine: Engine, retention: Retention): Promise<void> {
  const seconds = (ms: number) => Math.ceil(ms / 1000);
  const longest = Math.max(
    retention.rawMs,
    retention.minuteMs,
    retention.hourMs,
    retention.spansMs,
  );
  const helpers = seconds(longest) + REWRITE_SECONDS;
  const ttls: readonly (readonly [table: string, time: string, seconds: number])[] = [
    ['frames', 'toDateTime(seen)', helpers],
    ['stacks', 'toDateTime(seen)', helpers],
    ['series', 'toDateTime(month)', helpers],
    ['catalogue', 'toDateTime(month)', helpers],
    ['deploys', 'toDateTime(month)', helpers],
    ['deploy_entries', 'toDateTime(month)', helpers],
    ['deploy_verdicts', 'toDateTime(month)', helpers],
    ['deploy_notices', 'toDateTime(month)', helpers],
    ['coverage', 'start_minute', seconds(Math.max(retention.minuteMs, retention.hourMs))],
    ['samples', 'window_start', seconds(retention.rawMs)],
    ['windows', 'window_start', seconds(retention.rawMs)],
    ['samples_1m', 'minute', seconds(retention.minuteMs)],
    ['samples_1h', 'hour', seconds(retention.hourMs)],
    ['function_sums', 'minute', seconds(retention.minuteMs)],
    ['function_minutes_rows', 'minute', seconds(retention.minuteMs)],
    ['instance_minutes', 'minute', seconds(retention.minuteMs)],
    ['requests', 'window_start', seconds(retention.minuteMs)],
    ['spans', 'window_start', seconds(retention.spansMs)],
    ['trace_spans', 'toDateTime(started_at)', seconds(retention.spansMs)],
    ['stalls', 'toDateTime(started_at)', seconds(retention.spansMs)],
  ];
  const existing = await engine.rows<[string, string]>({
    sql: 'SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase()',
    values: {},
    preparing: true,
  });
  const created = new Map(existing);
  for (const [table, time, duration] of ttls) {
    const ttl = `TTL ${time} + toIntervalSecond(${duration})`;
    if (created.get(engine.rowsTable(table))?.includes(ttl) === true) continue;
    await engine.define(
      `ALTER TABLE ${table} MODIFY ${ttl} SETTINGS materialize_ttl_after_modify = 0`,
    );
  }
}
