import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { describe, expect, test } from 'vitest';
import { decodeProfile, profileTypesOf, stackOf } from '../../../proto/src/index.ts';
import { exportPprof } from '../../../server/src/export/pprof.ts';
import { FAKE_NOW_MS, stacksFromFolded } from '../../support/server-fake-store.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const FOLDED = `
  main@src/main.ts:1;parse@src/parse.ts:10          20
  main@src/main.ts:1;walk@tree/lib/walk.js:5;walk@tree/lib/walk.js:5 40
  main@src/main.ts:1;Foo::bar(x)@src/foo.ts:3        7
`;

async function exported(type = CPU, folded = FOLDED): Promise<Uint8Array> {
  const packed = await exportPprof({ service: 'shop', type }, stacksFromFolded(folded));
  expect([...packed.subarray(0, 2)], 'gzip').toEqual([0x1f, 0x8b]);
  return gunzipSync(packed);
}

describe('pprof', () => {
  test('as another library reads it', async () => {
    const profile = Profile.decode(await exported());
    const text = (index: number | bigint) => profile.stringTable.strings[Number(index)];
    const functions = new Map(profile.function.map((one) => [one.id, one]));
    const locations = new Map(profile.location.map((one) => [one.id, one]));
    const lines = profile.sample.map(({ locationId, value }) => {
      const names = locationId.map((id) => {
        const { functionId, line } = locations.get(id)!.line[0]!;
        const { name, filename, startLine } = functions.get(functionId)!;
        return `${text(name)}@${text(filename)}:${startLine}/${line}`;
      });
      return `${names.reverse().join(';')} ${value.map(Number)}`;
    });
    expect(lines).toEqual([
      'main@src/main.ts:1/1;parse@src/parse.ts:10/10 20000',
      'main@src/main.ts:1/1;walk@tree/lib/walk.js:5/5;walk@tree/lib/walk.js:5/5 40000',
      'main@src/main.ts:1/1;Foo::bar(x)@src/foo.ts:3/3 7000',
    ]);
    expect(profile.sampleType.map(({ type, unit }) => [text(type), text(unit)])).toEqual([
      ['cpu', 'nanoseconds'],
    ]);
    expect([text(profile.periodType!.type), text(profile.periodType!.unit)]).toEqual([
      'cpu',
      'nanoseconds',
    ]);
    expect(BigInt(profile.timeNanos)).toBe(BigInt(FAKE_NOW_MS - 3_600_000) * 1_000_000n);
    expect(BigInt(profile.durationNanos)).toBe(3_600_000_000_000n);
  });

  test('as we read it, with kind and package of every function', async () => {
    const profile = decodeProfile(await exported());
    expect(profileTypesOf(profile)).toEqual([CPU]);
    expect([...profile.values]).toEqual([20_000, 40_000, 7_000]);
    expect(stackOf(profile, 1).length).toBe(3);
    expect(profile.functions.systemName).toContain('flamehouse:dependency:tree');
    expect(profile.functions.systemName).toContain('flamehouse:user:');
  });

  test.each([
    ['memory:inuse_space:bytes:space:bytes', 'bytes'],
    ['memory:inuse_objects:count:space:bytes', 'count'],
    ['mutex:contentions:count:mutex:count', 'count'],
  ])('%s keeps its values', async (type, unit) => {
    const profile = decodeProfile(await exported(type));
    expect(profile.sampleTypes[0]!.unit).toBe(unit);
    expect([...profile.values]).toEqual([20, 40, 7]);
    expect(profileTypesOf(profile)).toEqual([type]);
  });

  test('times that came in seconds leave in nanoseconds', async () => {
    const profile = decodeProfile(await exported('lock:wait:seconds:lock:count'));
    expect(profile.sampleTypes).toEqual([{ type: 'wait', unit: 'nanoseconds' }]);
    expect([...profile.values]).toEqual([20_000, 40_000, 7_000]);
  });

  test('closures are one name with a start line each, as in the functions table', async () => {
    const folded = '(anonymous:L#7:C#3)@a.ts:7 1\n(anonymous:L#9:C#3)@a.ts:9 2';
    const { functions } = decodeProfile(await exported(CPU, folded));
    expect(functions.name).toEqual(['(anonymous)', '(anonymous)']);
    expect([...functions.startLine]).toEqual([7, 9]);
  });

  test('nothing is a profile without samples', async () => {
    expect(decodeProfile(await exported(CPU, '')).values.length).toBe(0);
  });
});
