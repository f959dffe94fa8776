import { pruneCallTree } from './call-tree.ts';
import type { ComparedFunction } from './compare/input.ts';
import type { FunctionChange } from './compare/rows.ts';

/** Stacks of one side, root first. Their values only split what the comparison measured. */
export interface SideStacks {
  readonly functionId: readonly string[]; // frame ->
  readonly stacks: readonly ArrayLike<number>[]; // stack -> frames
  readonly values: ArrayLike<number>; // stack -> CPU
}

/** The call trees of both sides as one. Row 0 is the root; parents come before their children. */
export interface DiffTree {
  readonly parent: readonly number[]; // row -> row of the caller; -1 for row 0
  readonly func: readonly number[]; // row -> row of the changes; -1 for row 0
  readonly baseSelf: Float64Array;
  readonly headSelf: Float64Array;
  readonly baseTotal: Float64Array;
  readonly headTotal: Float64Array;
}

export interface DiffTreeOptions {
  readonly functions: readonly ComparedFunction[];
  readonly changes: readonly FunctionChange[]; // rows of the tree's functions
  readonly base: SideStacks | null;
  readonly head: SideStacks | null;
}

/**
 * Merge both sides by paths of functions, where a function that moved is the one that it was.
 *
 * Every function's self value is split over its paths as its stacks are, so the tree says the same
 * numbers as the comparison; a function without a stack stands directly below the root.
 * Units   the normaliser's, as in `changes`.
 */
export function buildDiffTree({ functions, changes, base, head }: DiffTreeOptions): DiffTree {
  const parent = [-1];
  const func = [-1];
  const baseSelf = [0];
  const headSelf = [0];
  const children = new Map<number, number>(); // row and function -> row
  const width = Math.max(1, changes.length);
  const child = (row: number, callee: number): number => {
    const key = row * width + callee;
    let found = children.get(key);
    if (found === undefined) {
      found = parent.push(row) - 1;
      func.push(callee);
      baseSelf.push(0);
      headSelf.push(0);
      children.set(key, found);
    }
    return found;
  };
  const rowOf = rowsById(functions, changes);
  for (const [side, selected, self] of [
    ['base', base, baseSelf],
    ['head', head, headSelf],
  ] as const) {
    const sizes = changes.map((change) => change.self[side]);
    const paths = knownPaths(selected, rowOf);
    const sums = new Float64Array(changes.length);
    paths.forEach((path, i) => {
      if (path.length > 0) sums[path.at(-1)!]! += selected!.values[i]!;
    });
    paths.forEach((path, i) => {
      const leaf = path.at(-1);
      if (leaf === undefined || sizes[leaf] === 0 || sums[leaf] === 0) return;
      const row = path.reduce(child, 0);
      self[row]! += sizes[leaf]! * (selected!.values[i]! / sums[leaf]!);
    });
    sizes.forEach((size, leaf) => {
      if (size > 0 && sums[leaf] === 0) self[child(0, leaf)]! += size;
    });
  }
  return {
    parent,
    func,
    baseSelf: Float64Array.from(baseSelf),
    headSelf: Float64Array.from(headSelf),
    baseTotal: totalsOf(parent, baseSelf),
    headTotal: totalsOf(parent, headSelf),
  };
}

/** functionId -> row of the changes, under both names of a function that moved. */
function rowsById(
  functions: readonly ComparedFunction[],
  changes: readonly FunctionChange[],
): ReadonlyMap<string, number> {
  const rowOf = new Map<string, number>();
  changes.forEach(({ func, movedFrom }, row) => {
    rowOf.set(functions[func]!.id, row);
    if (movedFrom >= 0) rowOf.set(functions[movedFrom]!.id, row);
  });
  return rowOf;
}

/** Stacks as rows of the changes. Frames that the comparison does not hold, such as idle, are left out. */
function knownPaths(
  selected: SideStacks | null,
  rowOf: ReadonlyMap<string, number>,
): readonly (readonly number[])[] {
  if (selected === null) return [];
  const rows = selected.functionId.map((id) => rowOf.get(id) ?? -1);
  return selected.stacks.map((stack) => {
    const path: number[] = [];
    for (let i = 0; i < stack.length; i++) {
      const row = rows[stack[i]!]!;
      if (row >= 0) path.push(row);
    }
    return rows[stack[stack.length - 1]!] === -1 ? [] : path;
  });
}

/** Summed from the leaves up, so that no rounding makes a child larger than its parent. */
function totalsOf(parent: readonly number[], self: readonly number[]): Float64Array {
  const total = Float64Array.from(self);
  for (let row = parent.length - 1; row > 0; row--) total[parent[row]!]! += total[row]!;
  return total;
}

export interface PrunedDiffTree {
  readonly tree: DiffTree;
  readonly folded: readonly number[]; // row -> descendants that were folded directly below it
  readonly foldedNodes: number;
  readonly foldedBase: number;
  readonly foldedHead: number;
}

/** Keep the nodes that are largest on both sides together. What is folded stays in its callers' totals. */
export function pruneDiffTree(tree: DiffTree, nodesMax: number): PrunedDiffTree {
  const both = (a: Float64Array, b: Float64Array) => Array.from(a, (value, row) => value + b[row]!);
  const pruned = pruneCallTree(
    {
      parent: tree.parent,
      func: tree.func,
      self: both(tree.baseSelf, tree.headSelf),
      total: both(tree.baseTotal, tree.headTotal),
    },
    nodesMax,
  );
  const pick = (column: Float64Array) => Float64Array.from(pruned.row, (row) => column[row]!);
  const kept: DiffTree = {
    parent: pruned.tree.parent,
    func: pruned.tree.func,
    baseSelf: pick(tree.baseSelf),
    headSelf: pick(tree.headSelf),
    baseTotal: pick(tree.baseTotal),
    headTotal: pick(tree.headTotal),
  };
  const sum = (column: Float64Array) => column.reduce((all, value) => all + value, 0);
  const some = pruned.foldedNodes > 0;
  return {
    tree: kept,
    folded: pruned.folded,
    foldedNodes: pruned.foldedNodes,
    foldedBase: some ? tree.baseTotal[0]! - sum(kept.baseSelf) : 0,
    foldedHead: some ? tree.headTotal[0]! - sum(kept.headSelf) : 0,
  };
}
