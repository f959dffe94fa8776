import { type FlameTree, heaviestChild } from './tree.ts';

/** What a key asks for; FlameView does it. */
export type KeyAction =
  | { readonly do: 'select'; readonly row: number }
  | { readonly do: 'focus'; readonly row: number }
  | { readonly do: 'match'; readonly step: 1 | -1 }
  | { readonly do: 'menu'; readonly row: number }
  | { readonly do: 'command'; readonly command: FrameCommand; readonly row: number };

/** What can be done with a frame beyond looking at it; keys, menus and buttons ask for the same. */
export type FrameCommand =
  | 'zoom'
  | 'sandwich'
  | 'only'
  | 'not'
  | 'from'
  | 'merge'
  | 'collapse'
  | 'source'
  | 'copy-name'
  | 'copy-stack';

/** Keys that act on the selected frame. */
const COMMANDS: Readonly<Record<string, FrameCommand>> = {
  s: 'sandwich',
  x: 'not',
  m: 'merge',
  c: 'collapse',
  o: 'source',
  y: 'copy-name',
  Y: 'copy-stack',
};

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
  { key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>,
  tree: FlameTree,
  at: { readonly selected: number; readonly focus: number; readonly rootAtBottom: boolean },
): KeyAction | null {
  const { selected, focus } = at;
  const command = COMMANDS[key];
  if (command !== undefined) return selected < 0 ? null : { do: 'command', command, row: selected };
  const select = (row: number): KeyAction | null => (row < 0 ? null : { do: 'select', row });
  const callee = (): KeyAction | null =>
    select(selected < 0 ? focus : heaviestChild(tree, selected));
  const caller = (): KeyAction | null => select(selected < 0 ? focus : tree.parent[selected]!);
  switch (key) {
    case 'ArrowDown':
      return at.rootAtBottom ? caller() : callee();
    case 'ArrowUp':
      return at.rootAtBottom ? callee() : caller();
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
    case 'ContextMenu':
      return selected < 0 ? null : { do: 'menu', row: selected };
    case 'F10':
      return selected < 0 || !shiftKey ? null : { do: 'menu', row: selected };
    default:
      return null;
  }
}

/** The keys that also work on a function of the table. */
export function functionKey(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>,
): FrameCommand | 'menu' | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) return 'menu';
  const command = COMMANDS[event.key] ?? null;
  return command === 'copy-stack' ? null : command;
}
