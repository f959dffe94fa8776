import { expect, test } from 'vitest';
import type { SeriesAnswer } from '../../../proto/src/index.ts';
import { columnAt, heatOf, timesOf } from '../../../ui/src/heat.ts';
import { shadeOf } from '../../../ui/src/screens/explore/heat-drawing.ts';

const answer = (rows: Readonly<Record<string, readonly [at: number, value: number][]>>) =>
  ({
    stepMs: 10,
    series: Object.entries(rows).map(([instance, points]) => ({
      labels: { instance },
      timesMs: points.map(([at]) => at),
      values: points.map(([, value]) => value),
    })),
  }) as unknown as SeriesAnswer;

const range = { from: 0, to: 40 };
const rows = {
  a: [
    [0, 1],
    [10, 1],
  ],
  b: [
    [0, 2],
    [10, 4],
    [30, 6],
  ],
} as const;

test('instances by time, the highest first, with a gap where one did not report', () => {
  const heat = heatOf(answer(rows as never), range, 100);
  expect(heat.rows.map(({ name, cells, mean }) => [name, [...cells], mean])).toEqual([
    ['b', [2, 4, Number.NaN, 6], 4],
    ['a', [1, 1, Number.NaN, Number.NaN], 1],
  ]);
  expect({ ...heat, rows: undefined, range: undefined }).toEqual({
    columns: 4,
    low: 0,
    peak: 6,
    hidden: 0,
  });
});

test('fewer columns are means of their steps', () => {
  const heat = heatOf(answer(rows as never), range, 2);
  expect([...heat.rows[0]!.cells]).toEqual([3, 6]);
});

test('a column is a time, and a time is in its column', () => {
  const heat = { range: { from: 100, to: 200 }, columns: 7 };
  const times = Array.from({ length: 7 }, (_, column) => timesOf(heat, column));
  expect(times[0]!.from).toBe(100);
  expect(times.at(-1)!.to).toBe(200);
  times.forEach(({ from, to }, column) => {
    expect(columnAt(heat, (from + to) / 2)).toBe(column);
    if (column > 0) expect(from).toBe(times[column - 1]!.to);
  });
  expect([columnAt(heat, 0), columnAt(heat, 900)]).toEqual([0, 6]);
});

test('shades go from zero, or from the lowest where all are near the peak, and what did not report has none', () => {
  const shades = (low: number, peak: number, values: readonly number[]) =>
    values.map((value) => shadeOf(value, { low, peak }));
  expect(shades(0, 6, [0, 1, 5.9, 6, Number.NaN])).toEqual([0, 1, 5, 5, -1]);
  expect(shades(0, 0, [0])).toEqual([0]);
  expect(shades(5, 6, [5, 5.5, 6])).toEqual([0, 3, 5]);
  expect(heatOf(answer({ a: [[0, 5]], b: [[0, 6]] }), range, 4)).toMatchObject({ low: 5, peak: 6 });
});
