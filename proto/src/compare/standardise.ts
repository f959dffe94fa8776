import { commonMix, type Mix } from './endpoint-mix.ts';
import type { ComparedFunction, InstanceSums, SideSums } from './input.ts';

/** What the CPU of an instance is divided by. */
export type Normaliser = 'request' | 'cores' | 'share';

/** One number and its counting variance for every instance and function. */
export interface Measured {
  readonly value: Float64Array; // instance * functionCount + function -> CPU in the normaliser's unit
  readonly variance: Float64Array; // the same shape: what chance in the sampling alone would make
}

/** Instances of all groups in one table, group after group. */
export interface Standardised {
  readonly normaliser: Normaliser;
  readonly instanceCount: number;
  readonly functionCount: number;
  readonly group: Int32Array; // instance -> group: 0 is base and 1 head, or the window of a history
  readonly self: Measured;
  readonly total: Measured;
  readonly selfTicks: Float64Array; // group * functionCount + function
  readonly totalTicks: Float64Array;
  readonly inRequest: Float64Array; // function -> share of its self CPU inside requests
  readonly load: readonly number[]; // group -> requests per instance-minute; 0 when not counted
  readonly mix: Mix | null; // null without request counts
}

export interface StandardiseOptions {
  readonly groups: readonly SideSums[];
  readonly functions: readonly ComparedFunction[];
  /** function -> the function it is counted as, when it only moved or was renamed. */
  readonly countedAs?: Int32Array;
}

/**
 * CPU of every function per request, at a mix of endpoints common to all groups.
 *
 * Totals are exact: ticks only split what the process clock says. Idle functions are left out.
 * Units   microseconds per request, cores per instance, or a share of 1, by `normaliser`.
 */
export function standardise({ groups, functions, countedAs }: StandardiseOptions): Standardised {
  const mix = commonMix(groups.map(({ instances }) => instances));
  const normaliser = mix === null ? withoutRequests(groups) : 'request';
  const functionCount = functions.length;
  const instanceCount = groups.reduce((sum, { instances }) => sum + instances.length, 0);
  const cells = instanceCount * functionCount;
  const result = {
    normaliser,
    instanceCount,
    functionCount,
    group: new Int32Array(instanceCount),
    self: { value: new Float64Array(cells), variance: new Float64Array(cells) },
    total: { value: new Float64Array(cells), variance: new Float64Array(cells) },
    selfTicks: new Float64Array(groups.length * functionCount),
    totalTicks: new Float64Array(groups.length * functionCount),
    inRequest: new Float64Array(functionCount),
    load: groups.map(({ instances }) => loadOf(instances)),
    mix,
  };
  const lambda = mean(result.load);
  let firstInstance = 0;
  groups.forEach((side, group) => {
    const scale = exactScale(side, functions);
    const weigh = side.instances.map((instance, i) =>
      weightsOf({ instance, normaliser, lambda, mix, row: firstInstance + i }),
    );
    result.group.fill(group, firstInstance, firstInstance + side.instances.length);
    addRows({ side, group, firstInstance, scale, weigh, functions, countedAs, into: result });
    firstInstance += side.instances.length;
  });
  shareInRequests(groups, result.inRequest, countedAs);
  return result;
}

type Weigh = (endpoint: number, kind: string) => number;

interface AddOptions {
  readonly side: SideSums;
  readonly group: number;
  readonly firstInstance: number;
  readonly scale: Float64Array; // instance of the side -> process CPU over the sum of its rows
  readonly weigh: readonly Weigh[];
  readonly functions: readonly ComparedFunction[];
  readonly countedAs: Int32Array | undefined;
  readonly into: Standardised;
}

function addRows(options: AddOptions): void {
  const { side, group, firstInstance, scale, weigh, functions, countedAs, into } = options;
  const { rows } = side;
  for (let row = 0; row < rows.func.length; row++) {
    const original = rows.func[row]!;
    const { kind } = functions[original]!;
    const instance = rows.instance[row]!;
    const weight = weigh[instance]!(rows.endpoint[row]!, kind);
    if (weight === 0 || kind === 'idle') continue;
    const func = countedAs === undefined ? original : countedAs[original]!;
    const cell = (firstInstance + instance) * into.functionCount + func;
    const factor = weight * scale[instance]!;
    add(into.self, cell, factor * rows.selfMicros[row]!, rows.selfTicks[row]!);
    add(into.total, cell, factor * rows.totalMicros[row]!, rows.totalTicks[row]!);
    into.selfTicks[group * into.functionCount + func]! += rows.selfTicks[row]!;
    into.totalTicks[group * into.functionCount + func]! += rows.totalTicks[row]!;
  }
}

/** The variance of a Poisson count k that stands for a value is value² / k; CPU without ticks is exact. */
function add(into: Measured, cell: number, value: number, ticks: number): void {
  into.value[cell]! += value;
  if (ticks > 0) into.variance[cell]! += (value * value) / ticks;
}

/** Instance -> the factor that makes the sum of its rows what the process clock measured. */
function exactScale({ instances, rows }: SideSums, functions: readonly ComparedFunction[]) {
  const sums = new Float64Array(instances.length);
  for (let row = 0; row < rows.func.length; row++) {
    if (functions[rows.func[row]!]!.kind === 'idle') continue;
    sums[rows.instance[row]!]! += rows.selfMicros[row]!;
  }
  return sums.map((sum, i) => (sum > 0 ? instances[i]!.processCpuMicros / sum : 0));
}

interface WeightOptions {
  readonly instance: InstanceSums;
  readonly normaliser: Normaliser;
  readonly lambda: number; // requests per instance-minute, mean over the groups
  readonly mix: Mix | null;
  readonly row: number; // of the instance among all groups
}

/** What a row's CPU is multiplied by: requests for endpoints and GC, time for background work. */
function weightsOf({ instance, normaliser, lambda, mix, row }: WeightOptions): Weigh {
  if (mix === null) {
    const by = normaliser === 'share' ? instance.processCpuMicros : instance.minutes * 60e6;
    return () => (by > 0 ? 1 / by : 0);
  }
  const perRequest = 1 / sum(instance.requests);
  const perTime = 1 / (instance.minutes * lambda);
  return (endpoint, kind) => {
    if (kind === 'gc') return perRequest;
    if (endpoint < 0) return kind === 'native' ? perRequest : perTime;
    return mix.factor[row]![endpoint]!;
  };
}

/** Cores per instance say something only where instances are known and alike. */
function withoutRequests(groups: readonly SideSums[]): Normaliser {
  const alike = groups.every(({ instances }) => {
    const cores = instances.map(({ processCpuMicros, minutes }) => processCpuMicros / minutes);
    return instances.every(({ id }) => id !== '') && Math.max(...cores) <= 1.5 * Math.min(...cores);
  });
  return alike ? 'cores' : 'share';
}

function shareInRequests(
  groups: readonly SideSums[],
  inRequest: Float64Array,
  countedAs: Int32Array | undefined,
): void {
  const all = new Float64Array(inRequest.length);
  for (const { rows } of groups) {
    for (let row = 0; row < rows.func.length; row++) {
      const func = countedAs?.[rows.func[row]!] ?? rows.func[row]!;
      all[func]! += rows.selfMicros[row]!;
      if (rows.endpoint[row]! >= 0) inRequest[func]! += rows.selfMicros[row]!;
    }
  }
  all.forEach((micros, func) => {
    if (micros > 0) inRequest[func]! /= micros;
  });
}

function loadOf(instances: readonly InstanceSums[]): number {
  const minutes = instances.reduce((all, instance) => all + instance.minutes, 0);
  const requests = instances.reduce((all, instance) => all + sum(instance.requests), 0);
  return minutes > 0 ? requests / minutes : 0;
}

function sum(values: ArrayLike<number>): number {
  let all = 0;
  for (let i = 0; i < values.length; i++) all += values[i]!;
  return all;
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
