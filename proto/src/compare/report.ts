import { partBelow } from './call-graph.ts';
import type { Findings } from './compare.ts';
import { type CompareInput, LEVELS, type SideSums } from './input.ts';
import { lookAt } from './looks.ts';
import { loadVariance } from './noise.ts';
import { type FunctionChange, functionChanges, type OriginChange, originChanges } from './rows.ts';
import { sizesOf, sumOf } from './sizes.ts';
import { type SmallestChange, smallestChange } from './smallest-change.ts';
import type { Normaliser, Standardised } from './standardise.ts';
import { judge, type Shortage, type Verdict } from './verdict.ts';
import { type Warning, warningsOf } from './warnings.ts';
import { codeEffect, commonEffect, type RelativeChange } from './whole-service.ts';

/** What was measured of one side. */
export interface SideFacts {
  readonly instances: number;
  readonly minutes: number; // kept, over all instances
  readonly requests: number;
  readonly loadPerMinute: number; // requests per instance-minute
  readonly processCpuMicros: number;
  readonly busyTicks: number;
  /** In the normaliser's unit at the common mix, the common mode still in it. */
  readonly cost: number;
}

/** Everything that a screen, a comment or a command says about two sides. */
export interface Comparison {
  readonly normaliser: Normaliser;
  readonly simultaneous: boolean;
  readonly look: { readonly minutes: number; readonly spend: number };
  readonly minutes: number; // kept for each instance, of the side with fewer
  readonly historyWindows: number;
  readonly verdict: Verdict;
  readonly base: SideFacts;
  readonly head: SideFacts;
  readonly code: RelativeChange; // the service with the common mode taken out: S
  readonly common: RelativeChange; // what moved all functions alike: C
  readonly origins: readonly OriginChange[];
  readonly functions: readonly FunctionChange[]; // largest change first
  readonly tested: number; // functions, by self or total
  readonly smallest: SmallestChange;
  readonly warnings: readonly Warning[];
}

/** Answers are JSON, which has no infinity: everything from nothing to a thousandfold. */
const HIGH_UNKNOWN = 1000;
const MINUTES_MIN = 2;
const TICKS_MIN = 600;

/** Put the findings into the words and tables of an answer. */
export function report(
  input: CompareInput,
  found: Findings,
  raw: Standardised,
  minutes: number,
): Comparison {
  const { base: baseSide, head: headSide, history, simultaneous } = input;
  const { origins, replication, servicePooled, spend } = found;
  const whole = {
    ...found,
    self: found.self,
    tests: found.selfTests,
    history,
    simultaneous,
    spend,
  };
  const code = codeEffect(whole);
  const common = commonEffect(whole);
  const smallest = smallestChange({
    total: found.totalTests,
    sizes: found.total,
    replication,
    servicePooled,
    commonVariance: found.commonVariance,
    historyWindows: history?.windows ?? 0,
    loadVariance: loadVariance(raw.load),
    tests: found.tests,
    flagged: found.flagged.length,
    service: code,
    spend,
  });
  const costs = sizesOf(raw, raw.self);
  const base = factsOf(baseSide, raw.load[0]!, sumOf(costs.base));
  const head = factsOf(headSide, raw.load[1]!, sumOf(costs.head));
  const verdict = judge({
    origins,
    service: code,
    common,
    coveredShare: coveredBy(found),
    smallestChange: smallest.ofService,
    shortage: shortageOf(base, head, minutes),
    simultaneous,
    instancesMin: Math.min(base.instances, head.instances),
    serviceMeans: raw.normaliser !== 'share',
  });
  return {
    normaliser: raw.normaliser,
    simultaneous,
    look: lookAt(minutes, input.asked),
    minutes,
    historyWindows: history?.windows ?? 0,
    verdict,
    base,
    head,
    code,
    common,
    origins: originChanges(found),
    functions: functionChanges(found),
    tested: new Set(found.tests.map(({ func }) => func)).size,
    smallest,
    warnings: warningsOf({ input, raw, common: found.common, smallest, base, head }),
  };
}

/** The part of what could carry the common mode that lies below the origins. */
function coveredBy({ origins, graph, total, common }: Findings): number {
  const below = origins.map(({ test }) => partBelow(graph, test.func, total.pooled));
  return common.eligible.reduce(
    (sum, share, func) => sum + share * Math.max(0, ...below.map((part) => part[func]!)),
    0,
  );
}

function factsOf({ instances, rows }: SideSums, loadPerMinute: number, cost: number): SideFacts {
  const sum = (of: (instance: SideSums['instances'][number]) => number) =>
    instances.reduce((all, instance) => all + of(instance), 0);
  return {
    instances: instances.length,
    minutes: sum(({ minutes }) => minutes),
    requests: sum(({ requests }) => sumOf(requests)),
    loadPerMinute,
    processCpuMicros: sum(({ processCpuMicros }) => processCpuMicros),
    busyTicks: sumOf(rows.selfTicks),
    cost,
  };
}

function shortageOf(base: SideFacts, head: SideFacts, minutes: number): Shortage | null {
  if (minutes < MINUTES_MIN) return 'minutes';
  if (Math.min(base.busyTicks, head.busyTicks) < TICKS_MIN) return 'ticks';
  if (base.requests > 0 !== head.requests > 0) return 'requests';
  return null;
}

/** The answer when a side holds nothing at all. */
export function emptyComparison(input: CompareInput): Comparison {
  const nothing = { change: 0, low: -1, high: HIGH_UNKNOWN, sd: 0, df: 1, p: 1 };
  const unknown: RelativeChange = { ...nothing, flagged: false };
  const verdict: Verdict = {
    state: 'not-enough-data',
    effect: { value: 0, low: -1, high: HIGH_UNKNOWN },
    from: 'service',
    cancelled: false,
    shortage: 'minutes',
    exitCode: 3,
  };
  return {
    normaliser: 'share',
    simultaneous: input.simultaneous,
    look: { minutes: 0, spend: 0 },
    minutes: 0,
    historyWindows: input.history?.windows ?? 0,
    verdict,
    base: factsOf(input.base, 0, 0),
    head: factsOf(input.head, 0, 0),
    code: unknown,
    common: unknown,
    origins: [],
    functions: [],
    tested: 0,
    smallest: { ofFunction: [], ofService: LEVELS.promised * 10, ofSum: LEVELS.promised * 10 },
    warnings: [],
  };
}
