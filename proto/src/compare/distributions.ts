import { logGamma } from './gamma.ts';

const TINY = 1e-300;
const PRECISION = 1e-15;
const STEPS_MAX = 500;

/** Probability that Student's t with `df` degrees of freedom is above `t`; exact far out, too. */
export function studentTail(t: number, df: number): number {
  const tail = 0.5 * betaIncomplete(df / (df + t * t), df / 2, 0.5);
  return t >= 0 ? tail : 1 - tail;
}

/** Probability of a |t| at least as large, when there is no difference. */
export function studentTwoSided(t: number, df: number): number {
  return Math.min(1, 2 * studentTail(Math.abs(t), df));
}

/** The t with `tail` of the distribution above it. */
export function studentUpper(tail: number, df: number): number {
  if (tail === 0.5) return 0;
  if (tail > 0.5) return -studentUpper(1 - tail, df);
  return risingRoot((t) => tail - studentTail(t, df));
}

/** Probability that chi-square with `df` degrees of freedom is at most `x`. */
export function chiSquareBelow(x: number, df: number): number {
  return 1 - gammaAbove(df / 2, x / 2);
}

/** The x with `below` of the chi-square distribution below it. */
export function chiSquareQuantile(below: number, df: number): number {
  return risingRoot((x) => chiSquareBelow(x, df) - below);
}

/** Probability that a standard normal value is above `z`. */
export function normalTail(z: number): number {
  const tail = 0.5 * gammaAbove(0.5, (z * z) / 2);
  return z >= 0 ? tail : 1 - tail;
}

/** The root above 0 of a function that rises through 0: doubling to enclose it, then halving. */
function risingRoot(rising: (x: number) => number): number {
  let high = 1;
  for (let step = 0; step < 200 && rising(high) < 0; step++) high *= 2;
  let low = 0;
  for (let step = 0; step < 200 && high - low > 1e-13 * high; step++) {
    const middle = (low + high) / 2;
    if (rising(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Regularized incomplete beta function I_x(a, b), by Lentz's continued fraction. */
export function betaIncomplete(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x),
  );
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < STEPS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < PRECISION) break;
  }
  return value;
}

/** Regularized upper incomplete gamma function Q(a, x): a series near 0, else a fraction. */
function gammaAbove(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x >= a + 1) return front * gammaFraction(a, x);
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < STEPS_MAX && term > sum * PRECISION; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return 1 - front * sum;
}

function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < STEPS_MAX; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / awayFromZero(an * d + b);
    c = awayFromZero(b + an / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < PRECISION) break;
  }
  return value;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
