import { ProfileError } from './errors.ts';

/** Row of a frame or function table. -1 means "none". */
export type FrameRow = number;

/** One row per node, parents before children. Row 0 is the synthetic root. */
export interface CallTree {
  readonly parent: readonly number[]; // row -> row of the caller; -1 for row 0
  readonly func: readonly FrameRow[]; // row -> frame; -1 for row 0
  readonly self: readonly number[]; // row -> value of stacks that end here (pprof "flat")
  readonly total: readonly number[]; // row -> self plus all descendants (pprof "cum")
}

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
): CallTree {
  requireSameLength(stacks, values);
  const growing = new GrowingTree();
  const { parent, self, total } = growing;
  for (let i = 0; i < stacks.length; i++) {
    const stack = stacks[i]!;
    let row = 0;
    for (let depth = 0; depth < stack.length; depth++) row = growing.child(row, stack[depth]!);
    self[row]! += values[i]!;
  }
  // Upwards once at the end: a stack has ten times as many frames as a tree has nodes for it.
  for (let row = parent.length - 1; row >= 0; row--) {
    total[row]! += self[row]!;
    if (row > 0) total[parent[row]!]! += total[row]!;
  }
  return growing;
}

/** Add trees over one frame table; the result does not depend on their order, apart from row numbers. */
export function mergeCallTrees(trees: readonly CallTree[]): CallTree {
  const growing = new GrowingTree();
  for (const tree of trees) {
    const target = new Uint32Array(tree.parent.length); // row in `tree` -> row in the result
    for (let row = 0; row < tree.parent.length; row++) {
      target[row] = row === 0 ? 0 : growing.child(target[tree.parent[row]!]!, tree.func[row]!);
      growing.self[target[row]!]! += tree.self[row]!;
      growing.total[target[row]!]! += tree.total[row]!;
    }
  }
  return growing;
}

class GrowingTree implements CallTree {
  readonly parent: number[] = [-1];
  readonly func: number[] = [-1];
  readonly self: number[] = [0];
  readonly total: number[] = [0];
  /**
   * One hash table for all nodes: place -> row, 0 where none is, since the root is nobody's child. A Map
   * with a number for parent and frame as its key took four times as long.
   */
  private places = new Int32Array(PLACES_MIN);

  child(row: number, func: FrameRow): number {
    const { parent, func: frames, places } = this;
    const mask = places.length - 1;
    let place = placeOf(row, func) & mask;
    for (let known = places[place]!; known !== 0; known = places[place]!) {
      if (parent[known] === row && frames[known] === func) return known;
      place = (place + 1) & mask;
    }
    const child = parent.push(row) - 1;
    frames.push(func);
    this.self.push(0);
    this.total.push(0);
    places[place] = child;
    if (child * 2 > places.length) this.grow();
    return child;
  }

  private grow(): void {
    const places = new Int32Array(this.places.length * 4);
    const mask = places.length - 1;
    for (let row = 1; row < this.parent.length; row++) {
      let place = placeOf(this.parent[row]!, this.func[row]!) & mask;
      while (places[place] !== 0) place = (place + 1) & mask;
      places[place] = row;
    }
    this.places = places;
  }
}

const PLACES_MIN = 1_024;

function placeOf(row: number, func: FrameRow): number {
  const mixed = Math.imul(Math.imul(row, 0x9e3779b1) ^ func, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

/** A tree with its small nodes folded into their parents. */
export interface PrunedTree {
  readonly tree: CallTree;
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
function largest(numbers: readonly number[], count: number): number {
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
export function subtreeOf(tree: CallTree, root: number): { tree: CallTree; row: number[] } {
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
