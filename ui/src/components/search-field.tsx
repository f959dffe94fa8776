import type { RefObject } from 'preact';
import { Icon } from './icon.tsx';

interface SearchFieldProps {
  readonly text: string;
  readonly placeholder: string;
  readonly count: string; // what was found, '' while nothing is searched
  readonly bad: boolean; // what was typed is no expression
  readonly found: boolean;
  readonly inputRef: RefObject<HTMLInputElement | null>;
  readonly onSearch: (text: string) => void;
  readonly onStep: (step: 1 | -1) => void;
}

/** Searches functions: Enter steps through what was found, Escape clears and then leaves. */
export function SearchField(props: SearchFieldProps) {
  const { text, found, onSearch, onStep } = props;
  const key = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1);
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    if (text === '') (event.currentTarget as HTMLElement).blur();
    else onSearch('');
  };
  const active = text.trim() !== '';
  return (
    <label class={props.bad ? 'input search bad' : 'input search'}>
      <Icon name="search" />
      <input
        ref={props.inputRef}
        class="grow"
        aria-label="Search functions, as text or as /expression/"
        placeholder={props.placeholder}
        spellcheck={false}
        autocomplete="off"
        value={text}
        onInput={(event) => onSearch(event.currentTarget.value)}
        onKeyDown={key}
      />
      <span class={props.bad ? 'count bad' : 'count'} title={props.count}>
        {props.count}
      </span>
      {!active && <span class="kbd hide-s">/</span>}
      {active && found && (
        <>
          <StepButton icon="left" label="Previous match" onClick={() => onStep(-1)} />
          <StepButton icon="right" label="Next match" onClick={() => onStep(1)} />
        </>
      )}
      {active && <StepButton icon="x" label="Clear the search" onClick={() => onSearch('')} />}
    </label>
  );
}

function StepButton(props: {
  readonly icon: 'left' | 'right' | 'x';
  readonly label: string;
  readonly onClick: () => void;
}) {
  return (
    <button type="button" class="icon-btn small" aria-label={props.label} onClick={props.onClick}>
      <Icon name={props.icon} />
    </button>
  );
}
