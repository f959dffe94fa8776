import { HelpDialog } from '../../components/help.tsx';

const KEYS = [
  ['↑ ↓', 'caller, heaviest callee'],
  ['← →', 'neighbour on the same row'],
  ['Enter', 'zoom to the frame'],
  ['Esc', 'one step out'],
  ['Home', 'show all'],
  ['Shift F10', 'menu of the frame'],
  ['s', 'callers and callees, in Explore'],
  ['n  N', 'next, previous match'],
  ['y  Y', 'copy the name, copy the stack'],
  ['Shift click', 'pick without zooming'],
] as const;

const PAGE_KEYS = [
  ['/', 'search'],
  ['1 2 3 4', 'both, graph, table, side by side'],
  ['← →', 'on a window or its end: a minute; with Shift ten'],
  ['?', 'these keys'],
] as const;

/** The keys of Compare, and what its marks mean. */
export function CompareHelp({ onClose }: { readonly onClose: () => void }) {
  return (
    <HelpDialog graphKeys={KEYS} pageKeys={PAGE_KEYS} onClose={onClose}>
      <p>
        A colour is always significant: what looks different but is grey may be chance. ▲ takes
        more, ▼ takes less, ◆ is where a change begins, stripes are gone, a bar at the left is new.
      </p>
      <p>
        The sentence says what the functions marked ◆ changed. The root of the flame graph is the
        sum of all functions, also of those that differ by chance, so the two numbers differ a
        little.
      </p>
    </HelpDialog>
  );
}
