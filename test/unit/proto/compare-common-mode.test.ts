import { describe, expect, test } from 'vitest';
import { commonMode, withoutCommonMode } from '../../../proto/src/compare/common-mode.ts';
import { median, shortestHalf } from '../../../proto/src/compare/robust.ts';
import { standardise } from '../../../proto/src/compare/standardise.ts';
import { compareInput } from '../../support/compare-input.ts';

/** Forty functions of 1,000 ticks; head has `factor` times as many, and `change` overrides some. */
function flat(factor: number, change: Readonly<Record<number, number>> = {}) {
  const lines = Array.from({ length: 40 }, (_, i) => {
    const head = change[i] ?? Math.round(1000 * factor);
    return `main;f${i} 1000 1000 | ${head} ${head}`;
  });
  const input = compareInput(lines.join('\n'));
  const data = standardise({ groups: [input.base, input.head], functions: input.functions });
  return { input, data };
}

function estimate({ input, data }: ReturnType<typeof flat>, excluded: number[] = []) {
  return commonMode(data, input.functions, new Set(excluded));
}

describe('commonMode', () => {
  test('finds what moves all functions together', () => {
    const { log, weight } = estimate(flat(1.2));
    expect(log[0]).toBeCloseTo(0, 12);
    expect(log[2]).toBeCloseTo(Math.log(1.2), 12);
    expect(weight.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12);
  });

  test('is not moved by functions that grew', () => {
    const grown = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [i, 2000]));
    const { log } = estimate(flat(1, grown));
    expect(log[2]).toBeCloseTo(0, 6);
  });

  test('leaves new and gone functions out', () => {
    const { weight } = estimate(flat(1, { 0: 0 }));
    expect(weight[1]).toBe(0); // row 0 is main
    expect(weight[2]).toBeGreaterThan(0);
  });

  test('leaves the excluded out, unless hardly anything would be left', () => {
    const { weight } = estimate(flat(1), [1, 2]);
    expect([weight[1], weight[2]]).toEqual([0, 0]);
    const all = Array.from({ length: 41 }, (_, row) => row);
    expect(estimate(flat(1), all).weight[1]).toBeGreaterThan(0);
  });

  test('taken out, both sides are alike', () => {
    const run = flat(1.2);
    const { self } = withoutCommonMode(run.data, estimate(run));
    const width = run.data.functionCount;
    expect(self.value[2 * width + 5]).toBeCloseTo(self.value[5]!, 9);
  });

  test('says nothing without functions to say it', () => {
    const input = compareInput('main;f 3 | 3');
    const data = standardise({ groups: [input.base, input.head], functions: input.functions });
    const { log, weight } = commonMode(data, input.functions, new Set());
    expect([...log, ...weight]).toEqual([0, 0, 0, 0]);
  });
});

describe('robust means', () => {
  test('the shortest half ignores a third that moved away', () => {
    const values = [0, 0.01, 0.02, 0.03, 0.04, 0.5, 0.6, 0.7];
    expect(median(values)).toBeCloseTo(0.035, 12);
    expect(
      shortestHalf(
        values,
        values.map(() => 1),
      ),
    ).toBeCloseTo(0.01, 12);
  });

  test('the shortest half counts weight, not values', () => {
    expect(shortestHalf([0, 0.1, 0.2, 5], [1, 1, 1, 10])).toBe(5);
  });
});
