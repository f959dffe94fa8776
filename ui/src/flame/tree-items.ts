import { type FlameTree, pathTo } from './tree.ts';

const SIBLINGS_MAX = 24;

/** Children of a row that a reader can go to, heaviest first. */
function childrenOf(tree: FlameTree, row: number): number[] {
  const children: number[] = [];
  for (let at = row + 1; at < tree.end[row]!; at = tree.end[at]!) children.push(at);
  return children;
}

/**
 * Keep real tree items for the current frame, its callers, neighbours and callees, hidden from view,
 * so that a screen reader can walk a picture that has no elements of its own.
 *
 * Returns the id of the current item for `aria-activedescendant`.
 */
export function writeTreeItems(
  host: HTMLElement,
  tree: FlameTree,
  current: number,
  describe: (row: number) => string,
): string {
  const path = pathTo(tree, current);
  const siblings = current > 0 ? childrenOf(tree, tree.parent[current]!) : [];
  const at = siblings.indexOf(current);
  const near = siblings.slice(Math.max(0, at - SIBLINGS_MAX), at + SIBLINGS_MAX);
  const rows = [
    0,
    ...path.slice(0, -1),
    ...near,
    ...childrenOf(tree, current).slice(0, SIBLINGS_MAX),
  ];
  const items = [...new Set(rows)].map((row) => {
    const item = document.createElement('div');
    const peers = row === 0 ? [0] : childrenOf(tree, tree.parent[row]!);
    item.id = `${host.id}-${row}`;
    item.setAttribute('role', 'treeitem');
    item.setAttribute('aria-level', String(tree.depth[row]! + 1));
    item.setAttribute('aria-setsize', String(peers.length));
    item.setAttribute('aria-posinset', String(peers.indexOf(row) + 1));
    item.setAttribute('aria-selected', String(row === current));
    if (tree.end[row]! > row + 1) item.setAttribute('aria-expanded', 'true');
    item.textContent = describe(row);
    return item;
  });
  host.replaceChildren(...items);
  return `${host.id}-${current}`;
}
