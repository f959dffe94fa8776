import { isAgentPackage } from '../agent-packages.ts';
import { nameWithoutPosition } from '../frames.ts';
import type { CallGraph } from './call-graph.ts';
import type { ComparedFunction } from './input.ts';
import type { Sizes } from './sizes.ts';

/** A function of head that is one of base under another name or in another file. */
export interface MovedPair {
  readonly gone: number; // function row in base
  readonly appeared: number; // function row in head
  readonly shared: number; // callers and callees that both have
}

export interface MovedOptions {
  readonly functions: readonly ComparedFunction[];
  readonly total: Sizes;
  readonly self: Sizes;
  readonly graph: CallGraph;
  readonly relativeNoise: number; // ρ: relative noise of a difference, without counting
  readonly replication: { readonly inverse: number };
}

/** Below this part of the other side a function counts as new or gone. */
export const NEW_OR_GONE = 0.05;
const SIZE_DIFFERENCE = 0.25;
const DEVIATIONS = 3;
/** A pair is tested as one function, so a surer match may differ more: logarithms of the ratio. */
const SAME_CALLER_DIFFERENCE = Math.log(1.5);
const SAME_NAME_DIFFERENCE = Math.log(3);
const SAME_CALLS_DIFFERENCE = Math.log(10);
/** Counting variance over size² at 8 ticks an instance; fewer could be on one side by chance alone. */
const COUNTING_MAX = 1 / 4;

/**
 * Match functions that are gone with functions that are new: the same kind and about the same CPU,
 * with callers or callees in common, or with a name that occurs once on each side.
 *
 * Best match first; each function is matched once.
 */
export function pairMoved(options: MovedOptions): MovedPair[] {
  const { functions, total } = options;
  const present = [...functions.keys()].filter(
    (func) =>
      total.pooled[func]! > 0 &&
      total.counting[func]! <= COUNTING_MAX &&
      functions[func]!.kind !== 'idle',
  );
  const gone = present.filter((func) => total.head[func]! < NEW_OR_GONE * total.base[func]!);
  const appeared = present.filter((func) => total.base[func]! < NEW_OR_GONE * total.head[func]!);
  const named = { gone: namesOf(gone, functions), appeared: namesOf(appeared, functions) };
  const candidates = gone.flatMap((before) =>
    appeared.flatMap((after) => candidate(before, after, options, named)),
  );
  candidates.sort((a, b) => b.score - a.score || a.gone - b.gone || a.appeared - b.appeared);
  const used = new Set<number>();
  return candidates.flatMap(({ gone: before, appeared: after, shared }) => {
    if (used.has(before) || used.has(after)) return [];
    used.add(before).add(after);
    return [{ gone: before, appeared: after, shared }];
  });
}

function candidate(
  before: number,
  after: number,
  options: MovedOptions,
  named: { readonly gone: NameCounts; readonly appeared: NameCounts },
): (MovedPair & { readonly score: number })[] {
  const { functions, graph, total, self } = options;
  if (functions[before]!.kind !== functions[after]!.kind) return [];
  if (isOfAgent(functions[before]!) !== isOfAgent(functions[after]!)) return [];
  const name = nameWithoutPosition(functions[before]!.name);
  const sameName = name === nameWithoutPosition(functions[after]!.name);
  const onlyOne = sameName && named.gone.get(name) === 1 && named.appeared.get(name) === 1;
  const shared = sharedNeighbours(graph, before, after);
  if (shared === 0 && !(onlyOne && !name.includes('(anonymous)'))) return [];
  const difference = Math.abs(Math.log(total.head[after]! / total.base[before]!));
  if (
    difference > allowedDifference(graph, before, after, sameName) &&
    !alike(before, after, total, options)
  )
    return [];
  const selfAlike = alike(before, after, self, options);
  const score = (sameName ? 100 : 0) + (selfAlike ? 10 : 0) + Math.min(shared, 9) - difference;
  return [{ gone: before, appeared: after, shared, score }];
}

const isOfAgent = ({ package: of }: ComparedFunction): boolean => isAgentPackage(of);

type NameCounts = ReadonlyMap<string, number>;

function namesOf(rows: readonly number[], functions: readonly ComparedFunction[]): NameCounts {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const name = nameWithoutPosition(functions[row]!.name);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** About the same CPU: within a quarter, or within what noise explains. */
function alike(before: number, after: number, sizes: Sizes, options: MovedOptions): boolean {
  const old = sizes.base[before]!;
  const now = sizes.head[after]!;
  const counting =
    (sizes.counting[before]! * sizes.pooled[before]! ** 2 +
      sizes.counting[after]! * sizes.pooled[after]! ** 2) *
    options.replication.inverse;
  const sd = Math.sqrt(counting + (options.relativeNoise * (old + now) * 0.5) ** 2);
  return Math.abs(now - old) <= Math.max(SIZE_DIFFERENCE * Math.max(old, now), DEVIATIONS * sd);
}

function sharedNeighbours(graph: CallGraph, before: number, after: number): number {
  const common = (a: readonly number[], b: readonly number[]) => {
    const other = new Set(b);
    return a.filter((func) => other.has(func)).length;
  };
  return (
    common(graph.callers[before]!, graph.callers[after]!) +
    common(graph.callees[before]!, graph.callees[after]!)
  );
}

/** How much larger or smaller one may be: much, when all its callers and callees are the same. */
function allowedDifference(
  { callers, callees }: CallGraph,
  before: number,
  after: number,
  sameName: boolean,
): number {
  const same = (lists: CallGraph['callers']) => lists[before]!.join() === lists[after]!.join();
  const called = same(callers) && callers[before]!.length > 0;
  if (called && same(callees)) {
    return callees[before]!.length > 0 ? SAME_CALLS_DIFFERENCE : SAME_CALLER_DIFFERENCE;
  }
  return sameName ? SAME_NAME_DIFFERENCE : 0;
}

/** Function -> the function that it is counted as. */
export function countedAs(functionCount: number, pairs: readonly MovedPair[]): Int32Array {
  const as = Int32Array.from({ length: functionCount }, (_, func) => func);
  for (const { gone, appeared } of pairs) as[appeared] = gone;
  return as;
}
