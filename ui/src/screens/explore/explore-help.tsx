import { HelpDialog } from '../../components/help.tsx';
import { chooseRenderer, rendererName } from '../../state/renderer.ts';

const KEYS = [
  ['↑ ↓', 'caller, heaviest callee; they follow the picture'],
  ['← →', 'neighbour on the same row'],
  ['Enter', 'zoom to the frame'],
  ['Esc', 'one step out'],
  ['Home', 'show all'],
  ['Shift F10', 'menu of the frame or row'],
  ['s', 'callers and callees'],
  ['o', 'source'],
  ['x', 'not through this'],
  ['m', 'merge away'],
  ['c', 'collapse recursion'],
  ['h', 'follow the hot path to its leaf'],
  ['n  N', 'next, previous match'],
  ['y  Y', 'copy the name, copy the stack'],
  ['Shift click', 'pick without zooming'],
] as const;

const PAGE_KEYS = [
  ['/', 'search'],
  ['1 2 3 4', 'graph, both, table, sandwich'],
  ['i', 'root at the top or at the bottom'],
  ['[  ]', 'previous, next version'],
  ['?', 'these keys'],
] as const;

/** The keys of Explore, and what draws its frames. */
export function ExploreHelp({ onClose }: { readonly onClose: () => void }) {
  return (
    <HelpDialog graphKeys={KEYS} pageKeys={PAGE_KEYS} onClose={onClose}>
      <div class="draw-with">
        <span class="grow">
          Draw frames as
          <span class="muted">
            {' '}
            (elements: the browser finds and prints their text; up to 2,000)
          </span>
        </span>
        <fieldset class="seg" aria-label="Draw frames as">
          {(['canvas', 'svg'] as const).map((name) => (
            <button
              type="button"
              key={name}
              aria-pressed={rendererName.value === name}
              onClick={() => chooseRenderer(name)}
            >
              {name === 'canvas' ? 'Canvas' : 'Elements'}
            </button>
          ))}
        </fieldset>
      </div>
    </HelpDialog>
  );
}
