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

const FIXTURE = new URL('../fixtures/profiles/node-20-wall-cpu.pb.gz', import.meta.url);
const SAMPLES = 'wall:samples:count:wall:nanoseconds';
const directory = temporaryDirectory();
let server: FlamehouseProcess;
let profile: Profile;

/** Self and total by name and file, which is what all three sides can tell. */
type Table = ReadonlyMap<string, { readonly self: number; readonly total: number }>;

beforeAll(async () => {
  const body = readFileSync(FIXTURE);
  profile = decodeProfile(gunzipSync(body));
  server = await startFlamehouse({ dataDir: directory.path });
  const now = Date.now();
  const response = await fetch(
    `${server.url}/api/v1/profiles?service=report&from=${now - 10_000}&to=${now}`,
    { method: 'POST', body },
  );
  expect(response.status, await response.clone().text()).toBe(200);
  await waitFor('stored profile', async () => {
    const table = await fromApi(SAMPLES);
    return table.size > 0 ? true : undefined;
  });
});
afterAll(async () => {
  await server?.stop();
  directory.remove();
});

/** First side: the recorded file, decoded and summed here. */
function fromFile(column: number): Table {
  const rows = new Map<string, number>();
  const functionOf = Uint32Array.from(profile.frames.func, (func) => {
    const { name, file } = describeFunction({
      name: profile.functions.name[func]!,
      file: profile.functions.file[func]!,
      systemName: profile.functions.systemName[func]!,
    });
    const key = `${nameWithoutPosition(name)} ${file}`.trim();
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
  return new Map(
    [...rows].map(([key, row]) => [key, { self: sums.self[row]!, total: sums.total[row]! }]),
  );
}

/** Second side: the table of the API, from rows in ClickHouse. */
async function fromApi(type: string): Promise<Table> {
  const query = new URLSearchParams({ service: 'report', type, limit: '10000' });
  const { functions } = await getJson<FunctionsAnswer>(`${server.url}/api/v1/functions?${query}`);
  return new Map(
    functions.name.map((name, row) => [
      `${name} ${functions.file[row]}`.trim(),
      { self: functions.self[row]!, total: functions.total[row]! },
    ]),
  );
}

/** Third side: what `go tool pprof` prints for the exported profile, fetched by itself. */
async function fromGo(type: string, unit: string): Promise<Table> {
  const query = new URLSearchParams({ service: 'report', type, format: 'pprof' });
  const options = `-top -filefunctions -symbolize=none -nodecount=100000 -nodefraction=0 -edgefraction=0 -unit=${unit}`;
  const url = `${server.url}/api/v1/flamegraph?${query}`;
  const { stdout } = await promisify(execFile)(
    'go',
    ['tool', 'pprof', ...options.split(' '), url],
    {
      env: { ...process.env, PPROF_TMPDIR: directory.path },
    },
  );
  const rows = [...stdout.matchAll(/^ *(\S+) +\S+% +\S+% +(\S+) +\S+% {2}(.+)$/gm)];
  expect(rows.length, stdout).toBeGreaterThan(0);
  return new Map(
    rows.map(([, self, total, name]) => [
      name!.trim(),
      { self: Number.parseFloat(self!), total: Number.parseFloat(total!) },
    ]),
  );
}

/** Without functions that no sample of this type is in. */
const present = (table: Table): Table =>
  new Map([...table].filter(([, { total }]) => total > 0).sort(([a], [b]) => (a < b ? -1 : 1)));

describe('a recorded profile, the API and go tool pprof agree', () => {
  test('to the sample', async () => {
    const file = present(fromFile(0));
    expect(file.size).toBeGreaterThan(40);
    expect(present(await fromApi(SAMPLES))).toEqual(file);
    expect(present(await fromGo(SAMPLES, 'count'))).toEqual(file);
  });

  test.each([
    ['cpu', 'cpu'],
    ['wall', 'wall'],
  ])('%s to the microsecond', async (type, sampleType) => {
    const column = profile.sampleTypes.findIndex((one) => one.type === sampleType);
    const file = fromFile(column);
    const api = present(await fromApi(type));
    expect(present(await fromGo(type, 'us'))).toEqual(api);
    // Stored values are whole microseconds, so each sample may be off by one.
    const tolerance = sampleCount(profile);
    for (const [name, { self, total }] of api) {
      expect(Math.abs(self - file.get(name)!.self / 1_000), name).toBeLessThanOrEqual(tolerance);
      expect(Math.abs(total - file.get(name)!.total / 1_000), name).toBeLessThanOrEqual(tolerance);
    }
    expect([...api.keys()].sort()).toEqual([...present(file).keys()].sort());
  });
});
