import type { FlamegraphAnswer } from '@flamehouse/proto';

/** A callee that holds this share of its caller is all that the caller is about. */
const CHAIN_SHARE = 0.99;
/** One frame in place of one saves nothing. */
const CHAIN_MIN = 2;

/**
 * Draw frames that only call one other as one row, `⋯ 5 frames`; your own code is never hidden.
 *
 * Shape   the row has the id of the outermost frame of its chain and a frame of its own without a
 *         functionId. Its self is that of all of them, so every sum stays what it was.
 *         The chain that `open` is in stays as it is.
 */
export function collapseChains(answer: FlamegraphAnswer, open: string): FlamegraphAnswer {
  const { nodes, frames } = answer;
  const chainOf = findChains(answer, open);
  if (chainOf.size === 0) return answer;
  const columns = {
    id: [...frames.id],
    functionId: [...frames.functionId],
    name: [...frames.name],
    file: [...frames.file],
    package: [...frames.package],
    kind: [...frames.kind],
    line: [...frames.line],
  };
  const kept: number[] = [];
  const rowOf = new Int32Array(nodes.id.length); // node -> row that stands for it
  const frame: number[] = [];
  const self: number[] = [];
  nodes.id.forEach((id, node) => {
    const chain = chainOf.get(node);
    if (chain !== undefined && chain.first !== node) {
      rowOf[node] = rowOf[chain.first]!;
      self[rowOf[node]!]! += nodes.self[node]!;
      return;
    }
    rowOf[node] = kept.push(node) - 1;
    self.push(nodes.self[node]!);
    if (chain === undefined) {
      frame.push(nodes.frame[node]!);
      return;
    }
    frame.push(columns.id.push(id) - 1);
    columns.functionId.push('');
    columns.name.push(`⋯ ${chain.count} frames`);
    columns.file.push('');
    columns.package.push('');
    columns.kind.push('runtime');
    columns.line.push(0);
  });
  return {
    ...answer,
    frames: columns,
    nodes: {
      id: kept.map((node) => nodes.id[node]!),
      parent: kept.map((node) => (nodes.parent[node]! < 0 ? -1 : rowOf[nodes.parent[node]!]!)),
      frame,
      self,
      total: kept.map((node) => nodes.total[node]!),
      folded: kept.map((node) => nodes.folded[node]!),
    },
  };
}

interface Chain {
  readonly first: number; // node
  count: number;
}

/** node -> its chain, for nodes that are in one. */
function findChains({ nodes, frames }: FlamegraphAnswer, open: string): Map<number, Chain> {
  const children = new Uint32Array(nodes.id.length);
  const widest = new Float64Array(nodes.id.length);
  nodes.parent.forEach((parent, node) => {
    if (parent < 0) return;
    children[parent]!++;
    widest[parent] = nodes.total[node]!;
  });
  const passes = (node: number): boolean =>
    nodes.frame[node]! >= 0 &&
    frames.kind[nodes.frame[node]!] !== 'user' &&
    children[node] === 1 &&
    nodes.folded[node] === 0 &&
    widest[node]! >= nodes.total[node]! * CHAIN_SHARE;
  const chainOf = new Map<number, Chain>();
  let opened: Chain | undefined;
  // Parents come before their children.
  nodes.id.forEach((id, node) => {
    if (!passes(node)) return;
    const chain = chainOf.get(nodes.parent[node]!) ?? { first: node, count: 0 };
    chain.count++;
    chainOf.set(node, chain);
    if (id === open) opened = chain;
  });
  for (const [node, chain] of chainOf)
    if (chain.count < CHAIN_MIN || chain === opened) chainOf.delete(node);
  return chainOf;
}
