import { chiSquareQuantile } from './distributions.ts';
import { digamma, trigamma, trigammaInverse } from './gamma.ts';
import { median, varianceOf } from './robust.ts';
import type { Replication, Sizes } from './sizes.ts';

/** Relative noise between processes before instances have shown theirs. Harsh on purpose. */
export const PROCESS_NOISE_DEFAULT = 0.06;
/** A function's CPU per request moves by this much when load grows by a factor e. */
export const LOAD_ELASTICITY = 0.15;

const PROCESS_NOISE_MAX = 0.5;
const DEFAULT_WEIGHT = 40;
const PRIOR_DEGREES_MIN = 3;
/** limma would allow more; heavy tails between processes do not. */
const PRIOR_DEGREES_MAX = 8;
/** Over the same clock minutes nothing else widens a test: with 8, canaries alarm in 2 % instead of 1 %. */
const PRIOR_DEGREES_SIMULTANEOUS = 5;
const DEGREES_ALONE = 6;
/** Ticks of one long call come together, so counts are not as sure as if each were its own. */
const DEGREES_MAX = 30;

/** Noise between processes: shared by all functions, then moderated for each. */
export interface ProcessNoise {
  readonly squared: number; // relative variance between processes, shared
  readonly left: Float64Array; // function -> its variance over the shared one, by what it is a sum of
  readonly factor: Float64Array; // function -> how much larger its variance is than expected; 1 untested
  readonly degrees: number; // of freedom of a variance between processes
  readonly degreesOf: Float64Array; // function -> of its whole variance: chance in the sampling is known
}

/**
 * Relative variance between processes from the scatter inside both sides.
 *
 * Two instances cannot estimate a variance for each function, all functions together can.
 * Source  limma's squeezeVar: Smyth 2004, https://doi.org/10.2202/1544-6115.1027
 */
export function processNoise(
  sizes: Sizes,
  { degrees }: Replication,
  options: NoiseOptions,
): ProcessNoise {
  const { tested, simultaneous, left } = options;
  const alone = degrees === 0;
  const squared = alone ? PROCESS_NOISE_DEFAULT ** 2 : pooledVariance(sizes, degrees, options);
  const between = (func: number) => squared * left[func]!;
  const ratio = tested.map(
    (func) => sizes.scatter[func]! / (sizes.counting[func]! + between(func)),
  );
  const most = simultaneous ? PRIOR_DEGREES_SIMULTANEOUS : PRIOR_DEGREES_MAX;
  const prior = alone ? DEGREES_ALONE : Math.min(most, priorDegrees(ratio, degrees));
  const factor = new Float64Array(sizes.pooled.length).fill(1);
  const degreesOf = new Float64Array(sizes.pooled.length).fill(prior + degrees);
  tested.forEach((func, i) => {
    const own = withKnownPart(prior, sizes.counting[func]!, between(func));
    degreesOf[func] = own + degrees;
    if (!alone) factor[func] = Math.max(1, (own + ratio[i]!) / (own + degrees));
  });
  return { squared, left, factor, degrees: prior + degrees, degreesOf };
}

export interface NoiseOptions {
  readonly tested: readonly number[];
  readonly simultaneous: boolean;
  readonly left: Float64Array; // function -> its variance over that of the usual one
}

/**
 * Degrees of freedom of a variance whose part from counting is known, by Satterthwaite.
 *
 * With few ticks counting is nearly all of it, and a wide Student's t would hide what is plain to see.
 */
export function withKnownPart(degrees: number, counting: number, between: number): number {
  return Math.min(Math.max(degrees, DEGREES_MAX), degrees * (1 + counting / between) ** 2);
}

function pooledVariance(sizes: Sizes, degrees: number, options: NoiseOptions): number {
  const seen = options.tested.length * degrees;
  const weight = seen / (seen + DEFAULT_WEIGHT);
  const fallback = PROCESS_NOISE_DEFAULT ** 2;
  return weight * sharedVariance(sizes, degrees, options) + (1 - weight) * fallback;
}

/** The variance at which the median function scatters as chi-square says; heavy tails do not reach it. */
function sharedVariance(sizes: Sizes, degrees: number, { tested, left }: NoiseOptions): number {
  const expected = chiSquareQuantile(0.5, degrees);
  let low = 0;
  let high = PROCESS_NOISE_MAX ** 2;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    const ratios = tested.map(
      (func) => sizes.scatter[func]! / (sizes.counting[func]! + middle * left[func]!),
    );
    if (median(ratios) > expected) low = middle;
    else high = middle;
  }
  return tested.length === 0 ? PROCESS_NOISE_DEFAULT ** 2 : (low + high) / 2;
}

/** How alike the variances of functions are, as degrees of freedom of their prior. */
function priorDegrees(ratios: readonly number[], degrees: number): number {
  const half = degrees / 2;
  const logs = ratios
    .filter((ratio) => ratio > 0)
    .map((ratio) => Math.log(ratio / degrees) - digamma(half) + Math.log(half));
  const spread = varianceOf(logs) - trigamma(half);
  if (spread <= 0) return PRIOR_DEGREES_MAX;
  const prior = 2 * trigammaInverse(spread);
  return Math.min(PRIOR_DEGREES_MAX, Math.max(PRIOR_DEGREES_MIN, prior));
}

/** Squared change of a function that a change of load alone may bring. */
export function loadVariance(load: readonly number[]): number {
  const [base = 0, head = 0] = load;
  return base > 0 && head > 0 ? (LOAD_ELASTICITY * Math.log(head / base)) ** 2 : 0;
}
