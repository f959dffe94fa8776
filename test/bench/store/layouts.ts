import type { Engine } from '../../../server/src/storage/engine.ts';
import { quantiles } from '../ingest/measure.ts';

/** One way to lay out rows of `samples`. */
interface Layout {
  readonly name: string;
  readonly columns: string;
  readonly orderBy: string;
  readonly select: string; // from `samples`
  readonly sumOfCpu: string; // of one stack
  readonly where: string; // rows of CPU
}

export interface LayoutMeasured {
  readonly name: string;
  readonly rows: number;
  readonly bytes: ReadonlyMap<string, number>; // column -> compressed bytes
  readonly insertCpuSeconds: number;
  readonly wholeMs: number; // sum of all hours by stack, p50
  readonly hourMs: number;
  readonly instanceMs: number; // all hours of one instance
}

const KEY = `service LowCardinality(String), type LowCardinality(String), environment LowCardinality(String),
  version LowCardinality(String), endpoint LowCardinality(String), series_id UInt64 CODEC(ZSTD(1)),
  window_start DateTime('UTC') CODEC(Delta(4), ZSTD(1)), seconds UInt32 CODEC(ZSTD(1)), gauge UInt8 CODEC(ZSTD(1)),
  stack_id UInt64 CODEC(ZSTD(1))`;
const VALUE = 'value UInt64 CODEC(T64, ZSTD(1))';
const HOUR = "toStartOfHour(window_start, 'UTC')";
const CPU_TYPE = "type = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds'";

const byRow = (name: string, orderBy: string): Layout => ({
  name,
  columns: `${KEY}, ${VALUE}`,
  orderBy,
  select: 'SELECT * EXCEPT (rolled_up) FROM samples',
  sumOfCpu: 'sum(value)',
  where: CPU_TYPE,
});

const LAYOUTS: readonly Layout[] = [
  byRow('hour, stack, series, window', `service, type, ${HOUR}, stack_id, series_id, window_start`),
  byRow('hour, stack, window, series', `service, type, ${HOUR}, stack_id, window_start, series_id`),
  byRow('hour, series, stack, window', `service, type, ${HOUR}, series_id, stack_id, window_start`),
  byRow('window, stack, series', 'service, type, window_start, stack_id, series_id'),
  {
    name: 'CPU and wall in one row; hour, stack, series, window',
    columns: `${KEY}, cpu UInt64 CODEC(T64, ZSTD(1)), wall UInt64 CODEC(T64, ZSTD(1))`,
    orderBy: `service, type, ${HOUR}, stack_id, series_id, window_start`,
    select: `SELECT service, if(gauge = 1, type, '') AS type, environment, version, endpoint, series_id, window_start,
      any(seconds), gauge, stack_id, sumIf(value, samples.${CPU_TYPE}) AS cpu, sumIf(value, samples.type != 'process_cpu:cpu:nanoseconds:cpu:nanoseconds') AS wall
      FROM samples GROUP BY service, type, environment, version, endpoint, series_id, window_start, gauge, stack_id`,
    sumOfCpu: 'sum(cpu)',
    where: "type = ''",
  },
];

/** Fill every layout from `samples`, merge it to one part a day, and ask it the same things. */
export async function measureLayouts(
  engine: Engine,
  service: string,
  { runs }: { readonly runs: number },
): Promise<LayoutMeasured[]> {
  const measured: LayoutMeasured[] = [];
  for (const layout of LAYOUTS) measured.push(await measureLayout(engine, service, layout, runs));
  return measured;
}

async function measureLayout(
  engine: Engine,
  service: string,
  layout: Layout,
  runs: number,
): Promise<LayoutMeasured> {
  await engine.command(
    `CREATE TABLE bench_layout (${layout.columns}) ENGINE = MergeTree PARTITION BY toDate(window_start, 'UTC') ORDER BY (${layout.orderBy}) SETTINGS min_bytes_for_wide_part = 0`,
  );
  try {
    const before = process.cpuUsage();
    await engine.command(`INSERT INTO bench_layout ${layout.select}`);
    await engine.command('OPTIMIZE TABLE bench_layout FINAL');
    const { user, system } = process.cpuUsage(before);
    const sum = `SELECT stack_id, ${layout.sumOfCpu} AS summed FROM bench_layout WHERE service = '${service}' AND ${layout.where}`;
    const last = `window_start >= (SELECT max(window_start) FROM bench_layout) - 3585`;
    const ask = async (where: string) => {
      const times: number[] = [];
      for (let run = 0; run < runs; run++) {
        const start = performance.now();
        await engine.binary({ sql: `${sum}${where} GROUP BY stack_id`, values: {} });
        times.push(performance.now() - start);
      }
      return quantiles(times).p50;
    };
    return {
      name: layout.name,
      ...(await bytesOf(engine, 'bench_layout')),
      insertCpuSeconds: (user + system) / 1e6,
      wholeMs: await ask(''),
      hourMs: await ask(` AND ${last}`),
      instanceMs: await ask(
        ` AND series_id IN (SELECT series_id FROM series WHERE labels['instance'] = '${service}-0')`,
      ),
    };
  } finally {
    await engine.command('DROP TABLE bench_layout SYNC');
  }
}

/** Compressed bytes of each column, and the rows. */
export async function bytesOf(
  engine: Engine,
  table: string,
): Promise<{ readonly rows: number; readonly bytes: ReadonlyMap<string, number> }> {
  const columns = await engine.rows<[string, number]>({
    sql: `SELECT column, toFloat64(sum(column_data_compressed_bytes + column_marks_bytes)) FROM system.parts_columns
      WHERE database = currentDatabase() AND active AND table = {table: String} GROUP BY column ORDER BY 2 DESC`,
    values: { table },
  });
  const [whole] = await engine.rows<[number]>({
    sql: 'SELECT toFloat64(sum(rows)) FROM system.parts WHERE database = currentDatabase() AND active AND table = {table: String}',
    values: { table },
  });
  return { rows: whole![0], bytes: new Map(columns) };
}
