import type { CallEdges } from './input.ts';

/** Calls between functions, each followed both ways. */
export interface CallGraph {
  readonly functionCount: number;
  readonly callees: readonly (readonly number[])[]; // function -> functions that it calls
  readonly callers: readonly (readonly number[])[];
  readonly baseCallees: readonly (readonly number[])[]; // the same, in base only
  readonly headCallees: readonly (readonly number[])[];
  readonly flow: ReadonlyMap<number, number>; // caller * functionCount + callee -> CPU of both sides
}

export interface CallGraphOptions {
  readonly edges: CallEdges;
  readonly functionCount: number;
  readonly countedAs: Int32Array; // function -> the function that it is counted as
}

export function callGraph({ edges, functionCount, countedAs }: CallGraphOptions): CallGraph {
  const lists = () => Array.from({ length: functionCount }, () => new Set<number>());
  const [callees, callers, baseCallees, headCallees] = [lists(), lists(), lists(), lists()];
  const flow = new Map<number, number>();
  for (let edge = 0; edge < edges.caller.length; edge++) {
    const caller = countedAs[edges.caller[edge]!]!;
    const callee = countedAs[edges.callee[edge]!]!;
    if (caller === callee) continue;
    const [base, head] = [edges.baseMicros[edge]!, edges.headMicros[edge]!];
    callees[caller]!.add(callee);
    callers[callee]!.add(caller);
    if (base > 0) baseCallees[caller]!.add(callee);
    if (head > 0) headCallees[caller]!.add(callee);
    const key = caller * functionCount + callee;
    flow.set(key, (flow.get(key) ?? 0) + base + head);
  }
  const plain = (sets: readonly Set<number>[]) => sets.map((set) => [...set].sort((a, b) => a - b));
  return {
    functionCount,
    callees: plain(callees),
    callers: plain(callers),
    baseCallees: plain(baseCallees),
    headCallees: plain(headCallees),
    flow,
  };
}

/** The function and everything that can be reached from it along `next`. */
export function reachable(next: readonly (readonly number[])[], from: number): Set<number> {
  const seen = new Set([from]);
  for (const func of seen) for (const other of next[func]!) seen.add(other);
  return seen;
}

const ROUNDS_MAX = 30;

/**
 * Function -> the part of its CPU that is spent below `top`, which has 1.
 *
 * Like gprof, it takes a callee's time to be alike for all callers. Large functions first: callers
 * are at least as large as what they call, so a round or two settles all but recursion.
 */
export function partBelow(graph: CallGraph, top: number, sizes: ArrayLike<number>): Float64Array {
  const part = new Float64Array(graph.functionCount);
  part[top] = 1;
  const order = [...reachable(graph.callees, top)]
    .filter((func) => func !== top)
    .sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    let moved = 0;
    for (const func of order) {
      let inflow = 0;
      let below = 0;
      for (const caller of graph.callers[func]!) {
        const flow = graph.flow.get(caller * graph.functionCount + func)!;
        inflow += flow;
        below += flow * part[caller]!;
      }
      const next = inflow > 0 ? below / inflow : 0;
      moved = Math.max(moved, Math.abs(next - part[func]!));
      part[func] = next;
    }
    if (moved < 1e-3) break;
  }
  return part;
}

/**
 * Function -> the part of the CPU of `bottom`, which has 1, that comes through it.
 *
 * As in `partBelow`, what a function calls is taken to be alike for all of its callers.
 */
export function partAbove(graph: CallGraph, bottom: number): Float64Array {
  const { functionCount, callers, callees, flow } = graph;
  const flowOf = (caller: number, callee: number) => flow.get(caller * functionCount + callee)!;
  const above = reachable(callers, bottom);
  const inflow = new Map<number, number>();
  for (const func of above) {
    inflow.set(
      func,
      callers[func]!.reduce((sum, caller) => sum + flowOf(caller, func), 0),
    );
  }
  const part = new Float64Array(functionCount);
  part[bottom] = 1;
  // Callees are met before their callers, so a round or two settles all but recursion.
  const order = [...above].filter((func) => func !== bottom);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    let moved = 0;
    for (const func of order) {
      let through = 0;
      for (const callee of callees[func]!) {
        const all = inflow.get(callee) ?? 0;
        if (all > 0) through += (part[callee]! * flowOf(func, callee)) / all;
      }
      const next = Math.min(1, through);
      moved = Math.max(moved, Math.abs(next - part[func]!));
      part[func] = next;
    }
    if (moved < 1e-3) break;
  }
  return part;
}
