import type { RefObject } from 'preact';
import { FocusChip } from '../../components/focus-chip.tsx';
import { HelpButton } from '../../components/help.tsx';
import { SearchField } from '../../components/search-field.tsx';
import type { Width } from '../../flame/diff-tree.ts';
import { COMPARE_VIEWS, type CompareState, type CompareView } from '../../state/compare-url.ts';
import { setCompare } from '../../state/location.ts';
import { DiffLegend } from './diff-legend.tsx';

const VIEW_NAMES: Readonly<Record<CompareView, string>> = {
  both: 'Both',
  graph: 'Graph',
  table: 'Table',
  sides: 'Side by side',
};
const WIDTH_NAMES: Readonly<Record<Width, string>> = {
  before: 'Before',
  union: 'Union',
  after: 'After',
};
const IN_TIME: readonly Width[] = ['before', 'union', 'after'];

interface ToolbarProps {
  readonly state: CompareState;
  readonly domain: number | null; // null while there is no graph
  readonly count: string; // what the search found
  readonly problem: string | null;
  readonly found: boolean;
  readonly inputRef: RefObject<HTMLInputElement | null>;
  readonly focusName: string; // '' when everything is shown
  readonly onUnfocus: () => void;
  readonly onStep: (step: 1 | -1) => void;
  readonly onHelp: () => void;
}

/** Views, widths and search on the left, the legend on the right. */
export function CompareToolbar(props: ToolbarProps) {
  const { state, domain, problem } = props;
  const drawn = state.view !== 'table';
  return (
    <div class="bar compare-bar">
      <fieldset class="seg" aria-label="View">
        {COMPARE_VIEWS.map((view) => (
          <button
            type="button"
            key={view}
            class={view === 'sides' ? 'hide-s' : ''}
            aria-pressed={state.view === view}
            onClick={() => setCompare({ view })}
          >
            {VIEW_NAMES[view]}
          </button>
        ))}
      </fieldset>
      {drawn && state.view !== 'sides' && (
        <fieldset class="seg" aria-label="Widths">
          {IN_TIME.map((width) => (
            <button
              type="button"
              key={width}
              aria-pressed={state.width === width}
              title={width === 'union' ? 'Widths are the mean of both sides' : ''}
              onClick={() => setCompare({ width })}
            >
              {WIDTH_NAMES[width]}
            </button>
          ))}
        </fieldset>
      )}
      <SearchField
        text={state.search}
        placeholder="Search"
        count={problem === null ? props.count : 'not an expression'}
        bad={problem !== null}
        found={props.found}
        inputRef={props.inputRef}
        onSearch={(search) => setCompare({ search }, 'replace')}
        onStep={props.onStep}
      />
      {props.focusName !== '' && (
        <FocusChip name={props.focusName} gone={false} onClear={props.onUnfocus} />
      )}
      <span class="grow" />
      {drawn && domain !== null && <DiffLegend domain={domain} />}
      <HelpButton onClick={props.onHelp} />
    </div>
  );
}
