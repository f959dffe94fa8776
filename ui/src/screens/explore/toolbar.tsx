import type { RefObject } from 'preact';
import { FocusChip } from '../../components/focus-chip.tsx';
import { HelpButton } from '../../components/help.tsx';
import { Picker } from '../../components/picker.tsx';
import { SearchField } from '../../components/search-field.tsx';
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
  readonly problem: string | null; // why nothing can be found
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
      {!growth && (
        <SearchField
          text={state.search}
          placeholder="Search functions"
          count={props.count}
          bad={props.problem !== null}
          found={props.found}
          inputRef={props.inputRef}
          onSearch={props.onSearch}
          onStep={props.onStep}
        />
      )}
      {props.focus !== null && <FocusChip {...props.focus} onClear={props.onUnfocus} />}
      {!growth && <StepChips steps={state.steps} chains={state.chains} />}
      <span class="grow hide-s" />
      <Legend />
      {!growth && <ViewMenu state={state} />}
      <HelpButton onClick={props.onHelp} />
    </div>
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
