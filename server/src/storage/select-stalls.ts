import type { PageQuery, SelectedStalls } from './detail-store.ts';
import type { Engine } from './engine.ts';
import { placeCondition } from './place-sql.ts';
import { spanIdOf, traceIdOf } from './span-ids.ts';
import type { StackNames } from './stack-names.ts';

type Row = readonly [
  from: number,
  duration: number,
  environment: string,
  version: string,
  instance: string,
  endpoint: string,
  trace: string,
  span: string,
  stacks: readonly string[],
];

const NO_SPAN = '0'.repeat(16);

/** Stalls of a service, longest first, with the stacks that were sampled in them. */
export async function selectStalls(
  { engine, names }: { readonly engine: Engine; readonly names: StackNames },
  query: PageQuery,
  signal?: AbortSignal,
): Promise<SelectedStalls> {
  const condition = placeCondition(query, 'started_at');
  const { limit, offset, service } = query;
  const rows = await engine.rows<Row>(
    {
      sql: `SELECT toFloat64(toUnixTimestamp64Milli(started_at)), toFloat64(duration),
    environment, version, instance, endpoint, trace_id, span_id, stacks
  FROM stalls WHERE ${condition.sql}
  ORDER BY duration DESC, started_at, instance
  LIMIT {limit: UInt32} OFFSET {offset: UInt32}`,
      values: { ...condition.values, limit, offset },
    },
    signal,
  );
  const totals = await engine.rows<[rows: number, micros: number]>(
    {
      sql: `SELECT toFloat64(count()), toFloat64(sum(duration)) FROM stalls WHERE ${condition.sql}`,
      values: condition.values,
    },
    signal,
  );
  const ids = [...new Set(rows.flatMap((row) => row[8]))];
  const stackRow = new Map(ids.map((id, row) => [id, row]));
  const idsQuery = {
    sql: `SELECT arrayJoin(stacks) AS stack_id FROM stalls WHERE ${condition.sql}`,
    values: condition.values,
  };
  const numbers = BigUint64Array.from(ids, BigInt);
  const named = await names.resolve({ service, ids: numbers, idsQuery }, signal);
  const column = <T>(pick: (row: Row) => T) => rows.map(pick);
  return {
    rows: totals[0]![0],
    durationMicros: totals[0]![1],
    frames: named.frames,
    stacks: named.stacks.map((stack) => [...stack]),
    stalls: {
      from: column((row) => row[0]),
      durationMicros: column((row) => row[1]),
      service: column(() => service),
      environment: column((row) => row[2]),
      version: column((row) => row[3]),
      instance: column((row) => row[4]),
      endpoint: column((row) => row[5]),
      traceId: column((row) => traceIdOf(row[6])),
      spanId: column((row) => (spanIdOf(row[7]) === NO_SPAN ? null : spanIdOf(row[7]))),
      stacks: column((row) => row[8].map((id) => stackRow.get(id)!)),
    },
  };
}
