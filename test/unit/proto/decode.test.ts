import {
  decodeProfile,
  encodeProfile,
  type Profile,
  ProfileError,
  sampleCount,
  stackOf,
} from '@flamehouse/proto';
import { Profile as WireProfile } from 'pprof-format';
import { describe, expect, test } from 'vitest';
import { profileFromFolded } from '../../support/text-profile.ts';
import { type WireInput, wireBytes, wireProfile } from '../../support/wire-text.ts';

/** Each sample as `root;…;leaf value…`, a line that ran as `name:12`. */
function lines(profile: Profile): string[] {
  const types = profile.sampleTypes.length;
  return Array.from({ length: sampleCount(profile) }, (_, sample) => {
    const names = Array.from(stackOf(profile, sample), (frame) => {
      const line = profile.frames.line[frame]!;
      return profile.functions.name[profile.frames.func[frame]!]! + (line === 0 ? '' : `:${line}`);
    });
    return `${names.join(';')} ${[...profile.values.slice(sample * types, (sample + 1) * types)].join(' ')}`;
  });
}

const GOOD: WireInput = {
  sampleTypes: [
    ['samples', 'count'],
    ['cpu', 'nanoseconds'],
  ],
  samples: [
    { locations: [30, 20], values: [1, 10_000_000] },
    { locations: [20], values: [2, 20_000_000], labels: [{ key: 'endpoint', str: 'GET /x' }] },
  ],
  locations: [
    { id: 20, lines: [[7, 100]] },
    {
      id: 30,
      lines: [
        [9, 12],
        [8, 40],
      ],
    },
  ],
  functions: [
    { id: 7, name: 'main', file: 'src/main.js', startLine: 90 },
    { id: 8, name: 'outer', file: 'src/a.js' },
    { id: 9, name: 'inlined', file: 'src/a.js' },
  ],
  timeNanos: 1_763_640_000_123_456_789n,
  durationNanos: 15_000_000_000,
};

test('stacks are root first, and inlined lines are frames of their own, caller first', () => {
  const profile = decodeProfile(wireBytes(GOOD));
  expect(lines(profile)).toEqual([
    'main:100;outer:40;inlined:12 1 10000000',
    'main:100 2 20000000',
  ]);
  expect(profile.timeNanos).toBe(1_763_640_000_123_456_789n);
  expect(profile.labelSets[profile.labelSet[1]!]).toEqual([
    { key: 'endpoint', str: 'GET /x', num: null, numUnit: '' },
  ]);
});

test('ids may be sparse and of 64 bits', () => {
  const profile = decodeProfile(
    wireBytes({
      samples: [{ locations: [0xffff_ffff_ffff_fff1n, 0xffff_ffff_ffff_fff2n], values: [5] }],
      locations: [
        { id: 0xffff_ffff_ffff_fff2n, lines: [[2n ** 63n, 1]] },
        { id: 0xffff_ffff_ffff_fff1n, lines: [[2n ** 63n + 1n, 2]] },
      ],
      functions: [
        { id: 2n ** 63n, name: 'root' },
        { id: 2n ** 63n + 1n, name: 'leaf' },
      ],
    }),
  );
  expect(lines(profile)).toEqual(['root:1;leaf:2 5']);
});

test('a value past 2^53 stays exact', () => {
  const profile = decodeProfile(
    wireBytes({
      ...GOOD,
      sampleTypes: [['delay', 'nanoseconds']],
      samples: [{ locations: [20], values: [2n ** 60n + 1n] }],
    }),
  );
  expect([...profile.values]).toEqual([2n ** 60n + 1n]);
});

test('a location without lines is shown by mapping and address, and counted', () => {
  const profile = decodeProfile(
    wireBytes({
      samples: [{ locations: [1, 2], values: [3] }],
      locations: [
        { id: 1, mapping: 1, address: 0x1f3a, lines: [] },
        { id: 2, address: 0xff, lines: [] },
      ],
      mappings: [{ id: 1, file: '/usr/lib/libfoo.so' }],
    }),
  );
  expect(lines(profile)).toEqual(['0xff;libfoo.so!0x1f3a 3']);
  expect(profile.repairs).toEqual({ functionIdZero: 0, missingLines: 2 });
});

test('function ids of 0 pair with locations when there is one for each', () => {
  const profile = decodeProfile(
    wireBytes({
      samples: [{ locations: [2, 1], values: [3] }],
      locations: [
        { id: 1, lines: [[0, 1]] },
        { id: 2, lines: [[0, 1]] },
      ],
      functions: [
        { id: 0, name: 'first' },
        { id: 0, name: 'second' },
      ],
    }),
  );
  expect(lines(profile)).toEqual(['first:1;second:1 3']);
  expect(profile.repairs.functionIdZero).toBe(2);
});

test('a single function id of 0 becomes [unknown], and is counted', () => {
  const profile = decodeProfile(
    wireBytes({
      ...GOOD,
      locations: [
        { id: 20, lines: [[0, 4]] },
        { id: 30, lines: [[7, 1]] },
      ],
    }),
  );
  expect(lines(profile)[1]).toBe('[unknown]:4 2 20000000');
  expect(profile.repairs.functionIdZero).toBe(1);
});

describe('each violation is a typed error with the id and both values', () => {
  const cases: [name: string, bytes: Uint8Array, code: string, message: string][] = [
    [
      'an empty body',
      new Uint8Array(),
      'PROFILE_NO_SAMPLE_TYPE',
      'got 0 sample types with 0 samples',
    ],
    [
      'text',
      new TextEncoder().encode('hello, this is not protobuf'),
      'PROFILE_NOT_PPROF',
      'found wire type 4 for an integer field at byte 3',
    ],
    ['a cut message', wireBytes(GOOD).subarray(0, 40), 'PROFILE_NOT_PPROF', 'found a field of'],
    [
      'a wrong value count',
      wireBytes({ ...GOOD, samples: [{ locations: [20], values: [1] }] }),
      'PROFILE_VALUE_COUNT',
      'sample 0 has 1 values, but there are 2 sample types',
    ],
    [
      'a negative value',
      wireBytes({ ...GOOD, samples: [{ locations: [20], values: [1, -5n] }] }),
      'PROFILE_VALUE_NEGATIVE',
      'sample 0 has value -5 for sample type 1',
    ],
    [
      'a dangling location',
      wireBytes({ ...GOOD, samples: [{ locations: [20, 99], values: [1, 1] }] }),
      'PROFILE_LOCATION_DANGLING',
      'sample 0 names location 99, which is not among the 2 locations',
    ],
    [
      'a dangling function',
      wireBytes({ ...GOOD, functions: GOOD.functions!.slice(1) }),
      'PROFILE_FUNCTION_DANGLING',
      'location 20 names function 7, which is not among the 2 functions',
    ],
    [
      'a doubled id',
      wireBytes({ ...GOOD, functions: [...GOOD.functions!, { id: 7, name: 'again' }] }),
      'PROFILE_ID_DUPLICATE',
      'function id 7 is in rows 0 and 3',
    ],
  ];
  test.each(cases)('%s', (_, bytes, code, message) => {
    expect(() => decodeProfile(bytes)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  test('a string index out of range', () => {
    const wire = wireProfile(GOOD);
    wire.function[1]!.filename = 4711;
    expect(() => decodeProfile(wire.encode())).toThrow(
      expect.objectContaining({
        code: 'PROFILE_STRING_OUT_OF_RANGE',
        message: 'filename of function 1 is index 4711, but string_table has 12 entries',
      }),
    );
  });

  test('more samples than the limit', () => {
    expect(() => decodeProfile(wireBytes(GOOD), { samplesMax: 1 })).toThrow(
      'got more than 1 samples',
    );
  });

  test('more frames than the limit', () => {
    expect(() => decodeProfile(wireBytes(GOOD), { stackFramesMax: 2 })).toThrow(
      expect.objectContaining({ code: 'PROFILE_TOO_MANY_FRAMES' }),
    );
  });

  test('an error carries a help text', () => {
    expect(new ProfileError('PROFILE_NOT_PPROF', 'x').help).toContain('profile.proto');
  });
});

test('unknown fields of every wire type are skipped', () => {
  const unknown = [
    0x80 | 8,
    8,
    5,
    0x81 | 8,
    8,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    0x82 | 8,
    8,
    2,
    9,
    9,
    0x85 | 8,
    8,
    1,
    2,
    3,
    4,
  ];
  const bytes = Uint8Array.from([...unknown, ...wireBytes(GOOD), ...unknown]);
  expect(lines(decodeProfile(bytes))).toEqual(lines(decodeProfile(wireBytes(GOOD))));
});

test('what we encode, pprof-format reads the same', () => {
  const profile = decodeProfile(wireBytes(GOOD));
  const read = WireProfile.decode(encodeProfile(profile));
  const text = (index: number | bigint) => read.stringTable.strings[Number(index)];
  expect(read.sample.map((sample) => sample.value.map(Number))).toEqual([
    [1, 10_000_000],
    [2, 20_000_000],
  ]);
  expect(
    read.sample[0]!.locationId.map((id) =>
      text(read.function[Number(read.location[Number(id) - 1]!.line[0]!.functionId) - 1]!.name),
    ),
  ).toEqual(['inlined', 'outer', 'main']);
  expect(read.timeNanos).toBe(1_763_640_000_123_456_789n);
  expect(text(read.sample[1]!.label[0]!.str)).toBe('GET /x');
});

test('the builder makes one sample of equal stacks with equal labels', () => {
  const profile = profileFromFolded(`
    main;work 5
    main;work 7
    main      1
  `);
  expect(lines(profile)).toEqual(['main;work 12', 'main 1']);
});
