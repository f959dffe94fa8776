import { isAgentPackage } from '../agent-packages.ts';
import type { ComparedFunction } from './input.ts';
import { meanOf, meanOver, median, shortestHalf } from './robust.ts';
import { sumOf } from './sizes.ts';
import type { Measured, Standardised } from './standardise.ts';

/** What moved all functions of an instance together: its machine, its clock, its neighbours. */
export interface CommonMode {
  readonly log: Float64Array; // instance -> logarithm of its factor; the mean over group 0 is 0
  readonly weight: Float64Array; // function -> its part in the estimate; sums to 1, or all 0
  readonly eligible: Float64Array; // function -> its part in what could carry the estimate; sums to 1, or all 0
}

/** Relative noise of a function that counting does not explain, for weights only. */
const RELATIVE_NOISE = 0.05;
const TICKS_MIN = 12;
const SHARE_MAX = 0.03;
const CUT = 3.5;
const KEEP_MIN = 0.2;

/**
 * Estimate the common mode of each instance from the functions that most likely did not change.
 *
 * The shortest half, not the median, starts it: a subtree that grew pulls the median.
 * The same variance weighs a function in all instances: with their own, low counts would weigh more.
 * Source  Tukey's biweight; TMM of edgeR has the same aim
 */
export function commonMode(
  data: Standardised,
  functions: readonly ComparedFunction[],
  excluded: ReadonlySet<number>,
): CommonMode {
  const log = new Float64Array(data.instanceCount);
  const weight = new Float64Array(data.functionCount);
  const eligible = new Float64Array(data.functionCount);
  const used = usedFunctions(data, functions, { excluded, eligible });
  if (used.func.length === 0) return { log, weight, eligible };
  for (let instance = 0; instance < data.instanceCount; instance++) {
    const x = used.func.map((func, i) =>
      Math.log(data.self.value[instance * data.functionCount + func]! / used.reference[i]!),
    );
    const { center, weights } = biweight(x, used.precision, shortestHalf(x, used.share));
    log[instance] = center;
    used.func.forEach((func, i) => {
      weight[func]! += weights[i]! / data.instanceCount;
    });
  }
  const shift = meanOver(log, data.group, 0);
  return { log: log.map((value) => value - shift), weight, eligible };
}

interface Used {
  readonly func: readonly number[];
  readonly reference: readonly number[]; // mean of the groups' logarithmic means
  readonly share: readonly number[]; // of the service, capped so that no function decides alone
  readonly precision: readonly number[];
}

function usedFunctions(
  data: Standardised,
  functions: readonly ComparedFunction[],
  { excluded, eligible }: { excluded: ReadonlySet<number>; eligible: Float64Array },
): Used {
  const level = instanceLevels(data);
  const all: CandidateFunction[] = [];
  let service = 0;
  for (let func = 0; func < data.functionCount; func++) {
    const { value, variance, smallest, reference } = summaryOf(data, func, level);
    service += reference;
    if (smallest <= 0 || value * value < TICKS_MIN * variance) continue;
    if (!movesWithRequests(functions[func]!, data.inRequest[func]!)) continue;
    const precision = 1 / (variance / (value * value) + RELATIVE_NOISE ** 2);
    all.push({ func, reference, precision });
  }
  const share = (one: CandidateFunction) => Math.min(one.reference, SHARE_MAX * service);
  const shareOf = (some: readonly CandidateFunction[]) =>
    some.reduce((sum, one) => sum + share(one), 0);
  for (const one of all) eligible[one.func] = share(one) / shareOf(all);
  const left = all.filter(({ func }) => !excluded.has(func));
  const kept = shareOf(left) < KEEP_MIN * shareOf(all) ? all : left;
  return {
    func: kept.map(({ func }) => func),
    reference: kept.map(({ reference }) => reference),
    precision: kept.map(({ precision }) => precision),
    share: kept.map(share),
  };
}

interface CandidateFunction {
  readonly func: number;
  readonly reference: number;
  readonly precision: number;
}

/** The agent works when it flushes, in bursts that have nothing to do with requests. */
function movesWithRequests({ kind, package: of }: ComparedFunction, inRequest: number): boolean {
  if (isAgentPackage(of)) return false;
  return kind === 'user' || kind === 'dependency' || (kind === 'runtime' && inRequest > 0.5);
}

/** Instance -> its CPU; shares of it do not change when a whole side gets dearer. */
function instanceLevels({ self, functionCount, instanceCount }: Standardised): Float64Array {
  return Float64Array.from({ length: instanceCount }, (_, instance) =>
    sumOf(self.value.subarray(instance * functionCount, (instance + 1) * functionCount)),
  );
}

function summaryOf(data: Standardised, func: number, level: Float64Array) {
  const { self, functionCount, instanceCount, group } = data;
  let value = 0; // mean share of an instance
  let variance = 0;
  let smallest = Number.POSITIVE_INFINITY;
  const sums: number[] = [];
  const counts: number[] = [];
  for (let instance = 0; instance < instanceCount; instance++) {
    const z = self.value[instance * functionCount + func]!;
    const v = self.variance[instance * functionCount + func]!;
    value += z / level[instance]! / instanceCount;
    variance += v / level[instance]! ** 2 / instanceCount;
    smallest = Math.min(smallest, z);
    sums[group[instance]!] = (sums[group[instance]!] ?? 0) + z;
    counts[group[instance]!] = (counts[group[instance]!] ?? 0) + 1;
  }
  const logs = sums.map((sum, i) => Math.log(Math.max(sum / counts[i]!, 0)));
  return { value, variance, smallest, reference: Math.exp(meanOf(logs)) };
}

/** Tukey's biweight mean of `x`, whose weights are known up to one common scale. */
function biweight(x: readonly number[], precision: readonly number[], start: number) {
  let center = start;
  let weights: number[] = [];
  for (let step = 0; step < 5; step++) {
    weights = x.map((value, i) => {
      const u = ((value - center) * Math.sqrt(precision[i]!)) / CUT;
      return Math.abs(u) < 1 ? precision[i]! * (1 - u * u) ** 2 : 0;
    });
    const sum = weights.reduce((all, w) => all + w, 0);
    if (sum === 0) return { center: median(x), weights: x.map(() => 1 / x.length) };
    weights = weights.map((w) => w / sum);
    center = weights.reduce((all, w, i) => all + w * x[i]!, 0);
  }
  return { center, weights };
}

/** The data with the common mode taken out. */
export function withoutCommonMode(data: Standardised, { log }: CommonMode): Standardised {
  const width = data.functionCount;
  const divided = (table: Float64Array, power: number) => {
    const result = new Float64Array(table.length);
    log.forEach((common, instance) => {
      const factor = Math.exp(-power * common);
      for (let cell = instance * width; cell < (instance + 1) * width; cell++) {
        result[cell] = table[cell]! * factor;
      }
    });
    return result;
  };
  const scaled = ({ value, variance }: Measured): Measured => ({
    value: divided(value, 1),
    variance: divided(variance, 2),
  });
  return { ...data, self: scaled(data.self), total: scaled(data.total) };
}
