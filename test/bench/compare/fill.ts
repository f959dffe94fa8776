import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What the tables are filled with. */
export interface Fleet {
  readonly instances: number; // a side
  readonly hours: number; // a side
  readonly functions: number;
  readonly endpoints: number;
  readonly stacks: number;
  readonly nowSeconds: number; // end of head, a whole hour
}

const SIDES = ['1.0.0', '1.1.0'] as const;
const DEPTH = 12;
const ROWS_OF_FUNCTION = 1.5; // some functions belong to two endpoints
const RAW_HOURS = 3; // of samples around the deploy, where a comparison reads stacks

const NOTE = 'bench-fleet.json';

/** What the tables of a directory were filled with; null when they were not, or not to the end. */
export function readFleet(dataDir: string): Fleet | null {
  const path = join(dataDir, NOTE);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Fleet) : null;
}

/** Fill the tables of a server that has stopped, hour by hour. Both sides are the same code. */
export function fillTables(dataDir: string, fleet: Fleet, print: (line: string) => void): void {
  const { Session } = createRequire(join(process.cwd(), 'server/package.json'))(
    'chdb',
  ) as typeof import('chdb');
  const session = new Session(join(dataDir, 'clickhouse'));
  try {
    session.query('USE flamehouse');
    for (const [table, ofTable] of Object.entries(statements(fleet))) {
      const started = performance.now();
      // A directory that was left half filled starts again.
      session.query(`TRUNCATE TABLE ${table}`);
      for (const statement of ofTable) session.query(`INSERT INTO ${table} ${statement}`);
      print(`${table} filled in ${((performance.now() - started) / 1_000).toFixed(1)} s`);
    }
  } finally {
    session.close();
  }
  writeFileSync(join(dataDir, NOTE), JSON.stringify(fleet));
}

/** Table -> what is inserted into it, piece by piece. */
function statements(fleet: Fleet): Readonly<Record<string, readonly string[]>> {
  const { instances, hours, functions, endpoints, stacks, nowSeconds } = fleet;
  const cut = nowSeconds - hours * 3_600;
  const first = cut - hours * 3_600;
  const minutes = hours * 60;
  const ofEndpoint = Math.round((functions * ROWS_OF_FUNCTION) / endpoints);
  const version = (time: string) => `if(${time} < ${cut}, '${SIDES[0]}', '${SIDES[1]}')`;
  const instance = (time: string, number: string) =>
    `concat(if(${time} < ${cut}, 'old-', 'new-'), toString(${number}))`;
  const endpoint = (number: string) => `concat('GET /endpoint/', toString(${number}))`;
  const now = `toDate(toDateTime(${nowSeconds}, 'UTC'))`;
  return {
    frames: [
      `SELECT number + 1, number + 1, concat('function', toString(number)), '',
      concat('src/file', toString(number % 50), '.js'), number % 400, 'user', ${now} FROM numbers(${functions})`,
    ],
    stacks: [
      `SELECT 'shop', number + 1,
      arrayMap(depth -> 1 + cityHash64(intDiv(number, toUInt64(pow(3, ${DEPTH} - 1 - depth))), depth) % ${functions}, range(${DEPTH})),
      arrayMap(depth -> toUInt32(depth), range(${DEPTH})), ${now} FROM numbers(${stacks})`,
    ],
    instance_minutes: [
      `(service, environment, version, instance, minute, uploads, process_cpu,
        busy_ticks, covered_ms, started_at_ms, runtime)
      SELECT 'shop', 'production', ${version('time')}, ${instance('time', 'pod')}, toDateTime(time, 'UTC'), 4,
        24000000 + cityHash64(number) % 1000000, 2400, 60000,
        toUInt64(if(time < ${cut}, ${first}, ${cut}) - 3600) * 1000, 'nodejs 24.0.0'
      FROM (SELECT number, ${first} + intDiv(number, ${instances}) * 60 AS time, number % ${instances} AS pod
        FROM numbers(${2 * minutes * instances}))`,
    ],
    requests: [
      `(service, environment, version, instance, endpoint, window_start, seconds, count, errors, duration, cpu)
      SELECT 'shop', 'production', ${version('time')}, ${instance('time', 'pod')}, ${endpoint('route')},
        toDateTime(time, 'UTC'), 15, 150 + cityHash64(number) % 20, 0, 1000000, 700000
      FROM (SELECT number, ${first} + intDiv(number, ${instances * endpoints}) * 15 AS time,
        intDiv(number, ${endpoints}) % ${instances} AS pod, number % ${endpoints} AS route
        FROM numbers(${2 * minutes * 4 * instances * endpoints}))`,
    ],
    // As uploads of 15 s bring them: a row for each endpoint, with its functions as arrays.
    function_sums: Array.from(
      { length: 2 * hours },
      (_, hour) => `SELECT 'shop', 'production', ${version('time')},
        ${instance('time', 'pod')}, toDateTime(time, 'UTC'), ${endpoint('route')}, ids,
        arrayMap(one -> one * 10000, ticks), arrayMap(one -> one * 30000, ticks), ticks, arrayMap(one -> one * 3, ticks)
      FROM (SELECT ${first + hour * 3_600} + intDiv(number, ${4 * instances * endpoints}) * 60 AS time,
        intDiv(number, ${4 * endpoints}) % ${instances} AS pod, number % ${endpoints} AS route,
        arrayMap(i -> toUInt64(1 + (route + i * ${endpoints}) % ${functions}), range(${ofEndpoint})) AS ids,
        arrayMap(id -> toUInt64(1 + intDiv(150, id) + cityHash64(number, id, ${hour}) % 2), ids) AS ticks
        FROM numbers(${60 * 4 * instances * endpoints}))`,
    ),
    samples: Array.from(
      { length: 2 * RAW_HOURS },
      (
        _,
        hour,
      ) => `(* EXCEPT rolled_up) SELECT 'shop', 'process_cpu:cpu:nanoseconds:cpu:nanoseconds', 'production',
        ${version('time')}, '', pod, toDateTime(time, 'UTC'), 15, 0,
        1 + cityHash64(number, ${hour}) % ${stacks}, 30000
      FROM (SELECT number, ${cut} + (${hour} - ${RAW_HOURS}) * 3600 + intDiv(number, ${225 * instances}) * 15 AS time,
        intDiv(number, 225) % ${instances} AS pod FROM numbers(${240 * 225 * instances}))`,
    ),
  };
}
