import { PROFILE_TYPE_OF_ALIAS } from '@flamehouse/proto';
import type { AgentQuery, SelectedAgent } from './detail-store.ts';
import type { Engine } from './engine.ts';
import { epochSeconds } from './selection-sql.ts';

// An agent cuts a window of 15 seconds; nobody sends longer ones than this together with spans.
const WINDOW_MS_MAX = 300_000;
// Requests come and go: that no sample of five minutes names a span is no chance.
const LABELLED_WITHIN_MS = 300_000;
const INSTANCES_MAX = 100;
const MINUTE_MS = 60_000;

type Row = readonly [
  instances: readonly string[],
  sampleHz: number,
  labelled: number,
  lastSeen: number,
];

/** What uploads of a service say about a time: who sampled then, how often, and whether samples named spans. */
export async function selectAgent(
  engine: Engine,
  { service, range }: AgentQuery,
  signal?: AbortSignal,
): Promise<Omit<SelectedAgent, 'kept'>> {
  const { cpu, wall } = PROFILE_TYPE_OF_ALIAS;
  const [row] = await engine.rows<Row>(
    {
      sql: `SELECT
    (SELECT groupUniqArray(${INSTANCES_MAX})(toString(instance)) FROM windows
     WHERE service = {service: String} AND type IN ({cpu: String}, {wall: String})
       AND window_start >= toDateTime({windowsFrom: UInt32}, 'UTC') AND window_start < toDateTime({to: UInt32}, 'UTC')
       AND window_start + seconds > toDateTime({from: UInt32}, 'UTC')),
    (SELECT toUInt32(max(agent_sample_hz)) FROM instance_minutes
     WHERE service = {service: String} AND minute >= toDateTime({minutesFrom: UInt32}, 'UTC')
       AND minute < toDateTime({to: UInt32}, 'UTC')),
    (SELECT count() FROM (
       SELECT 1 FROM spans WHERE service = {service: String}
         AND window_start >= toDateTime({spansFrom: UInt32}, 'UTC')
         AND window_start < toDateTime({spansTo: UInt32}, 'UTC')
       LIMIT 1)) > 0,
    (SELECT toUInt32(max(last_seen)) FROM catalogue
     WHERE service = {service: String} AND type IN ({cpu: String}, {wall: String}))`,
      values: {
        ...{ service, cpu, wall },
        from: epochSeconds(range.from),
        to: epochSeconds(range.to) + 1,
        windowsFrom: epochSeconds(range.from - WINDOW_MS_MAX),
        minutesFrom: epochSeconds(range.from - 2 * MINUTE_MS),
        spansFrom: epochSeconds(range.from - LABELLED_WITHIN_MS),
        spansTo: epochSeconds(range.to + LABELLED_WITHIN_MS),
      },
    },
    signal,
  );
  const [instances, sampleHz, labelled, lastSeen] = row!;
  return {
    instances: [...instances].sort(),
    sampleHz: sampleHz === 0 ? null : sampleHz,
    labelled: labelled === 1,
    lastSeenMs: lastSeen === 0 ? null : lastSeen * 1_000,
  };
}
