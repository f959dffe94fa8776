import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

const OVERSCAN = 8;

/** Which rows of a long table can be seen, so that only they are in the page. */
export interface RowWindow<E extends HTMLElement> {
  readonly host: RefObject<E | null>;
  readonly first: number;
  readonly last: number; // not included
  readonly onScroll: () => void;
  /** Scroll as little as shows the row below the head. */
  readonly reveal: (row: number) => void;
}

export function useRowWindow<E extends HTMLElement>(
  rows: number,
  rowHeight: number,
  headHeight = rowHeight,
): RowWindow<E> {
  const host = useRef<E>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const measure = (): void => {
    const element = host.current;
    if (element !== null) setView({ top: element.scrollTop, height: element.clientHeight });
  };
  // Before the first paint: a table that is gone again by then must not be measured.
  useLayoutEffect(() => {
    const sizes = new ResizeObserver(measure);
    sizes.observe(host.current!);
    return () => sizes.disconnect();
  }, []);
  return {
    host,
    first: Math.max(0, Math.floor(view.top / rowHeight) - OVERSCAN),
    last: Math.min(rows, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN),
    onScroll: measure,
    reveal(row) {
      const element = host.current;
      if (element === null || row < 0) return;
      const top = row * rowHeight;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + rowHeight + headHeight > element.scrollTop + element.clientHeight)
        element.scrollTop = top + rowHeight + headHeight - element.clientHeight;
    },
  };
}
