import { ProfileError } from './errors.ts';
import { PrefixTree } from './prefix-tree.ts';

/** Row of a frame or function table. -1 means "none". */
export type FrameRow = number;

/** One row per node, parents before children. Row 0 is the synthetic root. */
export interface CallTree {
  readonly parent: ArrayLike<number>; // row -> row of the caller; -1 for row 0
  readonly func: ArrayLike<FrameRow>; // row -> frame; -1 for row 0
  readonly self: ArrayLike<number>; // row -> value of stacks that end here (pprof "flat")
  readonly total: ArrayLike<number>; // row -> self plus all descendants (pprof "cum")
}

/** The same in arrays, as an answer has them. */
export type ListedTree = { readonly [Column in keyof CallTree]: readonly number[] };

/**
 * Fold stacks into one call tree.
 *
 * Shape   stacks[i] is root first and pairs with values[i]. The result has one row for each
 *         distinct stack prefix, so rows <= 1 + sum of stack lengths.
 * Units   values, self and total share one unit, named by the caller's profile type.
 * Errors  ProfileError PROFILE_LENGTH_MISMATCH when stacks and values differ in length.
 * Source  flat and cum: https://github.com/google/pprof/blob/main/doc/README.md
 */
export function buildCallTree(
  stacks: readonly ArrayLike<FrameRow>[],
  values: ArrayLike<number>,
): ListedTree {
  requireSameLength(stacks, values);
  const prefixes = new PrefixTree();
  const leaves = new Int32Array(stacks.length);
  for (let i = 0; i < leaves.length; i++) leaves[i] = prefixes.add(stacks[i]!);
  return listed(prefixes.fold(leaves, values));
}

/** Add trees over one frame table; the result does not depend on their order, apart from row numbers. */
export function mergeCallTrees(trees: readonly CallTree[]): ListedTree {
  const prefixes = new PrefixTree();
  const nodes: number[] = [];
  const self: number[] = [];
  const total: number[] = [];
  for (const tree of trees) {
    const target = new Uint32Array(tree.parent.length); // row in `tree` -> node
    for (let row = 0; row < tree.parent.length; row++) {
      target[row] = row === 0 ? 0 : prefixes.child(target[tree.parent[row]!]!, tree.func[row]!);
      nodes.push(target[row]!);
      self.push(tree.self[row]!);
      total.push(tree.total[row]!);
    }
  }
  // A pruned tree has totals that are more than the sum of what is left of it.
  const { node, ...merged } = prefixes.fold(nodes, self);
  const totals = new Float64Array(prefixes.size);
  nodes.forEach((at, i) => {
    totals[at]! += total[i]!;
  });
  return listed({ ...merged, total: Float64Array.from(node, (at) => totals[at]!) });
}

function listed({ parent, func, self, total }: CallTree): ListedTree {
  return {
    parent: Array.from(parent),
    func: Array.from(func),
    self: Array.from(self),
    total: Array.from(total),
  };
}

/** A tree with its small nodes folded into their parents. */
export interface PrunedTree {
  readonly tree: ListedTree;
  readonly row: readonly number[]; // row -> row in the tree before
  readonly folded: readonly number[]; // row -> descendants folded away below it
  readonly foldedNodes: number;
  readonly foldedValue: number; // sum of the totals of the folded subtrees
}

/**
 * Keep the `nodesMax` nodes of the largest total, which are always a tree: a parent is at least as
 * large as its child, and of equals the smaller row, the parent, stays.
 *
 * What is folded stays in its parents' totals, so every number that is left is exact. A node's
 * folded value is its total minus its self minus the totals of the children that are left.
 */
export function pruneCallTree(tree: CallTree, nodesMax: number): PrunedTree {
  const rows = tree.parent.length;
  const keep = rowsToKeep(tree, nodesMax);
  const newRow = new Int32Array(rows).fill(-1);
  const row: number[] = [];
  const folded: number[] = [];
  const nearest = new Int32Array(rows); // row -> the nearest kept row at or above it, in new numbers
  let foldedValue = 0;
  for (let old = 0; old < rows; old++) {
    const above = old === 0 ? -1 : nearest[tree.parent[old]!]!;
    if (keep[old] === 1) {
      newRow[old] = row.push(old) - 1;
      folded.push(0);
      nearest[old] = newRow[old]!;
      continue;
    }
    nearest[old] = above;
    folded[above]!++;
    if (keep[tree.parent[old]!] === 1) foldedValue += tree.total[old]!;
  }
  return {
    tree: {
      parent: row.map((old) => (old === 0 ? -1 : newRow[tree.parent[old]!]!)),
      func: row.map((old) => tree.func[old]!),
      self: row.map((old) => tree.self[old]!),
      total: row.map((old) => tree.total[old]!),
    },
    row,
    folded,
    foldedNodes: rows - row.length,
    foldedValue,
  };
}

function rowsToKeep(tree: CallTree, nodesMax: number): Uint8Array {
  const rows = tree.parent.length;
  const keep = new Uint8Array(rows);
  if (rows <= nodesMax) return keep.fill(1);
  const count = Math.max(1, nodesMax);
  const smallest = largest(tree.total, count);
  let left = count;
  for (let row = 0; row < rows; row++) if (tree.total[row]! > smallest) left--;
  for (let row = 0; row < rows; row++) {
    const total = tree.total[row]!;
    if (total > smallest || (total === smallest && left-- > 0)) keep[row] = 1;
  }
  return keep;
}

/** The `count`-th largest of some numbers, counted from 1, by quickselect: sorting half a million took longer than summing them. */
function largest(numbers: ArrayLike<number>, count: number): number {
  const values = Float64Array.from(numbers);
  let from = 0;
  let to = values.length - 1;
  for (;;) {
    const pivot = values[(from + to) >>> 1]!;
    let left = from;
    let right = to;
    while (left <= right) {
      while (values[left]! > pivot) left++;
      while (values[right]! < pivot) right--;
      if (left > right) break;
      const swapped = values[left]!;
      values[left++] = values[right]!;
      values[right--] = swapped;
    }
    if (count - 1 <= right) to = right;
    else if (count - 1 >= left) from = left;
    else return values[count - 1]!;
  }
}

/** The tree below one node, with that node as row 0. `func` of row 0 stays, since it is no root. */
export function subtreeOf(tree: CallTree, root: number): { tree: ListedTree; row: number[] } {
  const newRow = new Int32Array(tree.parent.length).fill(-1);
  const row: number[] = [];
  for (let old = root; old < tree.parent.length; old++) {
    if (old === root || (old > root && newRow[tree.parent[old]!]! >= 0)) {
      newRow[old] = row.push(old) - 1;
    }
  }
  return {
    tree: {
      parent: row.map((old) => (old === root ? -1 : newRow[tree.parent[old]!]!)),
      func: row.map((old) => tree.func[old]!),
      self: row.map((old) => tree.self[old]!),
      total: row.map((old) => tree.total[old]!),
    },
    row,
  };
}

/** Self and total of every function. */
export interface FunctionSums {
  readonly self: Float64Array; // function -> value of stacks that end in it
  readonly total: Float64Array; // function -> value of stacks that contain it, each once
}

/**
 * Sum by function, with recursion counted once: a stack adds to a function's total once, however
 * often the function is in it.
 *
 * Shape   `functionOf[frame]` is the function's row, below `functionCount`.
 * Errors  ProfileError PROFILE_LENGTH_MISMATCH.
 */
export function sumByFunction(
  stacks: readonly ArrayLike<FrameRow>[],
  values: ArrayLike<number>,
  functionOf: ArrayLike<number>,
  functionCount: number,
): FunctionSums {
  requireSameLength(stacks, values);
  const self = new Float64Array(functionCount);
  const total = new Float64Array(functionCount);
  const lastStack = new Int32Array(functionCount).fill(-1);
  for (let i = 0; i < stacks.length; i++) {
    const stack = stacks[i]!;
    const value = values[i]!;
    for (let depth = 0; depth < stack.length; depth++) {
      const func = functionOf[stack[depth]!]!;
      if (depth === stack.length - 1) self[func]! += value;
      if (lastStack[func] === i) continue;
      lastStack[func] = i;
      total[func]! += value;
    }
  }
  return { self, total };
}

function requireSameLength(stacks: ArrayLike<unknown>, values: ArrayLike<number>): void {
  if (stacks.length === values.length) return;
  throw new ProfileError(
    'PROFILE_LENGTH_MISMATCH',
    `got ${stacks.length} stacks but ${values.length} values`,
  );
}
