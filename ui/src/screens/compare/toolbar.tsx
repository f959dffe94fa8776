import type { RefObject } from 'preact';
import { Icon } from '../../components/icon.tsx';
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
  readonly inputRef: RefObject<HTMLInputElement | null>;
  readonly focusName: string; // '' when everything is shown
  readonly onUnfocus: () => void;
  readonly onStep: (step: 1 | -1) => void;
  readonly onHelp: () => void;
}

/** Views, widths and search on the left, the legend on the right. */
export function CompareToolbar(props: ToolbarProps) {
  const { state, domain } = props;
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
      <SearchField {...props} />
      {props.focusName !== '' && (
        <span class="chip focus">
          <span class="k">in</span>
          <span class="v clip">{props.focusName}</span>
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
      <span class="grow" />
      {drawn && domain !== null && <DiffLegend domain={domain} />}
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

function SearchField(props: ToolbarProps) {
  const { state, problem } = props;
  return (
    <label class={problem === null ? 'input' : 'input bad'}>
      <Icon name="search" />
      <input
        ref={props.inputRef}
        aria-label="Search functions"
        placeholder="Search"
        value={state.search}
        onInput={(event) => setCompare({ search: event.currentTarget.value }, 'replace')}
        onKeyDown={(event) => {
          if (event.key === 'Enter') props.onStep(event.shiftKey ? -1 : 1);
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          if (state.search === '') event.currentTarget.blur();
          else setCompare({ search: '' }, 'replace');
        }}
      />
      {state.search !== '' && (
        <span class="count" title={problem ?? ''}>
          {problem === null ? props.count : 'not a regular expression'}
        </span>
      )}
    </label>
  );
}
