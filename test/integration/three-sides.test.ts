import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  decodeProfile,
  describeFunction,
  type FunctionsAnswer,
  nameWithoutPosition,
  type Profile,
  parseProfileType,
  profileTypesOf,
  sampleCount,
  stackOf,
  sumByFunction,
} from '../../proto/src/index.ts';
import { waitFor } from '../support/processes.ts';
import {
  type FlamehouseProcess,
  getJson,
  startFlamehouse,
  temporaryDirectory,
} from '../support/server-process.ts';

const directory = temporaryDirectory();
let server: FlamehouseProcess;

beforeAll(async () => {
  server = await startFlamehouse({ dataDir: directory.path, env: { FLAMEHOUSE_LOG: 'error' } });
});
afterAll(async () => {
  await server?.stop();
  directory.remove();
});

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/profiles/${name}.pb.gz`, import.meta.url));

/** Self and total by name and file, which is what all three sides can tell. */
type Table = ReadonlyMap<string, { readonly self: number; readonly total: number }>;

const keyOf = (name: string, file: string) => `${nameWithoutPosition(name)} ${file}`.trim();

/** First side: the recorded file, decoded and summed here, in the units of the wire. */
function fromFile(profile: Profile, column: number): Table {
  const rows = new Map<string, number>();
  const functionOf = Uint32Array.from(profile.frames.func, (func) => {
    const { name, file } = describeFunction({
      name: profile.functions.name[func]!,
      file: profile.functions.file[func]!,
      systemName: profile.functions.systemName[func]!,
    });
    const key = keyOf(name, file);
    if (!rows.has(key)) rows.set(key, rows.size);
    return rows.get(key)!;
  });
  const samples = Array.from({ length: sampleCount(profile) }, (_, i) => i);
  const sums = sumByFunction(
    samples.map((sample) => stackOf(profile, sample)),
    samples.map((sample) => Number(profile.values[sample * profile.sampleTypes.length + column])),
    functionOf,
    rows.size,
  );
  return present(
    new Map(
      [...rows].map(([key, row]) => [key, { self: sums.self[row]!, total: sums.total[row]! }]),
    ),
  );
}

/** Second side: the table of the API, from rows in ClickHouse. */
async function fromApi(service: string, type: string): Promise<Table> {
  const query = new URLSearchParams({ service, type, limit: '10000' });
  const { functions } = await getJson<FunctionsAnswer>(`${server.url}/api/v1/functions?${query}`);
  return present(
    new Map(
      functions.name.map((name, row) => [
        keyOf(name, functions.file[row]!),
        { self: functions.self[row]!, total: functions.total[row]! },
      ]),
    ),
  );
}

const GO_OPTIONS =
  'tool pprof -top -filefunctions -symbolize=none -nodecount=100000 -nodefraction=0 -edgefraction=0';

/** Third side: what `go tool pprof` prints for the exported profile, fetched by itself. */
async function fromGo(service: string, type: string, unit: string): Promise<Table> {
  const query = new URLSearchParams({ service, type, format: 'pprof' });
  const url = `${server.url}/api/v1/flamegraph?${query}`;
  const { stdout } = await promisify(execFile)(
    'go',
    [...GO_OPTIONS.split(' '), `-unit=${unit}`, url],
    { env: { ...process.env, PPROF_TMPDIR: directory.path } },
  );
  const rows = [...stdout.matchAll(/^ *(\S+) +\S+% +\S+% +(\S+) +\S+% {2}(.+)$/gm)];
  expect(rows.length, stdout).toBeGreaterThan(0);
  return present(
    new Map(
      rows.map(([, self, total, name]) => [
        name!.trim(),
        { self: Number.parseFloat(self!), total: Number.parseFloat(total!) },
      ]),
    ),
  );
}

/** Without functions that no sample of this type is in. */
const present = (table: Table): Table =>
  new Map([...table].filter(([, { total }]) => total > 0).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Fixture -> profile types that agree exactly, with the unit that pprof is asked for; and times. */
const CASES: readonly {
  readonly name: string;
  readonly exact: readonly [type: string, unit: string][];
  readonly times: readonly string[];
  readonly functions: number; // fewer than are in the file
}[] = [
  {
    name: 'node-20-wall-cpu',
    exact: [['wall:samples:count:wall:nanoseconds', 'count']],
    times: ['cpu', 'wall'],
    functions: 40,
  },
  {
    name: 'go-1.26-cpu',
    exact: [['process_cpu:samples:count:cpu:nanoseconds', 'count']],
    times: ['cpu'],
    functions: 80,
  },
  {
    name: 'go-1.26-heap',
    exact: [
      ['heap', 'bytes'],
      ['heap-objects', 'count'],
      ['alloc', 'bytes'],
      ['alloc-objects', 'count'],
    ],
    times: [],
    functions: 5,
  },
];

describe.each(CASES)('$name: the file, the API and go tool pprof agree', (one) => {
  const { name, exact, times, functions } = one;
  const profile = decodeProfile(gunzipSync(fixture(name)));
  const columnOf = (type: string) => profileTypesOf(profile).indexOf(parseProfileType(type));

  beforeAll(async () => {
    const to = Date.now();
    const response = await fetch(
      `${server.url}/api/v1/profiles?service=${name}&from=${to - 10_000}&to=${to}`,
      { method: 'POST', body: fixture(name) },
    );
    expect(response.status, await response.clone().text()).toBe(200);
    await waitFor('stored profile', async () => {
      const table = await fromApi(name, exact[0]![0]);
      return table.size > 0 ? true : undefined;
    });
  });

  test.each(exact)('%s to the sample', async (type, unit) => {
    const file = fromFile(profile, columnOf(type));
    expect(file.size).toBeGreaterThan(functions);
    expect(await fromApi(name, type)).toEqual(file);
    expect(await fromGo(name, type, unit)).toEqual(file);
  });

  test.each(times)('%s to the microsecond', async (type) => {
    const file = fromFile(profile, columnOf(type));
    const api = await fromApi(name, type);
    expect(await fromGo(name, type, 'us')).toEqual(api);
    expect([...api.keys()]).toEqual([...file.keys()]);
    // Stored values are whole microseconds, so each sample may be off by one.
    const tolerance = sampleCount(profile);
    for (const [key, { self, total }] of api) {
      const expected = file.get(key)!;
      expect(Math.abs(self - expected.self / 1_000), key).toBeLessThanOrEqual(tolerance);
      expect(Math.abs(total - expected.total / 1_000), key).toBeLessThanOrEqual(tolerance);
    }
  });
});
