import { studentUpper } from './distributions.ts';
import { LEVELS } from './input.ts';
import { withKnownPart } from './noise.ts';
import { meanOf, median } from './robust.ts';
import type { Replication, Sizes } from './sizes.ts';
import {
  type FunctionTest,
  meanTestWeight,
  type PartTests,
  satterthwaite,
  testWeight,
  timeDegrees,
} from './test-functions.ts';
import type { RelativeChange } from './whole-service.ts';

/** The change that would have been found with a probability of 90 %, as shares of the service's CPU. */
export interface SmallestChange {
  /** In one function that takes this share of the service. */
  readonly ofFunction: readonly { readonly share: number; readonly change: number }[];
  /** In the service, when it comes from some of its functions: the number of the verdict. */
  readonly ofService: number;
  /** In the service, when it is spread so thin that only the sum shows it. */
  readonly ofSum: number;
}

export interface SmallestChangeOptions {
  readonly total: PartTests;
  readonly sizes: Sizes; // of total
  readonly replication: Replication;
  readonly servicePooled: number;
  readonly commonVariance: number;
  readonly loadVariance: number;
  readonly historyWindows: number;
  readonly tests: readonly FunctionTest[]; // of both parts
  readonly flagged: number;
  readonly service: RelativeChange;
  readonly spend: number;
}

const SHARES = [0.01, 0.05, 0.2];
/**
 * What a change is expected to come from: a function or subtree that took this share before. Chosen so
 * that the number agrees with what is found when simulated (test/bench/README.md).
 */
const USUAL_SHARE = 0.1;
const MISSED = 0.1;

/** What this comparison could have seen. Units: shares of the service's CPU. */
export function smallestChange(options: SmallestChangeOptions): SmallestChange {
  const inFunction = (share: number) =>
    Math.max(LEVELS.floor, share * relativeChangeSeen(share, options));
  const { sd } = options.service;
  const upper = studentUpper((LEVELS.service * options.spend) / 2, options.service.df);
  return {
    ofFunction: SHARES.map((share) => ({ share, change: inFunction(share) })),
    ofService: grownShare(inFunction),
    ofSum: Math.expm1((upper + studentUpper(MISSED, options.service.df)) * sd),
  };
}

/** The change of a function of USUAL_SHARE, whose pooled size is larger by half the change. */
function grownShare(inFunction: (share: number) => number): number {
  let change = 0;
  for (let step = 0; step < 30; step++) change = Math.min(inFunction(USUAL_SHARE + change / 2), 1);
  return change;
}

/** The smallest relative change of a function that takes `share` of the service. */
function relativeChangeSeen(share: number, options: SmallestChangeOptions): number {
  const { total, sizes, replication, servicePooled } = options;
  const tested = total.tests.map(({ func }) => func);
  const ticks = median(tested.map((func) => sizes.counting[func]! * sizes.pooled[func]!));
  const counting = ticks / (share * servicePooled);
  const factor = meanOf(tested.map((func) => total.process.factor[func]!));
  const { degrees, squared } = total.process;
  const within = factor * (counting + squared) * replication.inverse;
  const between = 2 * total.timePooled + options.loadVariance;
  const own = withKnownPart(degrees, counting, squared);
  const df = satterthwaite(within, own, between, timeDegrees(options));
  const weight = testWeight(share) / (meanTestWeight(options.tests, servicePooled) || 1);
  const count = Math.max(1, options.tests.length);
  const level = (LEVELS.functions * options.spend * Math.max(1, options.flagged)) / (2 * count);
  const deviations = studentUpper(Math.min(0.5, level * weight), df) + studentUpper(MISSED, df);
  return deviations * Math.sqrt(within + between + options.commonVariance);
}
