import { describe, expect, test } from 'vitest';
import {
  betaIncomplete,
  chiSquareBelow,
  chiSquareQuantile,
  normalTail,
  studentTail,
  studentTwoSided,
  studentUpper,
} from '../../../proto/src/compare/distributions.ts';
import { digamma, logGamma, trigamma, trigammaInverse } from '../../../proto/src/compare/gamma.ts';

// Expected values: scipy 1.17.1; the function called is named beside each table.

function expectClose(actual: number, expected: number, relative = 1e-10) {
  const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-300);
  const near = expected === 0 ? Math.abs(actual) < relative : error < relative;
  expect(near, `got ${actual}, expected ${expected}`).toBe(true);
}

describe('gamma', () => {
  // scipy.special: gammaln(x), digamma(x), polygamma(1, x)
  test.each([
    [0.1, 2.252712651734206, -10.423754940411076, 101.43329915079275],
    [0.5, 0.5723649429247, -1.9635100260214235, 4.93480220054468],
    [1, 0, -0.5772156649015329, 1.6449340668482266],
    [2.5, 0.2846828704729192, 0.7031566406452432, 0.4903577561002349],
    [10, 12.801827480081469, 2.251752589066721, 0.10516633568168576],
    [100, 359.1342053695754, 4.600161852738088, 0.010050166663333573],
  ])('x = %d', (x, log, first, second) => {
    expectClose(logGamma(x), log);
    expectClose(digamma(x), first);
    expectClose(trigamma(x), second);
  });

  // scipy.optimize.brentq(lambda x: polygamma(1, x) - y, 1e-6, 1e7)
  test.each([
    [0.001, 1000.4999166666819],
    [0.05, 20.49583523915461],
    [0.5, 2.4599529483523073],
    [1.6449340668482264, 1],
    [10, 0.33508104437803515],
    [10_000, 0.010000810704391122],
  ])('trigamma inverse of %d', (y, x) => expectClose(trigammaInverse(y), x));

  test('trigamma inverse far out follows 1/y and 1/sqrt(y)', () => {
    expectClose(trigammaInverse(1e-8), 1e8);
    expectClose(trigammaInverse(1e8), 1e-4);
  });
});

describe('Student t', () => {
  // scipy.stats.t.sf(x, df)
  test.each([
    [0, 3, 0.5],
    [1, 1, 0.25],
    [2.5, 4.5, 0.029952843251100272],
    [5, 8, 0.0005264128966832699],
    [12, 6, 1.0153703097686596e-5],
    [40, 3, 1.7190340394579253e-5],
    [-1.5, 20, 0.9253821144153738],
  ])('above %d with %d degrees', (t, df, tail) => expectClose(studentTail(t, df), tail));

  // scipy.stats.t.isf(tail, df)
  test.each([
    [0.025, 5, 2.5705818356363155],
    [0.0001, 3, 22.203742273204178],
    [3.75e-5, 10.7, 6.207170261351657],
    [0.4, 2, 0.2886751345948128],
    [0.9, 7, -1.4149239276505086],
    [0.5, 4, 0],
  ])('%d of it lies above', (tail, df, t) => expectClose(studentUpper(tail, df), t));

  test('both sides', () => {
    expectClose(studentTwoSided(-1, 1), 0.5);
    expect(studentTwoSided(0, 5)).toBe(1);
  });
});

describe('chi-square, normal and beta', () => {
  // scipy.stats.chi2.cdf(x, df)
  test.each([
    [0.1, 1, 0.24817036595415076],
    [2, 2, 0.6321205588285577],
    [5, 3.5, 0.7729587012723436],
    [30, 10, 0.9991433587892247],
    [1, 8, 0.001751622556290824],
    [0, 2, 0],
  ])('chi-square below %d with %d degrees', (x, df, p) => expectClose(chiSquareBelow(x, df), p));

  // scipy.stats.chi2.ppf(p, df)
  test.each([
    [0.5, 1, 0.454936423119572],
    [0.5, 2, 1.386294361119891],
    [0.5, 6, 5.348120627447118],
    [0.95, 4, 9.487729036781154],
    [0.001, 3, 0.024297585815692732],
  ])('chi-square quantile of %d with %d degrees', (p, df, x) =>
    expectClose(chiSquareQuantile(p, df), x),
  );

  // scipy.stats.norm.sf(z)
  test.each([
    [0, 0.5],
    [1, 0.15865525393145707],
    [1.959963984540054, 0.025],
    [-0.5, 0.6914624612740131],
    [4, 3.167124183311986e-5],
  ])('normal above %d', (z, tail) => expectClose(normalTail(z), tail));

  test('beta at its ends and in the symmetric middle', () => {
    expect(betaIncomplete(0, 2, 3)).toBe(0);
    expect(betaIncomplete(1, 2, 3)).toBe(1);
    expectClose(betaIncomplete(0.5, 4, 4), 0.5);
  });
});
