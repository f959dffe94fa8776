import type { FlamegraphAnswer, FrameColumns } from '@flamehouse/proto';

/** `frame` of row 0, and of the rows that stand for what the server folded away. */
export const ROOT_FRAME = -1;
export const REST_FRAME = -2;

/**
 * A call tree laid out for drawing.
 *
 * Shape   one row per node in pre-order, children in the order asked for and the rest block last, so a
 *         subtree is the rows from `row` to `end[row]`, and `start` never falls within a depth.
 * Units   `start`, `self` and `total` share the unit of the profile type; `start` is the value left of the row.
 */
export interface FlameTree {
  readonly count: number;
  readonly node: Int32Array; // row -> node of the answer; -1 for a rest block
  readonly nodeIds: readonly string[]; // node -> id; ask `idOf`
  readonly parent: Int32Array; // row -> row of the caller; -1 for row 0
  readonly depth: Uint16Array; // row -> 0 for the root
  readonly frame: Int32Array; // row -> row of `frames`, ROOT_FRAME or REST_FRAME
  readonly start: Float64Array;
  readonly total: Float64Array;
  readonly self: Float64Array;
  readonly end: Uint32Array; // row -> first row after its subtree
  readonly folded: Uint32Array; // row -> frames folded away directly below; on a rest block, those it stands for
  readonly frames: FrameColumns;
  readonly rowOfId: { get(id: string): number | undefined };
  readonly depthMax: number;
  readonly foldedNodes: number;
  readonly foldedValue: number;
}

/** How the children of a frame stand: the heaviest first, or by name, so that two graphs can be read side by side. */
export type ChildOrder = 'value' | 'name';

/** Lists shorter than this are sorted in place: most frames call a few others. */
const INSERTION_MAX = 24;

/** What decides the order of children, the larger first: node -> first key, and the second where the first is equal. */
interface OrderKeys {
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
}

function orderKeys(answer: FlamegraphAnswer, order: ChildOrder): OrderKeys {
  const { total } = answer.nodes;
  return { first: order === 'name' ? nameRanks(answer) : total, second: total };
}

/** Sort so many nodes at the start of a list; those with equal keys stay in the order of the answer. */
function sortNodes(list: Int32Array, count: number, { first, second }: OrderKeys): void {
  if (count > INSERTION_MAX) {
    list
      .subarray(0, count)
      .sort((a, b) => first[b]! - first[a]! || second[b]! - second[a]! || a - b);
    return;
  }
  for (let i = 1; i < count; i++) {
    const node = list[i]!;
    const key = first[node]!;
    let at = i;
    for (; at > 0; at--) {
      const other = list[at - 1]!;
      const less = key < first[other]!;
      if (less || (key === first[other]! && second[node]! <= second[other]!)) break;
      list[at] = other;
    }
    list[at] = node;
  }
}

/** node -> the place of its name among all names, from the end: comparing numbers is cheaper than comparing names. */
function nameRanks({ nodes, frames }: FlamegraphAnswer): Float64Array {
  const sorted = frames.name
    .map((_, frame) => frame)
    .sort((a, b) => (frames.name[a]! < frames.name[b]! ? -1 : 1));
  const rankOf = new Float64Array(frames.name.length);
  sorted.forEach((frame, at) => {
    const same = at > 0 && frames.name[frame] === frames.name[sorted[at - 1]!];
    rankOf[frame] = same ? rankOf[sorted[at - 1]!]! : -at;
  });
  return Float64Array.from(nodes.frame, (frame) => rankOf[frame] ?? 0);
}

/** Room for the rows of a tree: every node, and a rest block for each that has something folded. */
function emptyRows(count: number) {
  return {
    node: new Int32Array(count).fill(-1),
    parent: new Int32Array(count).fill(-1),
    depth: new Uint16Array(count),
    frame: new Int32Array(count),
    start: new Float64Array(count),
    total: new Float64Array(count),
    self: new Float64Array(count),
    folded: new Uint32Array(count),
    end: new Uint32Array(count),
  };
}

/** node -> rows of its subtree, rest blocks among them; its first child and its next sibling, -1 for none. */
function linkNodes({ parent, folded }: FlamegraphAnswer['nodes']) {
  const size = parent.length;
  const counts = new Uint32Array(size);
  const firstChild = new Int32Array(size).fill(-1);
  const sibling = new Int32Array(size);
  // From the end: what is below a node is known before it, and its children end in the order of the answer.
  for (let node = size - 1; node >= 0; node--) {
    counts[node]! += folded[node]! > 0 ? 2 : 1;
    const caller = parent[node]!;
    if (caller < 0) continue;
    counts[caller]! += counts[node]!;
    sibling[node] = firstChild[caller]!;
    firstChild[caller] = node;
  }
  return { counts, firstChild, sibling };
}

/**
 * Lay an answer out in pre-order, with a rest block below every node whose descendants were folded.
 *
 * Shape   parents come before their children in an answer, so each node gives its children their places.
 *         One loop over columns, without a stack or an object per node, because 100,000 of them are
 *         what the first paint waits for.
 */
export function buildFlameTree(answer: FlamegraphAnswer, order: ChildOrder = 'value'): FlameTree {
  const { nodes } = answer;
  const { self, total, folded } = nodes;
  const size = nodes.id.length;
  const keys = orderKeys(answer, order);
  const { counts, firstChild, sibling } = linkNodes(nodes);
  const children = new Int32Array(size); // of one node at a time
  const rows = emptyRows(counts[0] ?? 0);
  const rowOf = new Uint32Array(size); // node -> row
  let foldedNodes = 0;
  let foldedValue = 0;
  let depthMax = 0;
  for (let node = 0; node < size; node++) {
    const row = rowOf[node]!;
    const depth = rows.depth[row]!;
    if (depth > depthMax) depthMax = depth;
    rows.node[row] = node;
    rows.frame[row] = nodes.frame[node]!;
    rows.total[row] = total[node]!;
    rows.self[row] = self[node]!;
    rows.folded[row] = folded[node]!;
    rows.end[row] = row + counts[node]!;
    let count = 0;
    for (let child = firstChild[node]!; child >= 0; child = sibling[child]!)
      children[count++] = child;
    if (count > 1) sortNodes(children, count, keys);
    let next = row + 1;
    let start = rows.start[row]!;
    for (let i = 0; i < count; i++) {
      const child = children[i]!;
      rowOf[child] = next;
      rows.parent[next] = row;
      rows.depth[next] = depth + 1;
      rows.start[next] = start;
      next += counts[child]!;
      start += total[child]!;
    }
    if (folded[node]! === 0) continue;
    const rest = total[node]! - self[node]! - (start - rows.start[row]!);
    rows.parent[next] = row;
    rows.depth[next] = depth + 1;
    rows.start[next] = start;
    rows.frame[next] = REST_FRAME;
    rows.total[next] = rows.self[next] = rest;
    rows.folded[next] = folded[node]!;
    rows.end[next] = next + 1;
    depthMax = Math.max(depthMax, depth + 1);
    foldedNodes += folded[node]!;
    foldedValue += rest;
  }
  return {
    count: rows.node.length,
    ...rows,
    nodeIds: nodes.id,
    frames: answer.frames,
    rowOfId: lazyIndex(nodes.id, rowOf),
    depthMax,
    foldedNodes,
    foldedValue,
  };
}

/** Made when something is first looked for: a graph that nobody zoomed needs no index. */
function lazyIndex(ids: readonly string[], rowOf: Uint32Array): FlameTree['rowOfId'] {
  let index: Map<string, number> | null = null;
  return {
    get(id) {
      if (id === '') return undefined;
      index ??= new Map(ids.map((known, node) => [known, rowOf[node]!]));
      return index.get(id);
    },
  };
}

/** The node id of a row; '' for a rest block and where there is no row. */
export const idOf = (tree: FlameTree, row: number): string => tree.nodeIds[tree.node[row]!] ?? '';

/** The row at a depth and a value, or -1. Walks from the root and skips subtrees. */
export function rowAt(tree: FlameTree, depth: number, value: number): number {
  for (let row = 0; row < tree.count; ) {
    if (value < tree.start[row]! || value >= tree.start[row]! + tree.total[row]!) {
      row = tree.end[row]!;
    } else if (tree.depth[row] === depth) return row;
    else row++;
  }
  return -1;
}

/** Rows from the first below the root down to `row` itself. */
export function pathTo(tree: FlameTree, row: number): number[] {
  const path: number[] = [];
  for (let at = row; at > 0; at = tree.parent[at]!) path.unshift(at);
  return path;
}

/** True when something below the row was folded away by the server. */
export function hasFolded(tree: FlameTree, row: number): boolean {
  for (let at = row; at < tree.end[row]!; at++) if (tree.folded[at]! > 0) return true;
  return false;
}

export const functionIdOf = (tree: FlameTree, row: number): string =>
  tree.frames.functionId[tree.frame[row]!] ?? '';

/** The heaviest child that is a frame; -1 for a leaf. */
export function heaviestChild(tree: FlameTree, row: number): number {
  let best = -1;
  for (let child = row + 1; child < tree.end[row]!; child = tree.end[child]!)
    if (tree.frame[child]! >= 0 && (best < 0 || tree.total[child]! > tree.total[best]!))
      best = child;
  return best;
}

/** Where most goes through a function at one place; -1 when no frame is drawn of it. */
export function widestRow(tree: FlameTree, functionId: string): number {
  let best = -1;
  for (let row = 1; row < tree.count; row++) {
    if (tree.frame[row]! < 0 || functionIdOf(tree, row) !== functionId) continue;
    if (best < 0 || tree.total[row]! > tree.total[best]!) best = row;
  }
  return best;
}
