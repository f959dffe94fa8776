import { PROFILE_TYPE_OF_ALIAS } from '@flamehouse/proto';
import type { PlaceSelection, RequestSums, SelectedEndpoints } from './detail-store.ts';
import type { Engine } from './engine.ts';
import { placeCondition } from './place-sql.ts';
import type { ProfileSelection } from './profile-store.ts';
import { sampleSource } from './sample-source.ts';
import { selectCoveredSeconds } from './select-stacks.ts';
import type { TierChoice } from './tier.ts';

// Ingest takes 10,000 endpoints in an upload; a service that has more of them sends URLs.
const ENDPOINTS_MAX = 100_000;

/** CPU and wall time of every endpoint from samples, and what its requests were counted as. */
export async function selectEndpoints(
  engine: Engine,
  query: PlaceSelection,
  { choice, requestsKept }: { readonly choice: TierChoice; readonly requestsKept: boolean },
  signal?: AbortSignal,
): Promise<SelectedEndpoints> {
  const { cpu, wall } = PROFILE_TYPE_OF_ALIAS;
  const [cpuSums, wallSums, requests, covered] = await Promise.all([
    selectSums(engine, { ...query, type: cpu }, choice, signal),
    selectSums(engine, { ...query, type: wall }, choice, signal),
    requestsKept ? selectRequests(engine, { ...query, range: choice.range }, signal) : new Map(),
    selectCoveredSeconds(engine, { ...query, type: cpu }, choice, signal),
  ]);
  const names = new Set([...cpuSums.keys(), ...wallSums.keys(), ...requests.keys()]);
  return {
    tier: choice.tier,
    range: choice.range,
    coveredSeconds: covered,
    endpoints: [...names].map((endpoint) => ({
      endpoint,
      cpuMicros: cpuSums.get(endpoint) ?? 0,
      wallMicros: wallSums.get(endpoint) ?? 0,
      requests: requests.get(endpoint) ?? null,
    })),
  };
}

async function selectSums(
  engine: Engine,
  selection: ProfileSelection,
  choice: TierChoice,
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const { sql, values } = sampleSource(selection, choice, { columns: () => 'endpoint' });
  const rows = await engine.rows<[endpoint: string, value: number]>(
    {
      sql: `SELECT endpoint, toFloat64(sum(counter)) FROM (${sql})
  GROUP BY endpoint LIMIT ${ENDPOINTS_MAX}`,
      values,
    },
    signal,
  );
  return new Map(rows);
}

async function selectRequests(
  engine: Engine,
  query: PlaceSelection,
  signal?: AbortSignal,
): Promise<Map<string, RequestSums>> {
  const { sql, values } = placeCondition(query, 'window_start');
  const rows = await engine.rows<[string, number, number, number]>(
    {
      sql: `SELECT endpoint, toFloat64(sum(requests.count)), toFloat64(sum(requests.errors)), toFloat64(sum(duration))
  FROM requests WHERE ${sql} GROUP BY endpoint LIMIT ${ENDPOINTS_MAX}`,
      values,
    },
    signal,
  );
  return new Map(
    rows.map(([endpoint, count, errors, durationMicros]) => [
      endpoint,
      { count, errors, durationMicros },
    ]),
  );
}
