import type { RefObject } from 'preact';
import { Icon } from '../../components/icon.tsx';
import { Picker } from '../../components/picker.tsx';
import type { Search } from '../../flame/search.ts';
import { setExplore } from '../../state/location.ts';
import {
  type ExploreState,
  hasGrowth,
  type Reading,
  showsGrowth,
  VIEWS,
  type View,
} from '../../state/url.ts';
import { StepChips } from './step-chips.tsx';
import { ViewMenu } from './view-menu.tsx';

const VIEW_NAMES: Readonly<Record<View, string>> = {
  both: 'Both',
  graph: 'Graph',
  table: 'Table',
  growth: 'Growth',
};

interface ToolbarProps {
  readonly state: ExploreState;
  readonly onSandwich: () => void;
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

const READINGS = [
  { value: 'top-down', label: 'Top-down', note: 'from the entry' },
  { value: 'bottom-up', label: 'Bottom-up', note: 'from where it was spent' },
] as const;

/** What leaving a sandwich means for the URL. */
const WHOLE = { sandwich: '', sandwichName: '', focus: '', focusName: '' } as const;

/** Views, search, what is focused, and what the colours mean. */
export function Toolbar(props: ToolbarProps) {
  const { state } = props;
  const sandwich = state.sandwich !== '';
  const growth = showsGrowth(state);
  const shown = state.view === 'growth' && !growth ? 'both' : state.view;
  return (
    <div class="bar">
      <fieldset class="seg" aria-label="View">
        {VIEWS.filter((view) => view !== 'growth' || hasGrowth(state.type)).map((view) => (
          <button
            type="button"
            key={view}
            aria-pressed={!sandwich && shown === view}
            onClick={() => setExplore({ view, ...(sandwich ? WHOLE : {}) })}
          >
            {VIEW_NAMES[view]}
          </button>
        ))}
        <button type="button" aria-pressed={sandwich} onClick={props.onSandwich}>
          Sandwich
        </button>
      </fieldset>
      {!sandwich && !growth && (
        <Picker
          label="Reading"
          value={state.reading}
          options={READINGS}
          onPick={(reading) =>
            setExplore({ reading: reading as Reading, focus: '', focusName: '' })
          }
        />
      )}
      {!growth && <SearchBox {...props} />}
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
      {!growth && <StepChips steps={state.steps} chains={state.chains} />}
      <span class="grow hide-s" />
      <Legend />
      {!growth && <ViewMenu state={state} />}
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
      <span class={props.compiled?.problem ? 'count bad' : 'count'} title={props.count}>
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
