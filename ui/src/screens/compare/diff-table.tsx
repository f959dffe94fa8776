import type { DiffAnswer, DiffFunction, Interval } from '@flamehouse/proto';
import { useEffect, useMemo } from 'preact/hooks';
import { IntervalPlot, scaleOver } from '../../components/interval-plot.tsx';
import { useRowWindow } from '../../components/use-row-window.ts';
import { Glyph } from '../../components/verdict-chip.tsx';
import { displayName } from '../../flame/labels.ts';
import type { Search } from '../../flame/search.ts';
import { formatCount, groupDigits, sayChange } from '../../format.ts';
import type { CompareState } from '../../state/compare-url.ts';
import { setCompare } from '../../state/location.ts';
import { hoveredFunction, type Links } from '../explore/links.ts';
import { DiffHead } from './diff-head.tsx';
import { isChanged, largestUnchanged, PLOT_WIDTH, partOf, tableRows } from './diff-rows-table.ts';
import { type SizeWords, sayPoints, sayProbability, sayRange } from './size-words.ts';

const ROW_HEIGHT = 26;
const HEAD_HEIGHT = 28;
const SCALE = { least: 0.02, most: 1 };

interface DiffTableProps {
  readonly diff: DiffAnswer;
  readonly state: CompareState;
  readonly search: Search | null;
  readonly words: SizeWords;
  readonly links: Links;
  readonly onZoom: (functionId: string) => void;
}

const intervalOf = (row: DiffFunction): Interval | null => {
  const { effect, low, high } = partOf(row);
  return low === null || high === null ? null : { value: effect, low, high };
};

/** Every function with before, after and interval; only the rows that can be seen are in the page. */
export function DiffTable(props: DiffTableProps) {
  const { diff, state, search, links } = props;
  const rows = useMemo(
    () => tableRows(diff, { shown: state.shown, sort: state.sort, search }),
    [diff, state.shown, state.sort, search],
  );
  const scale = useMemo(
    () =>
      scaleOver(
        rows.slice(0, 200).flatMap((row) => intervalOf(row) ?? []),
        SCALE,
      ),
    [rows],
  );
  const shown = useRowWindow<HTMLElement>(rows.length, ROW_HEIGHT, HEAD_HEIGHT);
  const { host, first, last } = shown;
  useEffect(() => host.current?.scrollTo({ top: 0 }), [rows]);
  const selected = links.selectedFunction.value;

  const move = (event: KeyboardEvent): void => {
    const at = rows.findIndex(({ id }) => id === selected);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: rows.length - 1,
    };
    if (event.key === 'Enter' && at >= 0 && (event.target as HTMLElement).tagName !== 'BUTTON')
      props.onZoom(selected);
    const next = rows[steps[event.key] ?? -1];
    if (next === undefined) return;
    event.preventDefault();
    pick(links, next.id);
    shown.reveal(rows.indexOf(next));
  };

  return (
    <section
      class="table-wrap"
      ref={host}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region that the keyboard must reach.
      tabIndex={0}
      aria-label="Functions and their changes"
      onScroll={shown.onScroll}
      onKeyDown={move}
    >
      <table class="tbl changes" aria-rowcount={rows.length + 1}>
        <DiffHead
          column={props.words.column}
          sort={state.sort}
          scale={scale}
          onSort={(sort) => setCompare({ sort })}
        />
        <tbody>
          <Space rows={first} />
          {rows.slice(first, last).map((row, i) => (
            <Row key={row.id} {...props} row={row} index={first + i} scale={scale} />
          ))}
          <Space rows={rows.length - last} />
          <Ending diff={diff} state={state} found={rows.length} />
        </tbody>
      </table>
    </section>
  );
}

const Space = ({ rows }: { readonly rows: number }) => (
  <tr class="space">
    <td colSpan={9} style={{ height: `${rows * ROW_HEIGHT}px` }} />
  </tr>
);

function pick(links: Links, functionId: string): void {
  links.selectedFunction.value = functionId;
  links.selectedNode.value = '';
}

function Row(
  props: DiffTableProps & {
    readonly row: DiffFunction;
    readonly index: number;
    readonly scale: { readonly min: number; readonly max: number };
  },
) {
  const { row, links, words, scale } = props;
  const part = partOf(row);
  const changed = isChanged(row);
  const way = !changed ? 'same' : part.effect > 0 ? 'more' : 'less';
  const interval = intervalOf(row);
  const name = displayName(row.name);
  const selected = links.selectedFunction.value === row.id;
  const hovered = hoveredFunction(links) === row.id;
  return (
    <tr
      class={`${selected ? 'selected' : ''}${hovered ? ' is-hover' : ''}`}
      aria-rowindex={props.index + 2}
      aria-current={selected ? 'true' : undefined}
      data-function={row.id}
      onMouseEnter={() => {
        links.hoverFunction.value = row.id;
      }}
      onMouseLeave={() => {
        links.hoverFunction.value = '';
      }}
      onClick={() => pick(links, row.id)}
      onDblClick={() => props.onZoom(row.id)}
    >
      <td class="fn" title={`${name} · ${row.file}${movedWords(row)}`}>
        <span class={`mark ${way}`}>{changed && <Glyph name={way} />}</span>
        {props.search === null ? name : <mark>{name}</mark>}
        {row.origin > 0 && <span title="The change begins here"> ◆</span>}
        {part === row.self && row.self !== row.total && changed && <span class="tag">self</span>}
        <span class="pk">
          {row.file || row.kind}
          {movedWords(row)}
        </span>
      </td>
      <td class="num soft hide-s">{row.state === 'new' ? '–' : words.short(part.base)}</td>
      <td class="num hide-s">{row.state === 'gone' ? '–' : words.short(part.head)}</td>
      <td class={`num ${changed ? `strong t-${way}` : 'soft'}`}>{sayPoints(part.effect)}</td>
      <td class="num">{itselfWords(row)}</td>
      <td class="plot hide-s">
        {interval !== null && (
          <IntervalPlot
            interval={interval}
            scale={scale}
            kind={way}
            width={PLOT_WIDTH}
            height={18}
            say=""
          />
        )}
      </td>
      <td class="num soft hide-m">
        {interval === null ? 'too small to test' : sayRange(interval.low, interval.high)}
      </td>
      <td class="num soft hide-m">{part.q === null ? '–' : sayProbability(part.q)}</td>
      <td class="num soft hide-m">
        {formatCount(part.baseTicks)} / {formatCount(part.headTicks)}
      </td>
    </tr>
  );
}

const movedWords = ({ movedFrom }: DiffFunction): string =>
  movedFrom === null ? '' : `, was ${displayName(movedFrom.name)} in ${movedFrom.file}`;

function itselfWords(row: DiffFunction): string {
  if (row.state === 'new' || row.state === 'gone') return row.state;
  const { ofItself } = partOf(row);
  return ofItself === null ? 'new' : sayChange(ofItself);
}

/** What stands under the last row: how many did not change, and the largest of them. */
function Ending(props: {
  readonly diff: DiffAnswer;
  readonly state: CompareState;
  readonly found: number;
}) {
  const { diff, state, found } = props;
  const largest = largestUnchanged(diff);
  const changed = diff.functions.filter(isChanged).length;
  const others = diff.rows - changed;
  return (
    <tr class="more-row">
      <td colSpan={9}>
        {found === 0 && state.search !== '' && `Nothing here is called “${state.search}”. `}
        {found === 0 && state.search === '' && state.shown !== 'changed' && 'None. '}
        {state.shown !== 'all' && others > 0 && (
          <>
            {groupDigits(others)} {changed === 0 ? '' : 'more '}did not change significantly.
            {largest !== null && (
              <>
                {' '}
                The largest is <span class="mono">{displayName(largest.name)}</span>,{' '}
                {sayPoints(partOf(largest).effect)} (
                {sayRange(partOf(largest).low!, partOf(largest).high!)}, q{' '}
                {sayProbability(partOf(largest).q ?? 1)}).
              </>
            )}
          </>
        )}
      </td>
    </tr>
  );
}
