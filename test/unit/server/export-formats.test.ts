import { expect, test } from 'vitest';
import { parseFolded } from '../../../proto/src/index.ts';
import { exportFileName } from '../../../server/src/export/file-name.ts';
import { exportFolded } from '../../../server/src/export/folded.ts';
import { exportSpeedscope } from '../../../server/src/export/speedscope.ts';
import { buildTestApp } from '../../support/server-app.ts';
import { FAKE_NOW_MS, stacksFromFolded } from '../../support/server-fake-store.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const FOLDED = `
  main@src/main.ts:1;parse@src/parse.ts:10 20
  main@src/main.ts:1;walk                  40
`;

test('folded text has one line for each stack', () => {
  expect(exportFolded(stacksFromFolded(FOLDED))).toBe('main;parse 20\nmain;walk 40\n');
});

test('folded text can be read back, whatever a name holds', () => {
  const stacks = stacksFromFolded('a b;c 1');
  const frames = { ...stacks.frames, name: ['a;b\nc', ''] };
  const folded = exportFolded({ ...stacks, frames });
  expect(folded).toBe('a:b c;(no name) 1\n');
  expect(parseFolded(folded).names).toEqual(['a:b c', '(no name)']);
});

test('speedscope: one sampled profile by its schema', () => {
  const file = JSON.parse(
    exportSpeedscope({ service: 'shop', type: CPU }, stacksFromFolded(FOLDED)),
  );
  expect(file).toEqual({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter: 'flamehouse',
    name: 'shop cpu',
    activeProfileIndex: 0,
    shared: {
      frames: [
        { name: 'main', file: 'src/main.ts', line: 1 },
        { name: 'parse', file: 'src/parse.ts', line: 10 },
        { name: 'walk' },
      ],
    },
    profiles: [
      {
        type: 'sampled',
        name: 'shop cpu',
        unit: 'microseconds',
        startValue: 0,
        endValue: 60,
        samples: [
          [0, 1],
          [0, 2],
        ],
        weights: [20, 40],
      },
    ],
  });
});

test.each([
  ['memory:inuse_space:bytes:space:bytes', 'bytes', 'shop heap'],
  [
    'goroutine:goroutine:count:goroutine:count',
    'none',
    'shop goroutine:goroutine:count:goroutine:count',
  ],
])('speedscope unit of %s is %s', (type, unit, name) => {
  const file = JSON.parse(exportSpeedscope({ service: 'shop', type }, stacksFromFolded(FOLDED)));
  expect(file.profiles[0]).toMatchObject({ unit, name });
});

test('a file name says service, type and time, and nothing that a header or a disk minds', () => {
  const range = { from: FAKE_NOW_MS - 3_600_000, to: FAKE_NOW_MS };
  expect(exportFileName({ service: 'shop', type: CPU }, range, 'pb.gz')).toBe(
    'shop-cpu-20261120T110000Z-20261120T120000Z.pb.gz',
  );
  expect(exportFileName({ service: '../"\r\nä', type: 'a:b:c:d:e' }, range, 'x')).toBe(
    '.._-a_b_c_d_e-20261120T110000Z-20261120T120000Z.x',
  );
});

test.each([
  ['pprof', 'application/octet-stream', 'pb.gz'],
  ['folded', 'text/plain; charset=utf-8', 'folded.txt'],
  ['speedscope', 'application/json; charset=utf-8', 'speedscope.json'],
])(
  'format=%s is a download of its type, whole whatever maxNodes says',
  async (format, type, extension) => {
    const { app } = await buildTestApp({ folded: FOLDED });
    const response = await app.inject(
      `/api/v1/flamegraph?service=shop&maxNodes=1&seconds=5&format=${format}`,
    );
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe(type);
    expect(response.headers['content-disposition']).toBe(
      `attachment; filename="shop-cpu-20261120T110000Z-20261120T120000Z.${extension}"`,
    );
    if (format === 'folded') expect(response.body).toBe('main;parse 20\nmain;walk 40\n');
    await app.close();
  },
);
