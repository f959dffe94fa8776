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
  readonly id: readonly string[]; // row -> node id; '' for a rest block
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

type Before = (a: number, b: number) => boolean;

/** Children of every node, parent by parent: those of `row` are `list` from `first[row]` to `first[row + 1]`. */
function childLists(answer: FlamegraphAnswer, order: ChildOrder) {
  const { parent, total } = answer.nodes;
  const first = new Uint32Array(parent.length + 1);
  for (let i = 1; i < parent.length; i++) first[parent[i]! + 1]!++;
  for (let i = 0; i < parent.length; i++) first[i + 1]! += first[i]!;
  const fill = first.slice();
  const list = new Int32Array(Math.max(0, parent.length - 1));
  for (let i = 1; i < parent.length; i++) list[fill[parent[i]!]!++] = i;
  const heavier: Before = (a, b) => total[a]! > total[b]! || (total[a]! === total[b]! && a < b);
  const rank = order === 'name' ? nameRanks(answer) : null;
  const before: Before =
    rank === null
      ? heavier
      : (a, b) => rank[a]! < rank[b]! || (rank[a]! === rank[b]! && heavier(a, b));
  return {
    first,
    list,
    sort: (row: number): void => sortPart(list, first[row]!, first[row + 1]!, before),
  };
}

function sortPart(list: Int32Array, from: number, to: number, before: Before): void {
  if (to - from > INSERTION_MAX) {
    list.subarray(from, to).sort((a, b) => (before(a, b) ? -1 : 1));
    return;
  }
  for (let i = from + 1; i < to; i++) {
    const node = list[i]!;
    let at = i;
    for (; at > from && before(node, list[at - 1]!); at--) list[at] = list[at - 1]!;
    list[at] = node;
  }
}

/** node -> the place of its name among all names: comparing numbers is cheaper than comparing names. */
function nameRanks({ nodes, frames }: FlamegraphAnswer): Uint32Array {
  const sorted = frames.name
    .map((_, frame) => frame)
    .sort((a, b) => (frames.name[a]! < frames.name[b]! ? -1 : 1));
  const rankOf = new Uint32Array(frames.name.length);
  sorted.forEach((frame, at) => {
    const same = at > 0 && frames.name[frame] === frames.name[sorted[at - 1]!];
    rankOf[frame] = same ? rankOf[sorted[at - 1]!]! : at;
  });
  return Uint32Array.from(nodes.frame, (frame) => rankOf[frame] ?? 0);
}

/** Room for the rows of a tree: every node, and a rest block for each that has something folded. */
function emptyRows(count: number) {
  return {
    id: new Array<string>(count).fill(''),
    parent: new Int32Array(count),
    depth: new Uint16Array(count),
    frame: new Int32Array(count),
    start: new Float64Array(count),
    total: new Float64Array(count),
    self: new Float64Array(count),
    folded: new Uint32Array(count),
    end: new Uint32Array(count),
  };
}

/**
 * Lay an answer out in pre-order, with a rest block below every node whose descendants were folded.
 *
 * Shape   iterative, because stacks may be a thousand frames deep, and without an object per node,
 *         because 100,000 of them are what the first paint waits for.
 */
export function buildFlameTree(answer: FlamegraphAnswer, order: ChildOrder = 'value'): FlameTree {
  const { nodes } = answer;
  const size = nodes.id.length;
  const children = childLists(answer, order);
  const count = nodes.folded.reduce((sum, folded) => sum + (folded > 0 ? 1 : 0), size);
  const rows = emptyRows(count);
  // Nodes that wait for their place, the next one last; ~node is the rest block of a node.
  const waiting = new Int32Array(count);
  const waitingParent = new Int32Array(count);
  const left = new Float64Array(count); // row -> where its next child starts
  let open = 0;
  const wait = (node: number, parent: number): void => {
    waiting[open] = node;
    waitingParent[open++] = parent;
  };
  if (size > 0) wait(0, -1);
  let foldedNodes = 0;
  let foldedValue = 0;
  let depthMax = 0;

  for (let row = 0; open > 0; row++) {
    open--;
    const node = waiting[open]!;
    const parent = waitingParent[open]!;
    const start = parent < 0 ? 0 : left[parent]!;
    const depth = parent < 0 ? 0 : rows.depth[parent]! + 1;
    depthMax = Math.max(depthMax, depth);
    rows.parent[row] = parent;
    rows.depth[row] = depth;
    rows.start[row] = left[row] = start;
    rows.end[row] = row + 1;
    if (node < 0) {
      const total = nodes.total[~node]! - nodes.self[~node]! - (start - rows.start[parent]!);
      rows.frame[row] = REST_FRAME;
      rows.total[row] = rows.self[row] = total;
      rows.folded[row] = nodes.folded[~node]!;
      foldedValue += total;
      continue;
    }
    rows.id[row] = nodes.id[node]!;
    rows.frame[row] = nodes.frame[node]!;
    rows.total[row] = nodes.total[node]!;
    rows.self[row] = nodes.self[node]!;
    rows.folded[row] = nodes.folded[node]!;
    if (parent >= 0) left[parent]! += nodes.total[node]!;
    foldedNodes += nodes.folded[node]!;
    if (nodes.folded[node]! > 0) wait(~node, row);
    children.sort(node);
    const firstChild = children.first[node]!;
    for (let i = children.first[node + 1]! - 1; i >= firstChild; i--) wait(children.list[i]!, row);
  }
  for (let row = count - 1; row > 0; row--) {
    const parent = rows.parent[row]!;
    rows.end[parent] = Math.max(rows.end[parent]!, rows.end[row]!);
  }
  const rowOfId = lazyIndex(rows.id);
  return { count, ...rows, frames: answer.frames, rowOfId, depthMax, foldedNodes, foldedValue };
}

/** Made when something is first looked for: a graph that nobody zoomed needs no index. */
function lazyIndex(ids: readonly string[]): FlameTree['rowOfId'] {
  let index: Map<string, number> | null = null;
  return {
    get(id) {
      if (id === '') return undefined;
      index ??= new Map(ids.map((known, row) => [known, row]));
      return index.get(id);
    },
  };
}

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

/** Frames of one function that are not below another frame of it. */
export function outermostRows(tree: FlameTree, wanted: (row: number) => boolean): number[] {
  const found: number[] = [];
  for (let row = 1; row < tree.count; ) {
    if (wanted(row)) {
      found.push(row);
      row = tree.end[row]!;
    } else row++;
  }
  return found;
}
