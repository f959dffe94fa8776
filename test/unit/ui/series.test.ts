import type { Deploy, SeriesAnswer } from '@flamehouse/proto';
import { expect, test } from 'vitest';
import { sparkPaths } from '../../../ui/src/components/sparkline.tsx';
import { placeFlags } from '../../../ui/src/screens/explore/flags.ts';
import {
  appearances,
  coverage,
  functionHistory,
  instanceBand,
  niceTicks,
  splitSeries,
  sumSeries,
  versionFlags,
} from '../../../ui/src/series.ts';

const answer = (groups: Record<string, [number, number][]>): SeriesAnswer => ({
  service: 's',
  type: 't',
  unit: 'cores',
  from: 0,
  to: 600,
  stepMs: 100,
  tier: 'raw',
  series: Object.entries(groups).map(([version, points]) => ({
    labels: { version },
    timesMs: points.map(([time]) => time),
    values: points.map(([, value]) => value),
  })),
});

test('groups add up, and a step without any is a gap', () => {
  const line = sumSeries(
    answer({
      a: [
        [0, 1],
        [100, 2],
      ],
      b: [
        [100, 3],
        [300, 4],
      ],
    }),
  );
  expect(line).toEqual({
    stepMs: 100,
    timesMs: [0, 100, 200, 300],
    values: [1, 5, null, 4],
    peak: 5,
  });
});

test('the mean counts only what reported', () => {
  const line = sumSeries(
    answer({
      a: [
        [0, 2],
        [100, 4],
        [300, 6],
      ],
    }),
  );
  expect(coverage(line, { from: 0, to: 600 })).toEqual({ coveredMs: 300, mean: 4 });
  expect(coverage(line, { from: 150, to: 350 })).toEqual({ coveredMs: 100, mean: 5 });
  expect(coverage(line, { from: 400, to: 600 })).toEqual({ coveredMs: 0, mean: 0 });
});

test('a version is marked where it is first seen, not when it was there at the start', () => {
  const versions = appearances(
    answer({
      old: [[0, 1]],
      new: [
        [300, 1],
        [400, 1],
      ],
      '': [[500, 1]],
    }),
  );
  expect(versions).toEqual([{ version: 'new', atMs: 300 }]);
});

test('where the data begins inside the range, the first version appears too', () => {
  const later = appearances(answer({ a: [[200, 1]], b: [[300, 1]] }));
  expect(later.map(({ version }) => version)).toEqual(['a', 'b']);
});

test('ticks start at 0 and are few and round', () => {
  expect(niceTicks(5.2, false)).toEqual([0, 2, 4]);
  expect(niceTicks(0, false)).toEqual([0]);
  for (const max of [0.013, 0.9, 1, 7, 99, 12_345]) {
    const ticks = niceTicks(max, false);
    expect(ticks[0]).toBe(0);
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThan(4);
    expect(ticks.at(-1)).toBeLessThanOrEqual(max);
  }
  expect(niceTicks(412 * 2 ** 20, true).map((v) => v / 2 ** 20)).toEqual([0, 200, 400]);
});

test('an empty series draws nothing, a sparkline is cut at gaps', () => {
  expect(sumSeries(answer({})).values).toEqual([]);
  const line = sumSeries(
    answer({
      a: [
        [0, 1],
        [100, 1],
        [300, 1],
        [400, 1],
      ],
    }),
  );
  expect(sparkPaths(line, { from: 0, to: 600 }).stroke.match(/M/g)).toHaveLength(2);
});

test('flags take another lane, or hang to the left, before they lose their name', () => {
  const at = (...xs: number[]) =>
    placeFlags(
      xs.map((x) => ({ x, text: '1.1.0' })),
      300,
    );
  expect(at(10, 200)).toEqual([
    { lane: 0, flip: false, text: true },
    { lane: 0, flip: false, text: true },
  ]);
  expect(at(200, 210, 220)).toEqual([
    { lane: 0, flip: false, text: true },
    { lane: 1, flip: false, text: true },
    { lane: 1, flip: false, text: false },
  ]);
  expect(at(290)).toEqual([{ lane: 0, flip: true, text: true }]);
});

const grouped = (
  label: string,
  rows: Readonly<Record<string, readonly number[]>>,
): SeriesAnswer => ({
  service: 's',
  type: 't',
  unit: 'cores',
  from: 0,
  to: 30,
  stepMs: 10,
  tier: 'raw',
  series: Object.entries(rows).map(([name, values]) => ({
    labels: { [label]: name },
    timesMs: values.map((_, i) => i * 10),
    values,
  })),
});

test('a split shows the largest groups and adds the rest up', () => {
  const rows = Object.fromEntries([6, 5, 4, 3, 2, 1].map((n) => [`pod-${n}`, [n, n]]));
  const answer = grouped('instance', rows);
  const lines = splitSeries(answer, 'instance', sumSeries(answer));
  expect(lines.map(({ name, mean }) => `${name} ${mean}`)).toEqual([
    'pod-6 6',
    'pod-5 5',
    'pod-4 4',
    'pod-3 3',
    '2 smaller 3',
  ]);
});

test('the band is what the service would be if all instances were like one', () => {
  const answer = grouped('instance', { a: [1, 2, 1], b: [2, 3] });
  expect(instanceBand(answer, sumSeries(answer))).toEqual({
    low: [2, 4, null],
    high: [4, 6, null],
    instances: 2,
  });
  const one = grouped('instance', { a: [1] });
  expect(instanceBand(one, sumSeries(one))).toBe(null);
});

test('deploys say when a version began; a version without one when it is first seen', () => {
  const deploys = [{ version: '2', environment: 'production', at: 20 } as Deploy];
  const seen = [
    { version: '2', atMs: 25 },
    { version: '1', atMs: 5 },
  ];
  expect(versionFlags(deploys, seen, '').map(({ version, atMs }) => `${version} ${atMs}`)).toEqual([
    '1 5',
    '2 20',
  ]);
  expect(versionFlags(deploys, [], 'staging')).toEqual([]);
});

test('the history of a function names its share at both ends', () => {
  const answer = grouped('version', { x: [10, 10, 10] });
  const history = functionHistory({
    ...answer,
    functionId: 'f',
    samples: null,
    series: answer.series.map(({ labels, timesMs, values }) => ({
      labels,
      timesMs,
      self: [0, 0, 0],
      total: [1, 2, 5],
      all: values,
    })),
  });
  expect(history?.words).toBe('10\u00a0% → 50\u00a0%');
});
