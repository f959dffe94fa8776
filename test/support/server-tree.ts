import type { FlamegraphAnswer } from '../../proto/src/index.ts';

/** The nodes of an answer as text: one line a node, two spaces a level, in the order of rows. */
export function printTree({ nodes, frames }: FlamegraphAnswer): string[] {
  const depth: number[] = [];
  return depthFirst(nodes.parent).map((row) => {
    const parent = nodes.parent[row]!;
    depth[row] = parent < 0 ? 0 : depth[parent]! + 1;
    const name = nodes.frame[row]! < 0 ? '(root)' : frames.name[nodes.frame[row]!]!;
    const folded = nodes.folded[row] === 0 ? '' : ` folded=${nodes.folded[row]}`;
    return `${'  '.repeat(depth[row]!)}${name} total=${nodes.total[row]} self=${nodes.self[row]}${folded}`;
  });
}

/** Rows so that children follow their parent. */
function depthFirst(parent: readonly number[]): number[] {
  const children = parent.map((): number[] => []);
  parent.forEach((above, row) => {
    if (above >= 0) children[above]!.push(row);
  });
  const visit = (row: number): number[] => [row, ...children[row]!.flatMap(visit)];
  return visit(0);
}
