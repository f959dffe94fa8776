import { type FlameTree, heaviestChild } from './tree.ts';

/** What a key asks for; FlameView does it. */
export type KeyAction =
  | { readonly do: 'select'; readonly row: number }
  | { readonly do: 'focus'; readonly row: number }
  | { readonly do: 'match'; readonly step: 1 | -1 }
  | { readonly do: 'copy'; readonly row: number };

/** The nearest caller that is visibly wider, so that one step out is never a step that shows nothing. */
export function stepOut(tree: FlameTree, row: number): number {
  for (let at = tree.parent[row]!; at > 0; at = tree.parent[at]!)
    if (tree.total[at]! >= tree.total[row]! * 1.02) return at;
  return 0;
}

/** The next frame on the same row of the picture, or -1. */
function neighbour(tree: FlameTree, row: number, step: 1 | -1): number {
  const depth = tree.depth[row]!;
  if (step === 1) {
    for (let at = tree.end[row]!; at < tree.count; at++) if (tree.depth[at] === depth) return at;
    return -1;
  }
  for (let at = row - 1; at > 0; at--) if (tree.depth[at] === depth) return at;
  return -1;
}

function leafOf(tree: FlameTree, from: number): number {
  let at = from;
  for (let child = heaviestChild(tree, at); child >= 0; child = heaviestChild(tree, at)) at = child;
  return at;
}

/** Pure, so that the map of ui keys can be read and tested in one place. Null: the key is not ours. */
export function keyAction(
  key: string,
  tree: FlameTree,
  at: { readonly selected: number; readonly focus: number },
): KeyAction | null {
  const { selected, focus } = at;
  const select = (row: number): KeyAction | null => (row < 0 ? null : { do: 'select', row });
  switch (key) {
    case 'ArrowDown':
      return select(selected < 0 ? focus : heaviestChild(tree, selected));
    case 'ArrowUp':
      return select(selected < 0 ? focus : tree.parent[selected]!);
    case 'ArrowRight':
      return select(selected < 0 ? focus : neighbour(tree, selected, 1));
    case 'ArrowLeft':
      return select(selected < 0 ? focus : neighbour(tree, selected, -1));
    case 'Enter':
    case ' ':
      return selected < 0 ? null : { do: 'focus', row: selected };
    case 'Escape':
    case 'Backspace':
      return focus === 0 ? null : { do: 'focus', row: stepOut(tree, focus) };
    case 'Home':
    case '0':
      return { do: 'focus', row: 0 };
    case 'h':
      return select(leafOf(tree, focus));
    case 'n':
      return { do: 'match', step: 1 };
    case 'N':
      return { do: 'match', step: -1 };
    case 'y':
      return selected < 0 ? null : { do: 'copy', row: selected };
    default:
      return null;
  }
}
