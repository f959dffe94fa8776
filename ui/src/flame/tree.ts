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
  readonly rowOfId: ReadonlyMap<string, number>;
  readonly depthMax: number;
  readonly foldedNodes: number;
  readonly foldedValue: number;
}

/** How the children of a frame stand: the heaviest first, or by name, so that two graphs can be read side by side. */
export type ChildOrder = 'value' | 'name';

/** Children of every node as one list per parent. */
function sortedChildren(answer: FlamegraphAnswer, order: ChildOrder): (row: number) => Int32Array {
  const { parent, total } = answer.nodes;
  const first = new Uint32Array(parent.length + 1);
  for (let i = 1; i < parent.length; i++) first[parent[i]! + 1]!++;
  for (let i = 0; i < parent.length; i++) first[i + 1]! += first[i]!;
  const fill = first.slice();
  const list = new Int32Array(Math.max(0, parent.length - 1));
  for (let i = 1; i < parent.length; i++) list[fill[parent[i]!]!++] = i;
  const heaviest = (a: number, b: number): number => total[b]! - total[a]! || a - b;
  const rank = order === 'name' ? nameRanks(answer) : null;
  const compare =
    rank === null ? heaviest : (a: number, b: number) => rank[a]! - rank[b]! || heaviest(a, b);
  return (row) => {
    const children = list.subarray(first[row]!, first[row + 1]!);
    return children.length > 1 ? children.sort(compare) : children;
  };
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

/** Grows while the tree is walked; rest blocks add rows that the answer does not have. */
class Rows {
  readonly id: string[] = [];
  readonly parent: number[] = [];
  readonly depth: number[] = [];
  readonly frame: number[] = [];
  readonly start: number[] = [];
  readonly total: number[] = [];
  readonly self: number[] = [];
  readonly folded: number[] = [];
  readonly end: number[] = [];

  add(row: Omit<Record<keyof Rows, number>, 'id' | 'end' | 'add'> & { id: string }): number {
    this.id.push(row.id);
    this.parent.push(row.parent);
    this.depth.push(row.depth);
    this.frame.push(row.frame);
    this.start.push(row.start);
    this.total.push(row.total);
    this.self.push(row.self);
    this.folded.push(row.folded);
    return this.end.push(this.id.length) - 1;
  }
}

/**
 * Lay an answer out in pre-order, with a rest block below every node whose descendants were folded.
 *
 * Shape   iterative, because stacks may be a thousand frames deep.
 */
export function buildFlameTree(answer: FlamegraphAnswer, order: ChildOrder = 'value'): FlameTree {
  const { nodes } = answer;
  const childrenOf = sortedChildren(answer, order);
  const rows = new Rows();
  const todo: { node: number; parent: number; depth: number; start: number }[] = [];
  if (nodes.id.length > 0) todo.push({ node: 0, parent: -1, depth: 0, start: 0 });
  let foldedNodes = 0;
  let foldedValue = 0;
  let depthMax = 0;

  while (todo.length > 0) {
    const { node, parent, depth, start } = todo.pop()!;
    depthMax = Math.max(depthMax, depth);
    if (node < 0) {
      const caller = nodes.folded[~node]!;
      const total = nodes.total[~node]! - nodes.self[~node]! - (start - rows.start[parent]!);
      rows.add({
        id: '',
        parent,
        depth,
        frame: REST_FRAME,
        start,
        total,
        self: total,
        folded: caller,
      });
      foldedValue += total;
      continue;
    }
    const folded = nodes.folded[node]!;
    const row = rows.add({
      id: nodes.id[node]!,
      parent,
      depth,
      frame: nodes.frame[node]!,
      start,
      total: nodes.total[node]!,
      self: nodes.self[node]!,
      folded,
    });
    const children = childrenOf(node);
    let left = start;
    const next: typeof todo = [];
    for (const child of children) {
      next.push({ node: child, parent: row, depth: depth + 1, start: left });
      left += nodes.total[child]!;
    }
    if (folded > 0) next.push({ node: ~node, parent: row, depth: depth + 1, start: left });
    foldedNodes += folded;
    while (next.length > 0) todo.push(next.pop()!);
  }
  for (let row = rows.id.length - 1; row > 0; row--) {
    const parent = rows.parent[row]!;
    rows.end[parent] = Math.max(rows.end[parent]!, rows.end[row]!);
  }
  return finish(rows, answer.frames, { depthMax, foldedNodes, foldedValue });
}

function finish(
  rows: Rows,
  frames: FrameColumns,
  sums: Pick<FlameTree, 'depthMax' | 'foldedNodes' | 'foldedValue'>,
): FlameTree {
  const rowOfId = new Map<string, number>();
  rows.id.forEach((id, row) => {
    if (id !== '') rowOfId.set(id, row);
  });
  return {
    count: rows.id.length,
    id: rows.id,
    parent: Int32Array.from(rows.parent),
    depth: Uint16Array.from(rows.depth),
    frame: Int32Array.from(rows.frame),
    start: Float64Array.from(rows.start),
    total: Float64Array.from(rows.total),
    self: Float64Array.from(rows.self),
    end: Uint32Array.from(rows.end),
    folded: Uint32Array.from(rows.folded),
    frames,
    rowOfId,
    ...sums,
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
