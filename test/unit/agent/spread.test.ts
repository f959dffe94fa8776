import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spread } from '../../../agent/src/spread.ts';

test('parts follow the weights and the remainder is not lost', () => {
  expect(spread(100, [1, 1, 1])).toEqual([33, 33, 34]);
  expect(spread(10, [3, 0, 1])).toEqual([7, 0, 3]);
  expect(spread(7, [])).toEqual([]);
  expect(spread(7, [0, 0])).toEqual([0, 0]);
});

test('a window of ten minutes on many cores stays exact', () => {
  const weights = [1, 599_999, 12_345, 0, 7];
  const total = 38_400_000_000_001; // 64 cores for ten minutes, in nanoseconds
  expect(spread(total, weights).reduce((a, b) => a + b, 0)).toBe(total);
});

test('property: whole parts that sum to the total, each within one of its share', () => {
  const weights = fc.array(fc.integer({ min: 0, max: 1500 }), { minLength: 1, maxLength: 400 });
  fc.assert(
    fc.property(weights, fc.integer({ min: 0, max: 2 ** 48 }), (given, total) => {
      const sum = given.reduce((a, b) => a + b, 0);
      const parts = spread(total, given);
      if (sum === 0) return parts.every((part) => part === 0);
      expect(parts.reduce((a, b) => a + b, 0)).toBe(total);
      parts.forEach((part, i) => {
        expect(Number.isInteger(part) && part >= 0).toBe(true);
        expect(Math.abs(part - (total / sum) * given[i]!)).toBeLessThan(1.001);
      });
      return true;
    }),
  );
});
