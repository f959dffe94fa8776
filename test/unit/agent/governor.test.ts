import { expect, test } from 'vitest';
import { Governor } from '../../../agent/src/governor.ts';

const WINDOW_NANOS = 15e9;
const FULL = { sampleHz: 96, heap: true };

/** `percent` of a core in each window -> `rate` or `rate without heap` after it. */
function after(percents: readonly number[], governor = newGovernor()): string[] {
  return percents.map((percent) => {
    const { sampleHz, heap } = governor.observe((percent / 100) * WINDOW_NANOS, WINDOW_NANOS);
    return heap ? `${sampleHz}` : `${sampleHz} without heap`;
  });
}

const newGovernor = (budgetPercent = 3, full = FULL) => new Governor({ budgetPercent, full });

test('inside the budget nothing changes, and one dear window is forgiven', () => {
  expect(new Set(after([1, 2.9, 9, 1, 9, 2, 0, 0, 0, 0, 0, 0]))).toEqual(new Set(['96']));
});

test('over the budget the rate is halved, then the heap goes', () => {
  expect(after(Array(12).fill(4)).filter((_, i) => i % 2 === 1)).toEqual([
    '48',
    '24',
    '12',
    '12 without heap',
    '12 without heap',
    '12 without heap',
  ]);
});

test('it recovers step by step when the next step has room', () => {
  const governor = newGovernor();
  after(Array(8).fill(4), governor);
  expect(after(Array(6).fill(2), governor).at(-1)).toBe('12 without heap');
  expect(after(Array(16).fill(0.5), governor).filter((_, i) => i % 4 === 3)).toEqual([
    '12',
    '24',
    '48',
    '96',
  ]);
});

test('a raise that does not last makes the next one wait twice as long', () => {
  const governor = newGovernor();
  after([4, 4], governor);
  expect(after([1, 1, 1, 1, 4, 4], governor).at(-1)).toBe('48');
  expect(after(Array(8).fill(1), governor).indexOf('96')).toBe(7);
});

test('a budget of 0 is none', () => {
  expect(new Set(after(Array(9).fill(90), newGovernor(0)))).toEqual(new Set(['96']));
});

test('a low rate does not fall below one sample a second', () => {
  expect(after(Array(8).fill(9), newGovernor(3, { sampleHz: 2, heap: false })).at(-1)).toBe(
    '1 without heap',
  );
});
