import { type ComponentChildren, Fragment } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

/** Keys and what they do. */
export type KeyList = readonly (readonly [key: string, meaning: string])[];

export function HelpButton({ onClick }: { readonly onClick: () => void }) {
  return (
    <button type="button" class="icon-btn hide-s" aria-label="Keyboard shortcuts" onClick={onClick}>
      <Icon name="help" />
    </button>
  );
}

/** The keys of a graph, those of its page, and what else is worth saying there. */
export function HelpDialog(props: {
  readonly graphKeys: KeyList;
  readonly pageKeys: KeyList;
  readonly children: ComponentChildren;
  readonly onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="help-title" onClose={props.onClose}>
      <h2 id="help-title">Keys in the flame graph and the table</h2>
      <Keys keys={props.graphKeys} />
      <h2 class="second">Anywhere</h2>
      <Keys keys={props.pageKeys} />
      {props.children}
      <div class="acts">
        <button type="button" class="btn" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}

function Keys({ keys }: { readonly keys: KeyList }) {
  return (
    <div class="keys">
      {keys.map(([key, meaning]) => (
        <Fragment key={key}>
          <span class="kbd">{key}</span>
          <span>{meaning}</span>
        </Fragment>
      ))}
    </div>
  );
}
