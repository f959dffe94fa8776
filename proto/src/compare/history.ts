import { isAgentPackage } from '../agent-packages.ts';
import { commonMode, withoutCommonMode } from './common-mode.ts';
import type { ComparedFunction, SideSums } from './input.ts';
import { meanOf, median, varianceOf } from './robust.ts';
import { type Measured, type Standardised, standardise } from './standardise.ts';

/** How much functions move between times, as relative variance. */
export interface TimeNoise {
  readonly pool: number;
  readonly byFunction: ReadonlyMap<string, number>; // function id -> its own; others take the pool
}

/** The noise floor that a service has shown over past windows of one version. */
export interface ServiceHistory {
  readonly windows: number;
  readonly commonVariance: number; // how far the common mode wanders, squared
  readonly self: TimeNoise;
  readonly total: TimeNoise;
}

/** Harsh on purpose: a new service gets less power, not more alarms. */
export const TIME_NOISE_DEFAULT = 0.07;
export const COMMON_NOISE_DEFAULT = 0.06;
/** The kernel under contention and the collector move more than code does. */
export const KERNEL_NOISE = 0.12;
export const HISTORY_WINDOWS_MIN = 6;

const POOL_MIN = 0.005;
const POOL_WEIGHT = 6;
const POOL_MARGIN = 1.1;
const TICKS_MIN = 12;

/**
 * Learn the noise between times from past windows of one version.
 *
 * Shape   at least HISTORY_WINDOWS_MIN windows of the same length, not overlapping; else null.
 */
export function learnHistory(
  windows: readonly SideSums[],
  functions: readonly ComparedFunction[],
): ServiceHistory | null {
  if (windows.length < HISTORY_WINDOWS_MIN) return null;
  const raw = standardise({ groups: windows, functions });
  const common = commonMode(raw, functions, new Set());
  const data = withoutCommonMode(raw, common);
  const counts = windows.map(({ instances }) => instances.length);
  const level = groupMeans(common.log, data, counts, 1, 0);
  const spread = (windows.length - 1) * varianceOf(level) + 2 * COMMON_NOISE_DEFAULT ** 2;
  return {
    windows: windows.length,
    commonVariance: spread / (windows.length + 1),
    self: timeNoise(data, data.self, counts, functions),
    total: timeNoise(data, data.total, counts, functions),
  };
}

function timeNoise(
  data: Standardised,
  { value, variance }: Measured,
  counts: readonly number[],
  functions: readonly ComparedFunction[],
): TimeNoise {
  const raw = new Map<number, number>(); // function -> relative variance beyond counting
  for (let func = 0; func < data.functionCount; func++) {
    const level = groupMeans(value, data, counts, data.functionCount, func);
    const counting = groupMeans(variance, data, counts, data.functionCount, func);
    const size = meanOf(level);
    if (size * size < TICKS_MIN * meanOf(counting) || size === 0) continue;
    const chance = meanOf(counting.map((v, window) => v / counts[window]!));
    raw.set(func, (varianceOf(level) - chance) / (size * size));
  }
  const isUsual = ({ kind, package: of }: ComparedFunction) =>
    !isKernel(kind) && !isAgentPackage(of);
  const usual = [...raw].filter(([func]) => isUsual(functions[func]!)).map(([, v]) => v);
  const pool = Math.max(POOL_MARGIN * median(usual), POOL_MIN ** 2);
  const own = counts.length - 1;
  const byFunction = new Map<string, number>();
  for (const [func, seen] of raw) {
    const { id, kind } = functions[func]!;
    const prior = isKernel(kind) ? KERNEL_NOISE ** 2 : pool;
    byFunction.set(id, (POOL_WEIGHT * prior + own * Math.max(seen, 0)) / (POOL_WEIGHT + own));
  }
  return { pool, byFunction };
}

/** Window -> mean over its instances of one column of a table with `width` columns. */
function groupMeans(
  table: Float64Array,
  { group }: Standardised,
  counts: readonly number[],
  width: number,
  column: number,
): number[] {
  const means = counts.map(() => 0);
  group.forEach((window, instance) => {
    means[window]! += table[instance * width + column]! / counts[window]!;
  });
  return means;
}

function isKernel(kind: string): boolean {
  return kind === 'gc' || kind === 'native';
}

export interface TimeVarianceOptions {
  readonly left: number; // variance over that of the usual function, by what it is a sum of
  readonly windows: number; // past ones
}

/** Relative variance of a function between times; defaults where nothing was learnt. */
export function timeVariance(
  noise: TimeNoise | null,
  { id, kind }: ComparedFunction,
  { left, windows }: TimeVarianceOptions,
): number {
  const known = noise?.byFunction.get(id);
  if (isKernel(kind)) return known ?? KERNEL_NOISE ** 2;
  const pool = pooledTimeVariance(noise);
  if (noise === null) return pool;
  if (known === undefined) return pool * left;
  const prior = POOL_WEIGHT / (POOL_WEIGHT + windows - 1);
  return known + prior * pool * (left - 1);
}

export function pooledTimeVariance(noise: TimeNoise | null): number {
  return noise?.pool ?? TIME_NOISE_DEFAULT ** 2;
}
