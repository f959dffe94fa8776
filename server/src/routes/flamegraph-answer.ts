import {
  type FlamegraphAnswer,
  NodeIds,
  PrefixTree,
  pruneCallTree,
  ROOT_NODE_ID,
  subtreeOf,
  unitOf,
} from '@flamehouse/proto';
import { ApiError } from '../errors.ts';
import { giveWay } from '../http/give-way.ts';
import { pickFrames } from '../storage/named-stacks.ts';
import type { FoldedStacks, ProfileSelection, SelectedStacks } from '../storage/profile-store.ts';

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
  const { tree, frames, ids } = stacks.fold?.() ?? foldStacks(stacks);
  await giveWay();
  const { root = ROOT_NODE_ID } = options;
  const below = root === ROOT_NODE_ID ? null : subtreeOf(tree, await findNode({ tree, ids }, root));
  const pruned = pruneCallTree(below?.tree ?? tree, options.maxNodes);
  await giveWay();
  const used = usedFrames(pruned.tree.func);
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
    frames: pickFrames(frames, used.kept),
    nodes: {
      id: pruned.row.map((row) => ids.of(tree.node[below?.row[row] ?? row]!)),
      parent: pruned.tree.parent,
      frame: pruned.tree.func.map((frame) => (frame < 0 ? -1 : used.rowOf.get(frame)!)),
      self: pruned.tree.self,
      total: pruned.tree.total,
      folded: pruned.folded,
    },
  };
}

function foldStacks({ frames, stacks, values }: SelectedStacks): FoldedStacks {
  const prefixes = new PrefixTree();
  const leaves = stacks.map((stack) => prefixes.add(stack));
  return { tree: prefixes.fold(leaves, values), frames, ids: new NodeIds(prefixes, frames.id) };
}

// 2 ms for a thousand that were never asked for before.
const NODES_AT_ONCE = 4_000;

async function findNode(
  { tree, ids }: Pick<FoldedStacks, 'tree' | 'ids'>,
  id: string,
): Promise<number> {
  // Whoever asks has the id from an answer, so that it is known already.
  const row = tree.node.indexOf(ids.knownAs(id) ?? -1);
  if (row >= 0) return row;
  for (let at = 0; at < tree.node.length; at++) {
    if (at % NODES_AT_ONCE === 0) await giveWay();
    if (ids.of(tree.node[at]!) === id) return at;
  }
  throw new ApiError(
    'QUERY_NODE_NOT_FOUND',
    `none of the ${tree.node.length} nodes has the id ${id}`,
  );
}

/** The frames that nodes use, in the order of their first node. */
function usedFrames(func: readonly number[]): { rowOf: Map<number, number>; kept: number[] } {
  const rowOf = new Map<number, number>();
  const kept: number[] = [];
  for (const frame of func) {
    if (frame >= 0 && !rowOf.has(frame)) rowOf.set(frame, kept.push(frame) - 1);
  }
  return { rowOf, kept };
}
