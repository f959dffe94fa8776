import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

const GAP = 4;
const EDGE = 12;

/**
 * A floating panel under its button. Escape and a click elsewhere close it; focus goes back to the button.
 */
export function Popover(props: {
  readonly anchor: HTMLElement | null;
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const panel = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: 0, top: 0 });
  const { anchor, onClose } = props;

  useLayoutEffect(() => {
    if (anchor === null || panel.current === null) return;
    const box = anchor.getBoundingClientRect();
    const room = window.innerWidth - panel.current.offsetWidth - EDGE;
    setPlace({ left: Math.max(EDGE, Math.min(box.left, room)), top: box.bottom + GAP });
  }, [anchor]);

  useEffect(() => {
    const outside = (event: PointerEvent): void => {
      const target = event.target as Node;
      if (!panel.current?.contains(target) && !anchor?.contains(target)) onClose();
    };
    const onEscape = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      onClose();
      anchor?.focus();
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('keydown', onEscape, true);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('keydown', onEscape, true);
    };
  }, [anchor, onClose]);

  return (
    <div
      class="pop menu"
      ref={panel}
      role="dialog"
      aria-label={props.label}
      style={{ left: `${place.left}px`, top: `${place.top}px` }}
    >
      {props.children}
    </div>
  );
}
