import type { CallEdges } from '@flamehouse/proto';
import type { SelectedStacks } from '../storage/profile-store.ts';

/** Who calls whom on both sides, by row of the compared functions, from exact stacks. */
export function callEdges(
  sides: readonly [base: SelectedStacks | null, head: SelectedStacks | null],
  rowOf: ReadonlyMap<string, number>,
): CallEdges {
  const edges = new Map<number, number>(); // caller and callee -> edge
  const sums: readonly [base: number[], head: number[]] = [[], []]; // edge -> CPU
  const width = Math.max(1, rowOf.size);
  sides.forEach((selected, side) => {
    if (selected === null) return;
    const { frames, stacks, values } = selected;
    const rows = Int32Array.from(frames.functionId, (id) => rowOf.get(id) ?? -1);
    const lastStack: number[] = sums[0].map(() => -1); // edge -> a call that recurs in a stack passes its CPU once
    for (let i = 0; i < stacks.length; i++) {
      const stack = stacks[i]!;
      for (let depth = 1; depth < stack.length; depth++) {
        const caller = rows[stack[depth - 1]!]!;
        const callee = rows[stack[depth]!]!;
        if (caller < 0 || callee < 0 || caller === callee) continue;
        const key = caller * width + callee;
        let edge = edges.get(key);
        if (edge === undefined) {
          edge = edges.size;
          edges.set(key, edge);
          sums[0].push(0);
          sums[1].push(0);
          lastStack.push(-1);
        }
        if (lastStack[edge] === i) continue;
        lastStack[edge] = i;
        sums[side as 0 | 1][edge]! += values[i]!;
      }
    }
  });
  const keys = [...edges.keys()];
  return {
    caller: keys.map((key) => Math.floor(key / width)),
    callee: keys.map((key) => key % width),
    baseMicros: sums[0],
    headMicros: sums[1],
  };
}
