import {
  buildCallTree,
  type CallTree,
  type FlamegraphAnswer,
  hash64,
  pruneCallTree,
  subtreeOf,
  unitOf,
} from '@flamehouse/proto';
import { ApiError } from '../errors.ts';
import { giveWay } from '../http/give-way.ts';
import type { ProfileSelection, SelectedStacks } from '../storage/profile-store.ts';

/** The id of the root of every flame graph; the id of any other node is a hash of its path. */
export const ROOT_NODE_ID = '0000000000000000';

/**
 * The flame graph of exact sums: fold all stacks, take the part below `root`, then prune.
 *
 * With `root`, row 0 is that node with its own frame, and `total` is its total.
 * Errors  ApiError QUERY_NODE_NOT_FOUND when no node has the id `root`.
 */
export async function flamegraphAnswer(
  selection: Pick<ProfileSelection, 'service' | 'type'>,
  stacks: SelectedStacks,
  options: { readonly maxNodes: number; readonly root?: string },
): Promise<FlamegraphAnswer> {
  const root = options.root ?? ROOT_NODE_ID;
  let tree = buildCallTree(stacks.stacks, stacks.values);
  await giveWay();
  if (root !== ROOT_NODE_ID) {
    tree = subtreeOf(tree, findNode(tree, stacks, root)).tree;
    await giveWay();
  }
  const pruned = pruneCallTree(tree, options.maxNodes);
  await giveWay();
  const frames = usedFrames(pruned.tree);
  return {
    service: selection.service,
    type: selection.type,
    unit: unitOf(selection.type),
    from: stacks.range.from,
    to: stacks.range.to,
    tier: stacks.tier,
    total: pruned.tree.total[0]!,
    foldedNodes: pruned.foldedNodes,
    foldedValue: pruned.foldedValue,
    frames: pickFrames(stacks.frames, frames.kept),
    nodes: {
      id: nodeIds(pruned.tree, stacks.frames.id, root),
      parent: pruned.tree.parent,
      frame: pruned.tree.func.map((frame) => (frame < 0 ? -1 : frames.rowOf.get(frame)!)),
      self: pruned.tree.self,
      total: pruned.tree.total,
      folded: pruned.folded,
    },
  };
}

/** Ids of all rows: each is the hash of its parent's id and its frame's id, so of the path from the root. */
function nodeIds(tree: CallTree, frameIds: readonly string[], rootId: string): string[] {
  const ids = [rootId];
  for (let row = 1; row < tree.parent.length; row++) {
    ids.push(hash64([ids[tree.parent[row]!]!, frameIds[tree.func[row]!]!]));
  }
  return ids;
}

function findNode(tree: CallTree, stacks: SelectedStacks, id: string): number {
  const row = nodeIds(tree, stacks.frames.id, ROOT_NODE_ID).indexOf(id);
  if (row >= 0) return row;
  throw new ApiError(
    'QUERY_NODE_NOT_FOUND',
    `none of the ${tree.parent.length} nodes has the id ${id}`,
  );
}

/** The frames that nodes use, in the order of their first node. */
function usedFrames(tree: CallTree): { rowOf: Map<number, number>; kept: number[] } {
  const rowOf = new Map<number, number>();
  const kept: number[] = [];
  for (const frame of tree.func) {
    if (frame >= 0 && !rowOf.has(frame)) rowOf.set(frame, kept.push(frame) - 1);
  }
  return { rowOf, kept };
}

function pickFrames(
  frames: SelectedStacks['frames'],
  kept: readonly number[],
): FlamegraphAnswer['frames'] {
  const pick = <T>(column: readonly T[]) => kept.map((frame) => column[frame]!);
  return {
    id: pick(frames.id),
    functionId: pick(frames.functionId),
    name: pick(frames.name),
    file: pick(frames.file),
    package: pick(frames.package),
    kind: pick(frames.kind),
    line: pick(frames.line),
  };
}
