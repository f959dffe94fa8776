import type { CallEdges } from '@flamehouse/proto';
import type { SelectedStacks } from '../storage/profile-store.ts';

/** Who calls whom on both sides, by row of the compared functions, from exact stacks. */
export function callEdges(
  sides: readonly [base: SelectedStacks | null, head: SelectedStacks | null],
  rowOf: ReadonlyMap<string, number>,
): CallEdges {
  const edges = new Map<number, [base: number, head: number]>(); // caller and callee -> CPU
  const width = Math.max(1, rowOf.size);
  sides.forEach((selected, side) => {
    if (selected === null) return;
    const { frames, stacks, values } = selected;
    const rows = frames.functionId.map((id) => rowOf.get(id) ?? -1);
    stacks.forEach((stack, i) => {
      const seen = new Set<number>(); // a call that recurs in a stack passes its CPU once
      for (let depth = 1; depth < stack.length; depth++) {
        const caller = rows[stack[depth - 1]!]!;
        const callee = rows[stack[depth]!]!;
        const key = caller * width + callee;
        if (caller < 0 || callee < 0 || caller === callee || seen.has(key)) continue;
        seen.add(key);
        const sums = edges.get(key) ?? [0, 0];
        sums[side as 0 | 1] += values[i]!;
        edges.set(key, sums);
      }
    });
  });
  const keys = [...edges.keys()];
  return {
    caller: keys.map((key) => Math.floor(key / width)),
    callee: keys.map((key) => key % width),
    baseMicros: keys.map((key) => edges.get(key)![0]),
    headMicros: keys.map((key) => edges.get(key)![1]),
  };
}
