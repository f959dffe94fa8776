import { Fragment } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { chooseRenderer, rendererName } from '../../state/renderer.ts';

const KEYS = [
  ['↑ ↓', 'caller, heaviest callee'],
  ['← →', 'neighbour on the same row'],
  ['Enter', 'zoom to the frame'],
  ['Esc', 'one step out'],
  ['Home', 'show all'],
  ['h', 'follow the hot path to its leaf'],
  ['/', 'search'],
  ['n  N', 'next, previous match'],
  ['y', 'copy the name'],
  ['?', 'these keys'],
  ['Shift click', 'pick without zooming'],
] as const;

/** The keys that work while the graph has the focus. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="help-title" onClose={onClose}>
      <h2 id="help-title">Keys in the flame graph</h2>
      <div class="keys">
        {KEYS.map(([key, meaning]) => (
          <Fragment key={key}>
            <span class="kbd">{key}</span>
            <span>{meaning}</span>
          </Fragment>
        ))}
      </div>
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
      <div class="acts">
        <button type="button" class="btn" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}
