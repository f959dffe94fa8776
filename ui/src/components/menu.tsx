import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  readonly key?: string; // the key that does the same
  readonly act: () => void;
  readonly first?: boolean; // begins a group
}

const EDGE = 8;

/** A menu at a point, as a right click or Shift+F10 opens it. Focus goes back to where it was. */
export function ContextMenu(props: {
  readonly at: { readonly x: number; readonly y: number };
  readonly label: string;
  readonly title?: ComponentChildren;
  readonly items: readonly MenuItem[];
  readonly onClose: () => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const from = useRef(document.activeElement as HTMLElement | null);
  const [place, setPlace] = useState({ left: props.at.x, top: props.at.y });
  const { at, onClose } = props;
  const close = (): void => {
    onClose();
    from.current?.focus();
  };

  useLayoutEffect(() => {
    const { offsetWidth, offsetHeight } = host.current!;
    setPlace({
      left: Math.max(EDGE, Math.min(at.x, window.innerWidth - offsetWidth - EDGE)),
      top: Math.max(EDGE, Math.min(at.y, window.innerHeight - offsetHeight - EDGE)),
    });
    host.current!.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }, [at]);
  useEffect(() => {
    const outside = (event: PointerEvent): void => {
      if (!host.current?.contains(event.target as Node)) onClose();
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [onClose]);

  const press = (event: KeyboardEvent): void => {
    const items = [...host.current!.querySelectorAll<HTMLElement>('[role=menuitem]')];
    const index = items.indexOf(document.activeElement as HTMLElement);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: (index + 1) % items.length,
      ArrowUp: (index - 1 + items.length) % items.length,
      Home: 0,
      End: items.length - 1,
    };
    const next = steps[event.key];
    if (event.key === 'Escape' || event.key === 'Tab') close();
    else if (next !== undefined) items[next]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      class="pop menu"
      ref={host}
      role="menu"
      tabIndex={-1}
      aria-label={props.label}
      style={{ left: `${place.left}px`, top: `${place.top}px` }}
      onKeyDown={press}
    >
      {props.title !== undefined && (
        <div class="cap mono clip" role="presentation">
          {props.title}
        </div>
      )}
      {props.items.map((item) => (
        <MenuButton
          key={item.label}
          item={item}
          onPick={() => {
            close();
            item.act();
          }}
        />
      ))}
    </div>
  );
}

function MenuButton(props: { readonly item: MenuItem; readonly onPick: () => void }) {
  const { label, icon, key, first } = props.item;
  return (
    <>
      {first === true && <hr />}
      <button type="button" role="menuitem" class="mi" tabIndex={-1} onClick={props.onPick}>
        {icon !== undefined && <Icon name={icon} />}
        <span class="grow">{label}</span>
        {key !== undefined && (
          <span class="kbd" aria-hidden="true">
            {key}
          </span>
        )}
      </button>
    </>
  );
}
