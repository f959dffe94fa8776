import { expect, test } from 'vitest';
import { medianInterval } from '../bench/agent/stats.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

test.each([
  [1, { median: 1, low: 1, high: 1 }],
  [5, { median: 3, low: 1, high: 5 }], // too few for 95 %: the range
  [6, { median: 3.5, low: 1, high: 6 }],
  [10, { median: 5.5, low: 2, high: 9 }],
  [20, { median: 10.5, low: 6, high: 15 }],
])('of %d values', (count, expected) => {
  expect(medianInterval(upTo(count).reverse())).toEqual(expected);
});

test('of none', () => {
  expect(medianInterval([]).median).toBeNaN();
});
