import { describe, expect, test } from 'vitest';
import { loadVariance, processNoise, withKnownPart } from '../../../proto/src/compare/noise.ts';
import { replicationOf, sizesOf } from '../../../proto/src/compare/sizes.ts';
import { standardise } from '../../../proto/src/compare/standardise.ts';
import {
  type FunctionTest,
  satterthwaite,
  testFunctions,
  withQ,
} from '../../../proto/src/compare/test-functions.ts';
import { compareInput } from '../../support/compare-input.ts';

const alone = new Float64Array(300).fill(1);

function sized(text: string) {
  const input = compareInput(text);
  const data = standardise({ groups: [input.base, input.head], functions: input.functions });
  return { input, sizes: sizesOf(data, data.self), replication: replicationOf(data) };
}

describe('sizes', () => {
  const { sizes, replication } = sized('main;f 900 1100 | 1900 2100\nmain;new 0 0 | 100 100');

  test('means, counting variance and scatter by hand', () => {
    expect(replication).toEqual({ base: 2, head: 2, inverse: 1, degrees: 2 });
    expect([sizes.base[1], sizes.head[1], sizes.pooled[1]]).toEqual([1000, 2000, 1500]);
    // One tick stands for 1 µs per request, so the mean count is the mean variance.
    expect(sizes.counting[1]).toBeCloseTo(1500 / 1500 ** 2, 12);
    // (±100 / 1000)² twice and (±100 / 2000)² twice.
    expect(sizes.scatter[1]).toBeCloseTo(2 * 0.01 + 2 * 0.0025, 12);
  });

  test('a new function has a size', () => {
    expect([sizes.base[2], sizes.head[2], sizes.pooled[2]]).toEqual([0, 100, 50]);
    expect(sizes.scatter[2]).toBe(0);
  });
});

describe('noise between processes', () => {
  test('one instance a side takes the default and 6 degrees of freedom', () => {
    const { sizes, replication } = sized('main;f 1000 | 1000');
    const noise = processNoise(sizes, replication, {
      tested: [1],
      simultaneous: false,
      left: alone,
    });
    expect(noise.squared).toBeCloseTo(0.06 ** 2, 12);
    expect(noise.degrees).toBe(6);
  });

  test('many functions tell their shared noise', () => {
    // Each function is 10 % above and below its mean on both sides: scatter 0.04 with 2 degrees.
    const lines = Array.from({ length: 200 }, (_, i) => `m;f${i} 90000 110000 | 90000 110000`);
    const { sizes, replication } = sized(lines.join('\n'));
    const tested = Array.from({ length: 200 }, (_, i) => i + 1);
    const { squared } = processNoise(sizes, replication, {
      tested,
      simultaneous: false,
      left: alone,
    });
    // Its median is what chi-square with 2 degrees has: 2 ln 2; then a tenth leans on the default.
    const shared = 0.04 / (2 * Math.LN2) - 1 / 100_000;
    const weight = 400 / 440;
    expect(squared).toBeCloseTo(weight * shared + (1 - weight) * 0.0036, 6);
  });

  test('a function that scatters more than others gets a larger variance', () => {
    const lines = Array.from({ length: 50 }, (_, i) => `m;f${i} 990 1010 | 990 1010`);
    const { sizes, replication } = sized([...lines, 'm;wild 500 1500 | 500 1500'].join('\n'));
    const tested = Array.from({ length: 51 }, (_, i) => i + 1);
    const { factor } = processNoise(sizes, replication, {
      tested,
      simultaneous: false,
      left: alone,
    });
    expect(factor[1]).toBe(1);
    expect(factor[51]).toBeGreaterThan(3);
  });

  test('a total of many functions is taken to scatter less, and what it scatters counts against that', () => {
    const lines = Array.from({ length: 50 }, (_, i) => `m;f${i} 90000 110000 | 90000 110000`);
    const { sizes, replication } = sized(lines.join('\n'));
    const tested = Array.from({ length: 50 }, (_, i) => i + 1);
    const left = Float64Array.from({ length: 51 }, (_, i) => (i === 1 ? 0.25 : 1));
    const { factor } = processNoise(sizes, replication, { tested, simultaneous: false, left });
    expect(factor[2]).toBe(1);
    expect(factor[1]).toBeGreaterThan(1);
  });

  test('chance in the sampling is known, so it needs no wide tails', () => {
    expect(withKnownPart(8, 0, 0.01)).toBe(8);
    expect(withKnownPart(8, 0.005, 0.01)).toBeCloseTo(18, 12);
    expect(withKnownPart(8, 1, 0.01)).toBe(30);
    expect(withKnownPart(40, 1, 0.01)).toBe(40);
  });

  test('a canary trusts the shared noise less', () => {
    const lines = Array.from({ length: 50 }, (_, i) => `m;f${i} 990 1010 | 990 1010`);
    const { sizes, replication } = sized(lines.join('\n'));
    const tested = Array.from({ length: 50 }, (_, i) => i + 1);
    const degrees = (simultaneous: boolean) =>
      processNoise(sizes, replication, { tested, simultaneous, left: alone }).degrees;
    // Two of their own and 8, or 5, that all functions lend.
    expect([degrees(false), degrees(true)]).toEqual([10, 7]);
  });

  test('load: ten times the traffic may move a function by a third', () => {
    expect(Math.sqrt(loadVariance([100, 1000]))).toBeCloseTo(0.15 * Math.log(10), 12);
    expect(loadVariance([100, 100])).toBe(0);
    expect(loadVariance([0, 100])).toBe(0);
  });
});

describe('tests of functions', () => {
  const setting = {
    history: null,
    historyWindows: 0,
    simultaneous: true,
    loadVariance: 0,
    commonVariance: 0,
    left: alone,
  };

  test('t by hand: two alike sides of one instance', () => {
    const { input, sizes, replication } = sized('main;f 10000 | 12000');
    const serviceBase = 10_000;
    const result = testFunctions('self', sizes, {
      ...setting,
      functions: input.functions,
      replication,
      serviceBase,
      servicePooled: serviceBase,
    });
    const [test] = result.tests;
    // (12000 - 10000) / (11000 · √(2 (1/11000 + 0.06²)))
    expect(test!.t).toBeCloseTo(2000 / (11_000 * Math.sqrt(2 * (1 / 11_000 + 0.0036))), 9);
    expect(test!.df).toBeCloseTo(6 * (1 + 1 / 11_000 / 0.0036) ** 2, 9);
    expect(test!.effect).toBeCloseTo(0.2, 12);
  });

  test('functions below half the floor, or with too few ticks, are not tested', () => {
    const { input, sizes, replication } = sized(
      'm;f 10000 | 10000\nm;small 40 | 40\nm;g 200 | 200',
    );
    const { tests } = testFunctions('self', sizes, {
      ...setting,
      functions: input.functions,
      replication,
      serviceBase: 10_240,
      servicePooled: 10_240,
    });
    expect(tests.map(({ func }) => input.functions[func]!.name)).toEqual(['f', 'g']);
  });

  test('degrees of freedom of a sum lie between those of its parts and their sum', () => {
    expect(satterthwaite(1, 4, 0, 9)).toBe(4);
    expect(satterthwaite(1, 10, 1, 10)).toBe(20);
  });

  test('q of equal sizes is Benjamini and Hochberg', () => {
    const of = (p: number): FunctionTest => ({
      func: 0,
      part: 'self',
      base: 1,
      head: 1,
      effect: 0,
      sd: 1,
      df: 5,
      t: 0,
      p,
      q: 1,
    });
    // R: p.adjust(c(0.01, 0.02, 0.03, 0.5), 'BH') is 0.04 0.04 0.04 0.5
    const q = withQ([of(0.01), of(0.02), of(0.03), of(0.5)], 100).map((test) => test.q);
    expect(q.map((value) => Number(value.toFixed(12)))).toEqual([0.04, 0.04, 0.04, 0.5]);
  });
});
