import type { ComponentChildren } from 'preact';
import { plotX, scaleTicks } from '../../components/interval-plot.tsx';
import type { CompareSort } from '../../state/compare-url.ts';
import { PLOT_WIDTH } from './diff-rows-table.ts';

interface DiffHeadProps {
  readonly column: string; // unit of before and after
  readonly sort: CompareSort;
  readonly scale: { readonly min: number; readonly max: number };
  readonly onSort: (sort: CompareSort) => void;
}

/** The head of the table: each column can be sorted by, and the plots share the axis that stands here. */
export function DiffHead({ column, sort, scale, onSort }: DiffHeadProps) {
  const head = (of: CompareSort, label: string, more: string) => (
    <th
      scope="col"
      class={`${more}${sort === of ? ' sorted' : ''}`}
      aria-sort={sort !== of ? undefined : of === 'name' || of === 'q' ? 'ascending' : 'descending'}
    >
      <button type="button" onClick={() => onSort(of)}>
        {label}
        {sort === of ? (of === 'name' || of === 'q' ? ' ↑' : ' ↓') : ''}
      </button>
    </th>
  );
  return (
    <thead>
      <tr>
        {head('name', 'Function', 'fn-head')}
        {head('before', `Before, ${column}`, 'num hide-s')}
        {head('after', `After, ${column}`, 'num hide-s')}
        {head('change', 'Δ of service', 'num')}
        {head('itself', 'Δ of itself', 'num')}
        <Plain class="plot hide-s">
          <span class="scale" style={{ width: `${PLOT_WIDTH}px` }}>
            {edgeTicks(scale).map((tick) => (
              <i key={tick} style={{ left: `${plotX(tick, scale, PLOT_WIDTH)}px` }}>
                {tick === 0 ? 'same' : sayTick(tick)}
              </i>
            ))}
          </span>
        </Plain>
        <Plain class="num hide-m">95 % interval, pp</Plain>
        {head('q', 'q', 'num hide-m')}
        <Plain class="num hide-m">Samples A / B</Plain>
      </tr>
    </thead>
  );
}

const Plain = (props: { readonly class: string; readonly children: ComponentChildren }) => (
  <th scope="col" class={props.class}>
    {props.children}
  </th>
);

const ROOM = 0.14;

/** "Same" and the outermost ticks that do not run into it. */
function edgeTicks(scale: { readonly min: number; readonly max: number }): number[] {
  const ticks = scaleTicks(scale);
  const far = (tick: number) => Math.abs(tick) / (scale.max - scale.min) > ROOM;
  return [...new Set([ticks[0]!, 0, ticks.at(-1)!])].filter((tick) => tick === 0 || far(tick));
}

const sayTick = (share: number): string =>
  `${share < 0 ? '−' : '+'}${Number((Math.abs(share) * 100).toPrecision(3))}\u00a0pp`;
