import {
  describeFunction,
  type FrameInput,
  frameId,
  functionId,
  stackId,
} from '../../../proto/src/index.ts';
import type { Engine } from '../../../server/src/storage/engine.ts';
import { tsvId, tsvText } from '../../../server/src/storage/tsv.ts';
import type { Recorded } from '../ingest/recorded.ts';

/** A service as DESIGN 13 counts it: 225 rows a window are 100 of CPU, 100 of wall and 25 of the heap. */
export interface Fleet {
  readonly service: string;
  readonly instances: number;
  readonly fromSeconds: number; // a whole hour
  readonly hours: number;
}

const WINDOW_SECONDS = 15;
const WINDOWS_PER_HOUR = 3_600 / WINDOW_SECONDS;
const CPU_ROWS = 100;
const HEAP_ROWS = 25;
// The first stacks of a service are in every window, the others the more seldom the later they come (Zipf).
const ALWAYS = 10;
const ENDPOINTS = ['', 'GET /cart', 'POST /checkout', 'GET /search', 'GET /product/:id', 'GET /'];

const TYPES = {
  cpu: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
  wall: 'wall:wall:nanoseconds:wall:nanoseconds',
  heap: 'memory:inuse_space:bytes:space:bytes',
};

/** Put the stacks of a service where the server looks for names, and number them by weight for `fillHour`. */
export async function insertStacks(
  engine: Engine,
  service: string,
  stacks: readonly (readonly FrameInput[])[],
): Promise<void> {
  const day = new Date().toISOString().slice(0, 10);
  const frameLines = new Map<string, string>();
  const stackLines: string[] = [];
  const rankLines: string[] = [];
  stacks.forEach((stack, rank) => {
    const ids = stack.map((frame) => idsOf(frame, frameLines, day));
    const lines = stack.map(({ line }) => line);
    const number = tsvId(stackId(ids, lines));
    const frames = ids.map((id) => tsvId(id));
    stackLines.push(`${tsvText(service)}\t${number}\t[${frames}]\t[${lines}]\t${day}`);
    rankLines.push(`${rank}\t${number}\t${ENDPOINTS[rank % ENDPOINTS.length]}`);
  });
  await insert(engine, 'frames', FRAME_COLUMNS, [...frameLines.values()]);
  await insert(engine, 'stacks', ['service', 'stack_id', 'frames', 'lines', 'seen'], stackLines);
  await engine.command(
    'CREATE OR REPLACE TABLE bench_stacks (rank UInt32, stack_id UInt64, endpoint String) ENGINE = MergeTree ORDER BY rank',
  );
  await insert(engine, 'bench_stacks', ['rank', 'stack_id', 'endpoint'], rankLines);
}

const FRAME_COLUMNS = [
  'frame_id',
  'function_id',
  'name',
  'package',
  'file',
  'line',
  'kind',
  'seen',
];

function idsOf(frame: FrameInput, lines: Map<string, string>, day: string): string {
  const described = describeFunction(frame);
  const functionHex = functionId(described);
  const id = frameId(functionHex, frame.startLine);
  if (!lines.has(id)) {
    const { name, package: pkg, file, kind } = described;
    const names = [name, pkg, file].map(tsvText).join('\t');
    lines.set(
      id,
      `${tsvId(id)}\t${tsvId(functionHex)}\t${names}\t${frame.startLine}\t${kind}\t${day}`,
    );
  }
  return id;
}

function insert(
  engine: Engine,
  table: string,
  columns: readonly string[],
  lines: readonly string[],
): Promise<void> {
  return engine.insert({
    table,
    columns,
    tsv: `${lines.join('\n')}\n`,
    token: `bench ${table}`,
  });
}

/** Every window of every instance in one hour, with rollups, made inside the engine. */
export async function fillHour(
  engine: Engine,
  fleet: Fleet,
  {
    hour,
    stacks,
    recorded,
  }: { readonly hour: number; readonly stacks: number; readonly recorded: Recorded },
): Promise<void> {
  const start = fleet.fromSeconds + hour * 3_600;
  const place = `instance_number, window_number, toDateTime(${start} + window_number * ${WINDOW_SECONDS}, 'UTC') AS window_start`;
  const draws = (rows: number, salt: number) => `
    SELECT number % ${fleet.instances} AS instance_number,
      intDiv(number, ${fleet.instances}) % ${WINDOWS_PER_HOUR} AS window_number,
      intDiv(number, ${fleet.instances * WINDOWS_PER_HOUR}) AS draw,
      cityHash64(number, ${start}, ${salt}) AS random,
      toUInt32(if(draw < ${ALWAYS}, draw,
        ${ALWAYS} + pow(${stacks - ALWAYS}, (draw - ${ALWAYS} + (random % 65536) / 65536) / ${rows - ALWAYS}) - 1)) AS rank
    FROM numbers(${fleet.instances * WINDOWS_PER_HOUR * rows})`;
  const into = `INSERT INTO samples (service, type, environment, version, endpoint, series_id, window_start, seconds, gauge, stack_id, value)
    SELECT '${fleet.service}', type, 'production', '1.4.2', endpoint,
      cityHash64('${fleet.service}', instance_number, endpoint) AS series_id,
      window_start, ${WINDOW_SECONDS}, gauge, stack_id, value`;
  const pairs = recorded.pairs.map(({ cpu, wall }) => `(${cpu},${wall})`);
  await engine.command(`${into}
    FROM (
      SELECT ${place}, stack_id, endpoint, 0 AS gauge,
        [${pairs}][1 + intDiv(random, 65536) % ${pairs.length}] AS pair,
        intDiv(pair.1 * (90 + intDiv(random, 16777216) % 20000 / 1000), 100000) AS cpu_micros
      FROM (${draws(CPU_ROWS, 1)}) AS drawn INNER JOIN bench_stacks USING (rank)
    )
    ARRAY JOIN ['${TYPES.cpu}', '${TYPES.wall}'] AS type, [greatest(1, cpu_micros), greatest(1, intDiv(pair.2, 1000))] AS value
    ${settings(`cpu ${start}`)}`);
  await engine.command(`${into}
    FROM (
      SELECT ${place}, stack_id, endpoint, 1 AS gauge, '${TYPES.heap}' AS type,
        [${recorded.heapBytes}][1 + intDiv(random, 65536) % ${recorded.heapBytes.length}] + intDiv(random, 16777216) % 100000 AS value
      FROM (${draws(HEAP_ROWS, 2)}) AS drawn INNER JOIN bench_stacks USING (rank)
    )
    ${settings(`heap ${start}`)}`);
  await engine.command(`INSERT INTO windows
    SELECT '${fleet.service}', arrayJoin(['${TYPES.cpu}', '${TYPES.wall}', '${TYPES.heap}']) AS type, 'production', '1.4.2',
      concat('${fleet.service}-', toString(number % ${fleet.instances})),
      toDateTime(${start} + intDiv(number, ${fleet.instances}) * ${WINDOW_SECONDS}, 'UTC'), ${WINDOW_SECONDS},
      type = '${TYPES.heap}', 4200000
    FROM numbers(${fleet.instances * WINDOWS_PER_HOUR})
    ${settings(`windows ${start}`)}`);
}

/** One block an insert. */
function settings(token: string): string {
  return `SETTINGS insert_deduplication_token = '${token}', max_insert_block_size = 5000000, min_insert_block_size_rows = 5000000, max_block_size = 5000000`;
}

/** Labels of every series that `fillHour` writes. */
export async function insertSeries(
  engine: Engine,
  { service, instances, fromSeconds, hours }: Fleet,
): Promise<void> {
  await engine.command(`INSERT INTO series
    SELECT '${service}', cityHash64('${service}', number, endpoint),
      map('instance', concat('${service}-', toString(number)), 'environment', 'production', 'version', '1.4.2', 'endpoint', endpoint),
      toStartOfMonth(toDateTime(${fromSeconds}, 'UTC')), toDateTime(${fromSeconds}, 'UTC'), toDateTime(${fromSeconds + hours * 3_600}, 'UTC')
    FROM numbers(${instances}) ARRAY JOIN [${ENDPOINTS.map((one) => `'${one}'`)}] AS endpoint`);
}

/** Copies of the day in the sums of hours, one for each day before it. */
export async function fillDaysBefore(engine: Engine, days: number): Promise<void> {
  for (let day = 1; day < days; day++) {
    await engine.command(`INSERT INTO samples_1h
      SELECT service, type, environment, version, endpoint, hour - toIntervalDay(${day}), stack_id, value, weighted
      FROM samples_1h WHERE hour >= (SELECT max(hour) FROM samples_1h) - toIntervalHour(23)
      ${settings(`hours ${day}`)}`);
    await engine.command(`INSERT INTO coverage
      SELECT service, type, environment, version, start_minute - toIntervalDay(${day}), minute - toIntervalDay(${day}), seconds_mask
      FROM coverage WHERE minute >= (SELECT max(minute) FROM coverage) - toIntervalHour(23)
      ${settings(`coverage ${day}`)}`);
  }
}

/** What comparisons read: functions, minutes and requests of every instance in the last hours. */
export async function fillMinutes(
  engine: Engine,
  { service, instances, fromSeconds, hours }: Fleet,
  lastHours: number,
): Promise<void> {
  const start = fromSeconds + (hours - lastHours) * 3_600;
  const minutes = `numbers(${instances * 60 * lastHours})`;
  const place = `'${service}', 'production', '1.4.2', concat('${service}-', toString(number % ${instances}))`;
  const minute = `toDateTime(${start} + 60 * intDiv(number, ${instances}), 'UTC')`;
  const functions = `(SELECT groupArray(function_id) FROM (SELECT DISTINCT function_id FROM frames ORDER BY function_id LIMIT 400))`;
  const sums = (of: string) => `arrayMap(id -> ${of}, ids)`;
  await engine.command(`INSERT INTO function_sums
    SELECT ${place}, ${minute}, endpoint, ${functions} AS ids,
      ${sums('cityHash64(id, number) % 9000')}, ${sums('9000 + cityHash64(id, number) % 90000')},
      ${sums('cityHash64(id, number) % 3')}, ${sums('3 + cityHash64(id, number) % 9')}
    FROM ${minutes} ARRAY JOIN [${ENDPOINTS.map((one) => `'${one}'`)}] AS endpoint
    ${settings(`functions ${start}`)}`);
  await engine.command(`INSERT INTO instance_minutes
      (service, environment, version, instance, minute, uploads, process_cpu, busy_ticks, covered_ms, started_at_ms)
    SELECT ${place}, ${minute}, 4, 16000000, 1600, 60000, 1 FROM ${minutes}
    ${settings(`minutes ${start}`)}`);
  await engine.command(`INSERT INTO requests
    SELECT ${place}, endpoint, ${minute}, 60, 400 + cityHash64(number, endpoint) % 90, 1, 9000000, 2400000
    FROM ${minutes} ARRAY JOIN [${ENDPOINTS.slice(1).map((one) => `'${one}'`)}] AS endpoint
    ${settings(`requests ${start}`)}`);
}
