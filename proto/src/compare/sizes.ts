import type { Measured, Standardised } from './standardise.ts';

/** What a function takes on each side, and the counting noise of one instance. */
export interface Sizes {
  readonly base: Float64Array; // function -> mean over the instances of group 0
  readonly head: Float64Array; // function -> mean over the instances of group 1
  readonly pooled: Float64Array; // function -> mean of both sides
  readonly counting: Float64Array; // function -> counting variance of one instance over pooled²
  readonly scatter: Float64Array; // function -> squared relative deviations inside the sides
}

/** How many instances stand behind each mean. */
export interface Replication {
  readonly base: number;
  readonly head: number;
  readonly inverse: number; // 1 / base + 1 / head
  readonly degrees: number; // of freedom inside the sides
}

export function replicationOf({ group }: Standardised): Replication {
  const head = group.reduce((count, side) => count + side, 0);
  const base = group.length - head;
  return { base, head, inverse: 1 / base + 1 / head, degrees: base + head - 2 };
}

/** Means and scatter of every function. A new function has no base; its scatter is held down by `pooled / 4`. */
export function sizesOf(data: Standardised, measured: Measured): Sizes {
  const { functionCount, instanceCount, group } = data;
  const { base: n0, head: n1 } = replicationOf(data);
  const base = new Float64Array(functionCount);
  const head = new Float64Array(functionCount);
  const variance = new Float64Array(functionCount);
  forEachCell((instance, func, cell) => {
    if (group[instance] === 0) base[func]! += measured.value[cell]! / n0;
    else head[func]! += measured.value[cell]! / n1;
    variance[func]! += measured.variance[cell]! / instanceCount;
  });
  const pooled = base.map((size, func) => (size + head[func]!) / 2);
  const scatter = new Float64Array(functionCount);
  forEachCell((instance, func, cell) => {
    const mean = group[instance] === 0 ? base[func]! : head[func]!;
    const scale = Math.max(mean, pooled[func]! / 4);
    if (scale > 0) scatter[func]! += ((measured.value[cell]! - mean) / scale) ** 2;
  });
  const counting = variance.map((v, func) => (pooled[func]! > 0 ? v / pooled[func]! ** 2 : 0));
  return { base, head, pooled, counting, scatter };

  function forEachCell(visit: (instance: number, func: number, cell: number) => void): void {
    for (let instance = 0; instance < instanceCount; instance++) {
      for (let func = 0; func < functionCount; func++) {
        visit(instance, func, instance * functionCount + func);
      }
    }
  }
}

export function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
