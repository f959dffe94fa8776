import type { FrameRow } from './call-tree.ts';
import { hash64 } from './hash.ts';
import type { NodeRow, PrefixTree } from './prefix-tree.ts';

/** The id of the root of every call tree; the id of any other node is a hash of its path. */
export const ROOT_NODE_ID = '0000000000000000';

const ID_BYTES = 40; // Sixteen letters with what V8 needs for a string, and a pointer.

/**
 * Ids of the nodes of a prefix tree: each is the hash of its parent's id and its frame's id, so of the path from
 * the root. They are kept once they were asked for, since 8,000 of them take 10 ms (2026-11-30).
 */
export class NodeIds {
  private readonly prefixes: PrefixTree;
  private readonly frameIds: ArrayLike<string>; // frame -> 16 hex; may grow
  private readonly ids = new Map<NodeRow, string>([[0, ROOT_NODE_ID]]);

  constructor(prefixes: PrefixTree, frameIds: ArrayLike<string>) {
    this.prefixes = prefixes;
    this.frameIds = frameIds;
  }

  get bytes(): number {
    return this.ids.size * ID_BYTES;
  }

  of(node: NodeRow): string {
    const above: NodeRow[] = []; // Without recursion: stacks may be deeper than the engine's own.
    let at = node;
    let id = this.ids.get(at);
    for (; id === undefined; id = this.ids.get(at)) {
      above.push(at);
      at = this.prefixes.parentOf(at);
    }
    for (const below of above.reverse()) {
      id = hash64([id, this.frameId(this.prefixes.frameOf(below))]);
      this.ids.set(below, id);
    }
    return id;
  }

  /** Whether a node has this id, as far as that is known already. */
  knownAs(id: string): NodeRow | null {
    for (const [node, known] of this.ids) if (known === id) return node;
    return null;
  }

  private frameId(frame: FrameRow): string {
    return this.frameIds[frame]!;
  }
}
