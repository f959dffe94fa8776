import type { RefObject } from 'preact';

/** The element that a FlameView draws in, as readers of the page meet it. */
export function FlameHost(props: {
  readonly id: string;
  readonly hostRef: RefObject<HTMLDivElement | null>;
  readonly label: string;
  readonly class: string;
  readonly more?: string; // to say after the keys
}) {
  const { id } = props;
  return (
    <div class={props.class}>
      <div
        id={id}
        class="flame-scroll"
        ref={props.hostRef}
        role="tree"
        tabIndex={0}
        aria-label={props.label}
        aria-describedby={`${id}-help`}
      />
      <span id={`${id}-help`} class="hidden">
        Arrow keys move between frames, Enter zooms, Escape steps out, Home shows all, Shift and F10
        opens the menu of a frame.{props.more !== undefined && ` ${props.more}`}
      </span>
    </div>
  );
}
