import { hash64 } from '../../../proto/src/index.ts';
import { flamegraphAnswer } from '../../../server/src/routes/flamegraph-answer.ts';
import type { Storage } from '../../../server/src/storage/create-storage.ts';
import type { Engine } from '../../../server/src/storage/engine.ts';
import { tsvId } from '../../../server/src/storage/tsv.ts';
import { quantiles } from '../ingest/measure.ts';

export interface TreeMeasured {
  readonly name: string;
  readonly range: string;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly cpuMs: number; // of the process, by question
  readonly total: number;
}

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const NODES_MAX = 8_192;

/** For every stack the ids of its prefixes, as a store that folds in SQL would keep them. */
export async function fillPrefixNodes(engine: Engine, service: string): Promise<void> {
  const rows = await engine.rows<[string, string[]]>({
    sql: 'SELECT toString(stack_id), arrayMap(one -> lower(hex(one)), frames) FROM stacks WHERE service = {service: String} LIMIT 1 BY stack_id',
    values: { service },
  });
  const lines = rows.map(([stack, frames]) => {
    let parent = '0'.repeat(16);
    const nodes = frames.map((frame) => {
      parent = hash64([parent, frame]);
      return tsvId(parent);
    });
    return `${stack}\t[${nodes}]\t[${frames.map(tsvId)}]`;
  });
  await engine.command(
    'CREATE TABLE bench_nodes (stack_id UInt64, nodes Array(UInt64), frames Array(UInt64)) ENGINE = MergeTree ORDER BY stack_id',
  );
  await engine.insert({
    table: 'bench_nodes',
    columns: ['stack_id', 'nodes', 'frames'],
    tsv: `${lines.join('\n')}\n`,
    token: 'bench nodes',
  });
}

/** The same flame graph by stacks folded in Node and by nodes folded in the engine. */
export async function measureTrees(
  storage: Storage,
  service: string,
  {
    toMs,
    ranges,
    runs,
  }: { readonly toMs: number; readonly ranges: readonly [string, number][]; readonly runs: number },
): Promise<TreeMeasured[]> {
  const measured: TreeMeasured[] = [];
  for (const [range, lengthMs] of ranges) {
    const from = toMs - lengthMs;
    const inNode = async () => {
      const selection = { service, type: CPU, range: { from, to: toMs } };
      const stacks = await storage.store.selectStacks(selection);
      const answer = await flamegraphAnswer(selection, stacks, { maxNodes: NODES_MAX });
      JSON.stringify(answer);
      return answer.total;
    };
    const inEngine = async () => {
      const rows = await storage.engine.rows<[string, string, string, string, number]>({
        sql: `WITH summed AS (
            SELECT stack_id, sum(value) AS value FROM samples
            WHERE service = {service: String} AND type = {type: String} AND window_start >= toDateTime({from: UInt32}, 'UTC') AND window_start < toDateTime({to: UInt32}, 'UTC')
            GROUP BY stack_id)
          SELECT node, any(parent), any(frame), sumIf(value, leaf), toFloat64(sum(value)) AS total
          FROM (
            SELECT value, node, frame, parent, leaf FROM summed INNER JOIN bench_nodes USING (stack_id)
            ARRAY JOIN nodes AS node, frames AS frame, arrayPushFront(arrayPopBack(nodes), toUInt64(0)) AS parent,
              arrayMap(place -> place = length(nodes), arrayEnumerate(nodes)) AS leaf)
          GROUP BY node ORDER BY total DESC LIMIT ${NODES_MAX}`,
        values: { service, type: CPU, from: from / 1_000, to: toMs / 1_000 },
      });
      JSON.stringify(rows);
      return rows.filter(([, parent]) => parent === '0').reduce((sum, row) => sum + row[4], 0);
    };
    measured.push({ name: 'stacks, folded in Node', range, ...(await timed(inNode, runs)) });
    measured.push({ name: 'nodes, folded in SQL', range, ...(await timed(inEngine, runs)) });
  }
  return measured;
}

async function timed(ask: () => Promise<number>, runs: number) {
  const total = await ask(); // Warm, as a page that refreshes is.
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await ask();
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(before);
  const { p50, p95 } = quantiles(times);
  return { p50Ms: p50, p95Ms: p95, cpuMs: (user + system) / 1_000 / runs, total };
}
