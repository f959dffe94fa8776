import type { CallTree, FrameRow } from './call-tree.ts';

/** Node of a prefix tree. 0 is the root, which is the empty stack. */
export type NodeRow = number;

/** A call tree, and which node of the prefix tree each row is. */
export interface FoldedTree extends CallTree {
  readonly node: Int32Array; // row -> node
}

/**
 * Stacks that share their prefixes. A stack is the node of its leaf, so that to fold values is one
 * addition for each stack and one pass upwards over the nodes, however deep the stacks are.
 *
 * Nodes stay, parents before children: what was added once need not be added for the next question.
 */
export class PrefixTree {
  private parents = new Int32Array(NODES_MIN).fill(-1); // node -> node of the caller; -1 for the root
  private frames = new Int32Array(NODES_MIN).fill(-1); // node -> frame; -1 for the root
  private nodeCount = 1;
  /**
   * One hash table for all nodes: place -> node, 0 where none is, since the root is nobody's child. A Map
   * with a number for parent and frame as its key took four times as long.
   */
  private places = new Int32Array(2 * NODES_MIN);

  get size(): number {
    return this.nodeCount;
  }

  get bytes(): number {
    return this.parents.byteLength + this.frames.byteLength + this.places.byteLength;
  }

  parentOf(node: NodeRow): NodeRow {
    return this.parents[node]!;
  }

  frameOf(node: NodeRow): FrameRow {
    return this.frames[node]!;
  }

  /** The node of a frame below another node, a new one if there is none yet. */
  child(node: NodeRow, frame: FrameRow): NodeRow {
    const { parents, frames, places } = this;
    const mask = places.length - 1;
    let place = placeOf(node, frame) & mask;
    for (let known = places[place]!; known !== 0; known = places[place]!) {
      if (parents[known] === node && frames[known] === frame) return known;
      place = (place + 1) & mask;
    }
    const child = this.nodeCount++;
    if (child === parents.length) this.grow();
    this.parents[child] = node;
    this.frames[child] = frame;
    if (places === this.places) places[place] = child;
    else this.put(child);
    return child;
  }

  /** The node of a whole stack, root first. */
  add(stack: ArrayLike<FrameRow>): NodeRow {
    let node = 0;
    for (let depth = 0; depth < stack.length; depth++) node = this.child(node, stack[depth]!);
    return node;
  }

  /** How many frames the stack of a node has. */
  depthOf(node: NodeRow): number {
    let depth = 0;
    for (let at = node; at !== 0; at = this.parents[at]!) depth++;
    return depth;
  }

  /**
   * The call tree of some stacks: all prefixes of theirs, and no other node.
   *
   * Shape   leaves[i] is the node of a stack and pairs with values[i]; a stack may come more than once.
   */
  fold(leaves: ArrayLike<NodeRow>, values: ArrayLike<number>): FoldedTree {
    const { parents, nodeCount } = this;
    const self = new Float64Array(nodeCount);
    const reached = new Uint8Array(nodeCount);
    reached[0] = 1;
    for (let i = 0; i < leaves.length; i++) {
      self[leaves[i]!]! += values[i]!;
      reached[leaves[i]!] = 1;
    }
    const total = self.slice();
    let rows = 1;
    for (let node = nodeCount - 1; node > 0; node--) {
      if (reached[node] === 0) continue;
      rows++;
      reached[parents[node]!] = 1;
      total[parents[node]!]! += total[node]!;
    }
    return this.pick(reached, { rows, self, total });
  }

  private pick(
    reached: Uint8Array,
    all: { readonly rows: number; readonly self: Float64Array; readonly total: Float64Array },
  ): FoldedTree {
    const { parents, frames } = this;
    const node = new Int32Array(all.rows);
    const rowOf = new Int32Array(reached.length);
    const parent = new Int32Array(all.rows).fill(-1);
    const func = new Int32Array(all.rows).fill(-1);
    const self = new Float64Array(all.rows);
    const total = new Float64Array(all.rows);
    for (let at = 0, row = 0; at < reached.length; at++) {
      if (reached[at] === 0) continue;
      node[row] = at;
      rowOf[at] = row;
      if (at > 0) parent[row] = rowOf[parents[at]!]!;
      func[row] = frames[at]!;
      self[row] = all.self[at]!;
      total[row] = all.total[at]!;
      row++;
    }
    return { node, parent, func, self, total };
  }

  private grow(): void {
    const larger = this.parents.length * 2;
    const parents = new Int32Array(larger);
    const frames = new Int32Array(larger);
    parents.set(this.parents);
    frames.set(this.frames);
    this.parents = parents;
    this.frames = frames;
    this.places = new Int32Array(2 * larger);
    // The last node is not there yet.
    for (let node = 1; node < this.nodeCount - 1; node++) this.put(node);
  }

  private put(node: NodeRow): void {
    const mask = this.places.length - 1;
    let place = placeOf(this.parents[node]!, this.frames[node]!) & mask;
    while (this.places[place] !== 0) place = (place + 1) & mask;
    this.places[place] = node;
  }
}

const NODES_MIN = 512; // A power of two.

function placeOf(node: NodeRow, frame: FrameRow): number {
  const mixed = Math.imul(Math.imul(node, 0x9e3779b1) ^ frame, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
