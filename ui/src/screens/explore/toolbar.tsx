import type { RefObject } from 'preact';
import { Icon } from '../../components/icon.tsx';
import type { Search } from '../../flame/search.ts';
import { VIEWS, type View } from '../../state/url.ts';

const VIEW_NAMES: Readonly<Record<View, string>> = { both: 'Both', graph: 'Graph', table: 'Table' };

interface ToolbarProps {
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly search: string;
  readonly compiled: Search | null;
  readonly count: string; // what was found, in words
  readonly found: boolean;
  readonly inputRef: RefObject<HTMLInputElement | null>;
  readonly onSearch: (text: string) => void;
  readonly onStep: (step: 1 | -1) => void;
  readonly focus: { readonly name: string; readonly gone: boolean } | null;
  readonly onUnfocus: () => void;
  readonly onHelp: () => void;
}

/** Views, search, what is focused, and what the colours mean. */
export function Toolbar(props: ToolbarProps) {
  return (
    <div class="bar">
      <fieldset class="seg" aria-label="View">
        {VIEWS.map((view) => (
          <button
            type="button"
            key={view}
            aria-pressed={props.view === view}
            onClick={() => props.onView(view)}
          >
            {VIEW_NAMES[view]}
          </button>
        ))}
      </fieldset>
      <SearchBox {...props} />
      {props.focus !== null && (
        <span class={props.focus.gone ? 'chip gone' : 'chip focus'} title={props.focus.name}>
          <span class="k">focus</span>
          <span class="v">{props.focus.name}</span>
          <button
            type="button"
            class="icon-btn small"
            aria-label="Show everything"
            onClick={props.onUnfocus}
          >
            <Icon name="x" />
          </button>
        </span>
      )}
      <span class="grow hide-s" />
      <Legend />
      <button
        type="button"
        class="icon-btn hide-s"
        aria-label="Keyboard shortcuts"
        onClick={props.onHelp}
      >
        <Icon name="help" />
      </button>
    </div>
  );
}

function SearchBox(props: ToolbarProps) {
  const key = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') props.onStep(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') {
      if (props.search === '') (event.currentTarget as HTMLElement).blur();
      else props.onSearch('');
    }
  };
  const active = props.compiled !== null;
  return (
    <label class="input search">
      <Icon name="search" />
      <input
        ref={props.inputRef}
        class="grow"
        aria-label="Search functions, as text or as /expression/"
        placeholder="Search functions"
        spellcheck={false}
        autocomplete="off"
        value={props.search}
        onInput={(event) => props.onSearch(event.currentTarget.value)}
        onKeyDown={key}
      />
      <span
        class={props.compiled?.problem ? 'count bad' : 'count'}
        aria-live="polite"
        title={props.count}
      >
        {props.count}
      </span>
      {!active && <span class="kbd hide-s">/</span>}
      {active && props.found && (
        <>
          <button
            type="button"
            class="icon-btn small"
            aria-label="Previous match"
            onClick={() => props.onStep(-1)}
          >
            <Icon name="left" />
          </button>
          <button
            type="button"
            class="icon-btn small"
            aria-label="Next match"
            onClick={() => props.onStep(1)}
          >
            <Icon name="right" />
          </button>
        </>
      )}
      {active && (
        <button
          type="button"
          class="icon-btn small"
          aria-label="Clear the search"
          onClick={() => props.onSearch('')}
        >
          <Icon name="x" />
        </button>
      )}
    </label>
  );
}

function Legend() {
  const entries = [
    ['--user-1', 'your code'],
    ['--pkg-6', 'packages, by name'],
    ['--kind-runtime', 'node'],
    ['--kind-gc', 'GC'],
    ['--kind-native', 'native'],
  ] as const;
  return (
    <div class="legend hide-m">
      {entries.map(([token, label]) => (
        <span key={token}>
          <i style={{ background: `var(${token})` }} />
          {label}
        </span>
      ))}
    </div>
  );
}
