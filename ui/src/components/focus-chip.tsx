import { Icon } from './icon.tsx';

/** What a graph is zoomed to, and the way out; struck through when it is not in the data. */
export function FocusChip(props: {
  readonly name: string;
  readonly gone: boolean;
  readonly onClear: () => void;
}) {
  return (
    <span class={props.gone ? 'chip gone' : 'chip focus'} title={props.name}>
      <span class="k">focus</span>
      <span class="v">{props.name}</span>
      <button
        type="button"
        class="icon-btn small"
        aria-label="Show everything"
        onClick={props.onClear}
      >
        <Icon name="x" />
      </button>
    </span>
  );
}
