import { isAgentPackage } from '../agent-packages.ts';
import { studentTwoSided, studentUpper } from './distributions.ts';
import { pooledTimeVariance, type TimeNoise, timeVariance } from './history.ts';
import { type ComparedFunction, LEVELS } from './input.ts';
import { type ProcessNoise, processNoise } from './noise.ts';
import { meanOf, median } from './robust.ts';
import type { Replication, Sizes } from './sizes.ts';

export type Part = 'self' | 'total';

/** One function, self or total, tested against no change. */
export interface FunctionTest {
  readonly func: number;
  readonly part: Part;
  readonly base: number; // CPU in the normaliser's unit, common mode taken out
  readonly head: number;
  readonly effect: number; // head - base, as a share of the service's base
  readonly sd: number; // of the effect
  readonly df: number;
  readonly t: number;
  readonly p: number;
  readonly q: number;
}

/** Everything that a test needs besides the sizes. */
export interface TestSetting {
  readonly functions: readonly ComparedFunction[];
  readonly replication: Replication;
  readonly serviceBase: number; // sum of self over base
  readonly servicePooled: number; // mean of both sides
  readonly history: TimeNoise | null;
  readonly historyWindows: number; // 0 without history
  readonly simultaneous: boolean;
  readonly loadVariance: number;
  readonly commonVariance: number; // of the common mode's difference, relative
  readonly left: Float64Array; // function -> its noise over that of one that stands alone, as variances
}

/** The tests of one part, with the noise that they share. */
export interface PartTests {
  readonly part: Part;
  readonly tests: readonly FunctionTest[];
  readonly process: ProcessNoise;
  readonly time: Float64Array; // function -> h², relative variance of one side
  readonly timePooled: number;
}

const VALUES_MIN = 8;
/** Variances between processes differ more over functions than one shared variance says. */
const INTERVAL_MARGIN = 2;
const HISTORY_DEGREES = 5;
const DEFAULT_DEGREES = 20;

export function testFunctions(part: Part, sizes: Sizes, setting: TestSetting): PartTests {
  const { functions, replication, servicePooled } = setting;
  const tested = [...functions.keys()].filter((func) => {
    if (isAgentPackage(functions[func]!.package)) return false;
    const large = sizes.pooled[func]! >= (LEVELS.floor / 2) * servicePooled;
    return large && VALUES_MIN * sizes.counting[func]! <= 1;
  });
  const usual = median(tested.map((func) => setting.left[func]!)) || 1;
  const left = setting.left.map((one) => one / usual);
  const process = processNoise(sizes, replication, {
    tested,
    simultaneous: setting.simultaneous,
    left,
  });
  const between = (func: ComparedFunction, row: number) =>
    setting.simultaneous
      ? 0
      : timeVariance(setting.history, func, { left: left[row]!, windows: setting.historyWindows });
  const time = Float64Array.from(functions, (f, row) => between(f, row) + setting.loadVariance / 2);
  const timePooled = setting.simultaneous ? 0 : pooledTimeVariance(setting.history);
  const noise = { part, process, time, timePooled };
  return { ...noise, tests: tested.map((func) => testOne(func, sizes, setting, noise)) };
}

function testOne(
  func: number,
  sizes: Sizes,
  setting: TestSetting,
  { part, process, time }: Omit<PartTests, 'tests'>,
): FunctionTest {
  const { serviceBase, commonVariance } = setting;
  const base = sizes.base[func]!;
  const head = sizes.head[func]!;
  const size = sizes.pooled[func]!;
  const { inverse, base: n0, head: n1 } = setting.replication;
  const factor = process.factor[func]!;
  const squared = process.squared * process.left[func]!;
  const within = factor * (sizes.counting[func]! + squared) * inverse;
  const between = 2 * time[func]!;
  const t = (head - base) / (size * Math.sqrt(within + between + commonVariance));
  const df = satterthwaite(within, process.degreesOf[func]!, between, timeDegrees(setting));
  const relative = factor * squared;
  const variance =
    factor * sizes.counting[func]! * size * (base / n0 + head / n1) +
    base ** 2 * (relative / n0 + time[func]!) +
    head ** 2 * (relative / n1 + time[func]! + commonVariance);
  return {
    func,
    part,
    base,
    head,
    effect: (head - base) / serviceBase,
    sd: Math.sqrt(INTERVAL_MARGIN * variance) / serviceBase,
    df,
    t,
    p: studentTwoSided(t, df),
    q: 1,
  };
}

export function timeDegrees({ historyWindows }: Pick<TestSetting, 'historyWindows'>): number {
  return historyWindows > 0 ? historyWindows + HISTORY_DEGREES : DEFAULT_DEGREES;
}

/** Degrees of freedom of a sum of two variances. */
export function satterthwaite(a: number, degreesA: number, b: number, degreesB: number): number {
  if (b === 0) return degreesA;
  return (a + b) ** 2 / (a ** 2 / degreesA + b ** 2 / degreesB);
}

/** A function of this share of the service, or more, gets the largest weight. */
const WEIGHT_SHARE_MAX = 0.2;

/**
 * Benjamini and Hochberg's q over all tests of both parts, weighted by size.
 *
 * An effect that counts is a large relative change in a small function and a slight one in a large
 * function, so small functions can spare some of their level. Sizes do not depend on the difference.
 * Source  Genovese, Roeder, Wasserman 2006, https://doi.org/10.1093/biomet/93.3.509; under positive
 *         dependence, as of totals along a stack: Benjamini, Yekutieli 2001
 */
export function withQ(tests: readonly FunctionTest[], service: number): FunctionTest[] {
  const mean = meanTestWeight(tests, service);
  const weighted = tests.map((test) => (test.p * mean) / testWeight(shareOf(test, service)));
  const order = [...tests.keys()].sort((a, b) => weighted[b]! - weighted[a]!);
  const q = new Float64Array(tests.length);
  let smallest = 1;
  order.forEach((row, place) => {
    smallest = Math.min(smallest, (weighted[row]! * tests.length) / (tests.length - place));
    q[row] = smallest;
  });
  return tests.map((test, row) => ({ ...test, q: q[row]! }));
}

/** The part of the level that a test of this size gets, against others. */
export function testWeight(share: number): number {
  return Math.min(share, WEIGHT_SHARE_MAX);
}

export function meanTestWeight(tests: readonly FunctionTest[], service: number): number {
  return meanOf(tests.map((test) => testWeight(shareOf(test, service))));
}

function shareOf({ base, head }: FunctionTest, service: number): number {
  return (base + head) / 2 / service;
}

/** Half the width of an interval around the effect. */
export function halfWidth({ sd, df }: Pick<FunctionTest, 'sd' | 'df'>, confidence = 0.95): number {
  return studentUpper((1 - confidence) / 2, df) * sd;
}
