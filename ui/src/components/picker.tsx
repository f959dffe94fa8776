import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icon.tsx';
import { Popover } from './popover.tsx';

export interface PickerOption {
  readonly value: string;
  readonly label: string;
  readonly note?: string;
}

interface PickerProps {
  readonly label: string; // what is picked, for readers of the button
  readonly value: string;
  readonly options: readonly PickerOption[];
  readonly onPick: (value: string) => void;
  readonly class?: string;
  readonly prefix?: string;
}

const SEARCH_FROM = 9;

/** A button that shows a value and opens the list of others, with a search when the list is long. */
export function Picker(props: PickerProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const shown = props.options.find((option) => option.value === props.value);
  const pick = (value: string): void => {
    setOpen(false);
    button.current?.focus();
    props.onPick(value);
  };
  return (
    <>
      <button
        type="button"
        ref={button}
        class={`picker ${props.class ?? ''}`}
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-label={`${props.label}: ${shown?.label ?? props.value}`}
        title={shown?.label ?? props.value}
        onClick={() => setOpen(!open)}
      >
        {props.prefix !== undefined && <span class="k hide-s">{props.prefix}</span>}
        <span class="value">{shown?.label ?? props.value}</span>
        <Icon name="down" />
      </button>
      {open && (
        <Popover anchor={button.current} label={props.label} onClose={close}>
          <Options {...props} onPick={pick} />
        </Popover>
      )}
    </>
  );
}

function Options({ label, options, value, onPick }: PickerProps) {
  const [typed, setTyped] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const found = options.filter((option) =>
    option.label.toLowerCase().includes(typed.trim().toLowerCase()),
  );
  useEffect(() => {
    const host = list.current?.parentElement;
    const first =
      host?.querySelector<HTMLElement>('input') ??
      host?.querySelector<HTMLElement>('[aria-selected="true"]') ??
      host?.querySelector<HTMLElement>('[role="option"]');
    first?.focus();
  }, []);

  const move = (event: KeyboardEvent): void => {
    const items = [...(list.current?.querySelectorAll<HTMLElement>('[role="option"]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(items.length - 1, at + 1),
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: items.length - 1,
    };
    const next = steps[event.key];
    if (next === undefined || (event.target instanceof HTMLInputElement && event.key === 'Home'))
      return;
    event.preventDefault();
    items[next]?.focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the options inside.
    <div onKeyDown={move}>
      {options.length >= SEARCH_FROM && (
        <label class="input">
          <Icon name="search" />
          <input
            aria-label={`Search: ${label}`}
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && found[0] !== undefined) onPick(found[0].value);
            }}
          />
        </label>
      )}
      <div ref={list} role="listbox" aria-label={label}>
        {found.map((option) => (
          <button
            type="button"
            role="option"
            key={option.value}
            class="mi"
            aria-selected={option.value === value}
            onClick={() => onPick(option.value)}
          >
            <span class="grow" title={option.label}>
              {option.label}
            </span>
            {option.note !== undefined && <span class="note">{option.note}</span>}
            {option.value === value && <Icon name="check" />}
          </button>
        ))}
        {found.length === 0 && <div class="cap">Nothing is called “{typed}”.</div>}
      </div>
    </div>
  );
}
