import type { CallGraph } from './call-graph.ts';

/** Part of the noise that all functions below a total share; the rest of it is each function's own. */
const SHARED_PART = 0.2;

/**
 * Function -> how much noise of its total is left, over that of a function which stands alone.
 *
 * A total is a sum: what its functions do independently of each other averages out. A total that is
 * mostly one function has 1, a wide one down to SHARED_PART. Without calls every function has 1.
 * Units   variances
 */
export function noiseLeft(
  graph: CallGraph,
  self: ArrayLike<number>,
  total: ArrayLike<number>,
): Float64Array {
  const { functionCount, callees, callers, flow } = graph;
  const left = new Float64Array(functionCount).fill(1);
  if (flow.size === 0) return left;
  const flowOf = (caller: number, callee: number) => flow.get(caller * functionCount + callee)!;
  const inflow = callers.map((all, func) =>
    all.reduce((sum, caller) => sum + flowOf(caller, func), 0),
  );
  const size = new Float64Array(functionCount);
  const squares = new Float64Array(functionCount); // sum of the squares of what is below
  for (const func of calleesFirst(graph, total)) {
    size[func] = self[func]!;
    squares[func] = self[func]! ** 2;
    for (const callee of callees[func]!) {
      if (inflow[callee] === 0) continue;
      const part = flowOf(func, callee) / inflow[callee]!;
      size[func]! += part * size[callee]!; // 0 of a call that recurs: it is not known yet
      squares[func]! += part ** 2 * squares[callee]!;
    }
    if (size[func] === 0) continue;
    left[func] = SHARED_PART + (1 - SHARED_PART) * (squares[func]! / size[func]! ** 2);
  }
  return left;
}

/** Every function after those that it calls, but for calls that recur. From the largest down. */
function calleesFirst({ callees }: CallGraph, total: ArrayLike<number>): number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  const visit = (func: number): void => {
    if (seen.has(func)) return;
    seen.add(func);
    for (const callee of callees[func]!) visit(callee);
    order.push(func);
  };
  [...callees.keys()].sort((a, b) => total[b]! - total[a]! || a - b).forEach(visit);
  return order;
}
