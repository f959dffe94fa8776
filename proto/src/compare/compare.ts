import { type CallGraph, callGraph, partBelow } from './call-graph.ts';
import { type CommonMode, commonMode, withoutCommonMode } from './common-mode.ts';
import { noiseLeft } from './concentration.ts';
import { pooledTimeVariance } from './history.ts';
import { type CompareInput, LEVELS, type SideSums } from './input.ts';
import { lookAt } from './looks.ts';
import { countedAs as countMovedAs, type MovedPair, pairMoved } from './moved.ts';
import { loadVariance, PROCESS_NOISE_DEFAULT } from './noise.ts';
import { nameOrigins, type Origin } from './origins.ts';
import { type Comparison, emptyComparison, report } from './report.ts';
import { type Replication, replicationOf, type Sizes, sizesOf, sumOf } from './sizes.ts';
import { type Standardised, standardise } from './standardise.ts';
import { type FunctionTest, type PartTests, testFunctions, withQ } from './test-functions.ts';

/** One look at the data with a given choice of what the common mode is estimated from. */
export interface Pass {
  readonly data: Standardised; // common mode taken out
  readonly common: CommonMode;
  readonly replication: Replication;
  readonly serviceBase: number; // sum of self over base
  readonly servicePooled: number; // mean of both sides; what does not care which side is which
  readonly self: Sizes;
  readonly total: Sizes;
  readonly selfTests: PartTests;
  readonly totalTests: PartTests;
  readonly tests: readonly FunctionTest[]; // both parts, with q
  readonly commonVariance: number;
  readonly relativeNoise: number; // ρ: of the difference of one function between the sides
}

export interface Findings extends Pass {
  readonly flagged: readonly FunctionTest[];
  readonly origins: readonly Origin[];
  readonly graph: CallGraph;
  readonly moved: readonly MovedPair[];
  readonly spend: number;
}

const PASSES_MAX = 3;
const PAIRING_ROUNDS_MAX = 6;
const UNSURE_P = 0.02;
const BELOW_ORIGIN = 0.3;
const EXCLUDED_MAX = 0.6;

/**
 * Say what head takes more or less than base, and how sure that is.
 *
 * The unit of evidence is the instance: minutes of one process are not independent. No clock and no
 * random numbers: the same input gives the same answer.
 */
export function compare(asked: CompareInput): Comparison {
  const input = { ...asked, base: withoutIdle(asked.base), head: withoutIdle(asked.head) };
  if (input.base.instances.length === 0 || input.head.instances.length === 0) {
    return emptyComparison(input);
  }
  const minutes = Math.min(minutesOf(input.base.instances), minutesOf(input.head.instances));
  const { spend } = lookAt(minutes, input.asked);
  const { data, graph, moved } = matchMoved(input);
  let excluded: ReadonlySet<number> = new Set();
  let found: Findings | null = null;
  for (let round = 0; round < PASSES_MAX; round++) {
    const one = pass(input, data, graph, excluded);
    found = { ...one, ...nameChanges(input.functions, one, graph, spend), graph, moved, spend };
    const next = changedFunctions(found);
    const size = [...next].reduce((sum, func) => sum + one.self.pooled[func]!, 0);
    if (isSubset(next, excluded) || size > EXCLUDED_MAX * one.servicePooled) break;
    excluded = next;
  }
  return report(input, found!, data, minutes);
}

/** Instances that used no CPU say nothing about its cost. */
function withoutIdle(side: SideSums): SideSums {
  const { instances, rows } = side;
  const kept = [...instances.keys()].filter((i) => instances[i]!.processCpuMicros > 0);
  if (kept.length === instances.length) return side;
  const place = new Map(kept.map((instance, i) => [instance, i]));
  const used = Array.from(rows.instance, (_, row) => row).filter((row) =>
    place.has(rows.instance[row]!),
  );
  const pick = (column: ArrayLike<number>) => Float64Array.from(used, (row) => column[row]!);
  return {
    instances: kept.map((i) => instances[i]!),
    rows: {
      instance: Int32Array.from(used, (row) => place.get(rows.instance[row]!)!),
      endpoint: pick(rows.endpoint),
      func: pick(rows.func),
      selfMicros: pick(rows.selfMicros),
      totalMicros: pick(rows.totalMicros),
      selfTicks: pick(rows.selfTicks),
      totalTicks: pick(rows.totalTicks),
    },
  };
}

/** Count functions that only moved or changed name as one, until no more pairs are found. */
function matchMoved(input: CompareInput) {
  const functionCount = input.functions.length;
  const moved: MovedPair[] = [];
  for (let round = 0; ; round++) {
    const countedAs = countMovedAs(functionCount, moved);
    const groups = [input.base, input.head];
    const data = standardise({ groups, functions: input.functions, countedAs });
    const graph = callGraph({ edges: input.edges, functionCount, countedAs });
    if (round === PAIRING_ROUNDS_MAX) return { data, graph, moved };
    const first = pass(input, data, graph, new Set());
    const pairs = pairMoved({ ...first, functions: input.functions, graph });
    if (pairs.length === 0) return { data, graph, moved };
    moved.push(...pairs);
  }
}

function pass(
  input: CompareInput,
  raw: Standardised,
  graph: CallGraph,
  excluded: ReadonlySet<number>,
): Pass {
  const { functions, history, simultaneous } = input;
  const common = commonMode(raw, functions, excluded);
  const data = withoutCommonMode(raw, common);
  const replication = replicationOf(data);
  const self = sizesOf(data, data.self);
  const total = sizesOf(data, data.total);
  const serviceBase = sumOf(self.base);
  const servicePooled = sumOf(self.pooled);
  const load = loadVariance(raw.load);
  const pooled = simultaneous ? 0 : pooledTimeVariance(history?.self ?? null);
  const commonVariance = varianceOfCommon({ self, common, replication, pooled, load });
  const setting = {
    functions,
    replication,
    serviceBase,
    servicePooled,
    historyWindows: history?.windows ?? 0,
    simultaneous,
    loadVariance: load,
    commonVariance,
  };
  const alone = new Float64Array(functions.length).fill(1);
  const left = noiseLeft(graph, self.pooled, total.pooled);
  const selfTests = testFunctions('self', self, {
    ...setting,
    history: history?.self ?? null,
    left: alone,
  });
  const totalTests = testFunctions('total', total, {
    ...setting,
    history: history?.total ?? null,
    left,
  });
  const { squared } = totalTests.process;
  return {
    data,
    common,
    replication,
    serviceBase,
    servicePooled,
    self,
    total,
    selfTests,
    totalTests,
    tests: withQ([...selfTests.tests, ...totalTests.tests], servicePooled),
    commonVariance,
    relativeNoise: Math.sqrt(squared * replication.inverse + 2 * totalTests.timePooled),
  };
}

const COMMON_MARGIN = 1.3;

interface CommonVarianceOptions {
  readonly self: Sizes;
  readonly common: CommonMode;
  readonly replication: Replication;
  readonly pooled: number; // h² of the usual function
  readonly load: number;
}

/** Relative variance of the difference of the sides' common modes, as an error of every effect. */
function varianceOfCommon({ self, common, replication, pooled, load }: CommonVarianceOptions) {
  let sum = 0;
  common.weight.forEach((weight, func) => {
    if (weight === 0) return;
    const within = (self.counting[func]! + PROCESS_NOISE_DEFAULT ** 2) * replication.inverse;
    sum += weight ** 2 * (within + 2 * pooled + load);
  });
  return COMMON_MARGIN * sum;
}

function nameChanges(
  functions: CompareInput['functions'],
  one: Pass,
  graph: CallGraph,
  spend: number,
) {
  const { tests, serviceBase, servicePooled, relativeNoise } = one;
  const flagged = tests.filter(
    ({ q, base, head }) =>
      q < LEVELS.functions * spend && Math.abs(head - base) >= LEVELS.floor * servicePooled,
  );
  const origins = nameOrigins({ functions, tests, flagged, graph, serviceBase, relativeNoise });
  return { flagged, origins };
}

/**
 * Functions that the common mode should not be estimated from.
 *
 * Without an origin yet, what lies below the surest total is left out: a change spread over a large subtree
 * pulls the common mode towards it, looks smaller by a fifth, and would not be seen. In simulation 3 % over
 * a subtree was found in 67 instead of 58 %, with no more alarms (200 and 700 deploys, 2026-11-20).
 */
function changedFunctions({ selfTests, totalTests, origins, graph, total }: Findings): Set<number> {
  const changed = new Set(selfTests.tests.filter(({ p }) => p < UNSURE_P).map(({ func }) => func));
  const top = origins[0]?.test ?? surestOf(totalTests);
  if (top === null) return changed;
  partBelow(graph, top.func, total.pooled).forEach((part, func) => {
    if (part > BELOW_ORIGIN) changed.add(func);
  });
  return changed;
}

function surestOf({ tests }: PartTests): FunctionTest | null {
  const unsure = tests.filter(({ p }) => p < UNSURE_P);
  return unsure.length === 0 ? null : unsure.reduce((a, b) => (b.p < a.p ? b : a));
}

function isSubset(some: ReadonlySet<number>, all: ReadonlySet<number>): boolean {
  return [...some].every((one) => all.has(one));
}

/** Kept minutes of an instance of this side, on average. */
function minutesOf(instances: SideSums['instances']): number {
  const all = instances.reduce((sum, { minutes }) => sum + minutes, 0);
  return instances.length === 0 ? 0 : all / instances.length;
}
