import type { FunctionsAnswer } from '@flamehouse/proto';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { useRowWindow } from '../../components/use-row-window.ts';
import { FILL_TOKENS, fillClass } from '../../flame/colours.ts';
import { type FrameCommand, functionKey } from '../../flame/keys.ts';
import { displayName, secondLabel } from '../../flame/labels.ts';
import type { Search } from '../../flame/search.ts';
import { columnShare, groupDigits, type Measure } from '../../format.ts';
import type { Sort } from '../../state/url.ts';
import { hoveredFunction, type Links } from './links.ts';

const ROW_HEIGHT = 26;
const HEAD_HEIGHT = 28;

type Functions = FunctionsAnswer['functions'];

interface FunctionTableProps {
  readonly answer: FunctionsAnswer;
  readonly measure: Measure;
  readonly coveredMs: number;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly search: Search | null;
  readonly selectedFunction: string;
  readonly links: Links;
  readonly onZoom: (functionId: string) => void;
  readonly onCommand: (command: FrameCommand, functionId: string) => void;
  readonly onMenu: (functionId: string, at: { readonly x: number; readonly y: number }) => void;
  readonly nothingFound: ComponentChildren;
}

/** Rows of the table in the order of the sort, only those that the search finds. */
export function orderRows(functions: Functions, sort: Sort, search: Search | null): number[] {
  const hits = search?.hits(functions);
  const rows = sortedRows(functions, sort);
  return hits === undefined ? [...rows] : rows.filter((row) => hits[row] === 1);
}

/** Sorting thousands of rows takes longer than a keystroke may: each order of a table is made once. */
const orders = new WeakMap<Functions, Map<Sort, readonly number[]>>();

function sortedRows(functions: Functions, sort: Sort): readonly number[] {
  const known = orders.get(functions) ?? new Map<Sort, readonly number[]>();
  orders.set(functions, known);
  const made = known.get(sort) ?? sortRows(functions, sort);
  known.set(sort, made);
  return made;
}

const collator = new Intl.Collator();

function sortRows({ name, self, total }: Functions, sort: Sort): readonly number[] {
  const byName = (a: number, b: number) => collator.compare(name[a]!, name[b]!) || a - b;
  const bySelf = (a: number, b: number) => self[b]! - self[a]! || total[b]! - total[a]!;
  const byTotal = (a: number, b: number) => total[b]! - total[a]! || self[b]! - self[a]!;
  const order = { name: byName, self: bySelf, total: byTotal }[sort];
  return name.map((_, row) => row).sort((a, b) => order(a, b) || byName(a, b));
}

/** The exact table over all stacks; only the rows that can be seen are in the page. */
export function FunctionTable(props: FunctionTableProps) {
  const { answer, sort, search, links } = props;
  const hovered = hoveredFunction(links);
  const rows = useMemo(() => orderRows(answer.functions, sort, search), [answer, sort, search]);
  const shown = useRowWindow<HTMLElement>(rows.length, ROW_HEIGHT, HEAD_HEIGHT);
  const { host, first, last } = shown;
  // A new order starts at its top.
  useEffect(() => host.current?.scrollTo({ top: 0 }), [sort, search]);

  const selfMax = answer.functions.self.reduce((max, value) => Math.max(max, value), 1);

  const move = (event: KeyboardEvent): void => {
    const at = rows.findIndex((row) => answer.functions.id[row] === props.selectedFunction);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: rows.length - 1,
    };
    const id = answer.functions.id[rows[at] ?? -1];
    if (
      event.key === 'Enter' &&
      id !== undefined &&
      (event.target as HTMLElement).tagName !== 'BUTTON'
    )
      props.onZoom(id);
    const command = id === undefined ? null : functionKey(event);
    if (id !== undefined && command !== null) {
      event.preventDefault();
      if (command === 'menu') props.onMenu(id, menuPoint(host.current!, id));
      else props.onCommand(command, id);
      return;
    }
    const next = steps[event.key];
    if (next === undefined || rows[next] === undefined) return;
    event.preventDefault();
    pick(links, answer.functions.id[rows[next]]!);
    shown.reveal(next);
  };

  return (
    <section
      class="table-wrap"
      ref={host}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region that the keyboard must reach.
      tabIndex={0}
      aria-label="Functions"
      onScroll={shown.onScroll}
      onKeyDown={move}
    >
      <table
        class={props.measure.column === '' ? 'tbl plain' : 'tbl'}
        aria-rowcount={rows.length + 1}
      >
        <colgroup>
          <col />
          <col class="col-self" />
          <col class="col-share" />
          <col class="col-total" />
          <col class="col-total-share" />
        </colgroup>
        <Head {...props} shown={rows.length} />
        <tbody>
          <tr class="space">
            <td colSpan={5} style={{ height: `${first * ROW_HEIGHT}px` }} />
          </tr>
          {rows.slice(first, last).map((row, i) => (
            <Row
              key={answer.functions.id[row]}
              {...props}
              row={row}
              index={first + i}
              selfMax={selfMax}
              hovered={hovered}
            />
          ))}
          <tr class="space">
            <td colSpan={5} style={{ height: `${(rows.length - last) * ROW_HEIGHT}px` }} />
          </tr>
          <Ending {...props} shown={rows.length} />
        </tbody>
      </table>
    </section>
  );
}

/** Below the row of a function, where its menu opens when no pointer says it. */
function menuPoint(host: HTMLElement, functionId: string): { x: number; y: number } {
  const row = host.querySelector(`tr[data-function="${functionId}"]`) ?? host;
  const box = row.getBoundingClientRect();
  return { x: box.left + 16, y: Math.min(box.bottom, window.innerHeight) };
}

function pick(links: Links, functionId: string): void {
  links.selectedFunction.value = functionId;
  links.selectedNode.value = '';
}

function Head(props: FunctionTableProps & { readonly shown: number }) {
  const { sort, onSort, measure, answer, shown } = props;
  const unit = measure.column === '' ? '%' : `${measure.column}, %`;
  const arrow = (of: Sort): string => (sort === of ? (of === 'name' ? ' ↑' : ' ↓') : '');
  const order = (of: Sort) =>
    sort === of ? (of === 'name' ? ('ascending' as const) : ('descending' as const)) : undefined;
  const count =
    shown === answer.rows
      ? groupDigits(shown)
      : `${groupDigits(shown)} of ${groupDigits(answer.rows)}`;
  return (
    <thead>
      <tr>
        <th scope="col" class={sort === 'name' ? 'sorted' : ''} aria-sort={order('name')}>
          <button type="button" onClick={() => onSort('name')}>
            Function{arrow('name')}
          </button>{' '}
          <span class="muted">{count}</span>
        </th>
        <th
          scope="col"
          colSpan={2}
          class={sort === 'self' ? 'num sorted' : 'num'}
          aria-sort={order('self')}
        >
          <button type="button" onClick={() => onSort('self')}>
            Self{arrow('self')} {unit}
          </button>
        </th>
        <th
          scope="col"
          colSpan={2}
          class={sort === 'total' ? 'num sorted' : 'num'}
          aria-sort={order('total')}
        >
          <button type="button" onClick={() => onSort('total')}>
            Total{arrow('total')} {unit}
          </button>
        </th>
      </tr>
    </thead>
  );
}

function Row(
  props: FunctionTableProps & {
    readonly row: number;
    readonly index: number;
    readonly selfMax: number;
    readonly hovered: string;
  },
) {
  const { row, answer, links, measure, coveredMs } = props;
  const f = answer.functions;
  const id = f.id[row]!;
  const described = { kind: f.kind[row]!, file: f.file[row]!, package: f.package[row]! };
  const second = secondLabel(described, f.name[row]!);
  const name = displayName(f.name[row]!);
  const whole = answer.total || 1;
  const selected = props.selectedFunction === id;
  const classes = [selected ? 'selected' : '', props.hovered === id ? 'is-hover' : ''];
  return (
    <tr
      class={classes.join(' ')}
      aria-rowindex={props.index + 2}
      aria-current={selected ? 'true' : undefined}
      data-function={id}
      onMouseEnter={() => {
        links.hoverFunction.value = id;
      }}
      onMouseLeave={() => {
        links.hoverFunction.value = '';
      }}
      onClick={() => pick(links, id)}
      onDblClick={() => props.onZoom(id)}
      onContextMenu={(event) => {
        event.preventDefault();
        pick(links, id);
        props.onMenu(id, { x: event.clientX, y: event.clientY });
      }}
    >
      <td class="fn" title={second === '' ? name : `${name} · ${second}`}>
        <span class="sw" style={{ background: `var(${FILL_TOKENS[fillClass(described)]})` }} />
        {props.search === null ? name : <mark>{name}</mark>}
        {second !== '' && <span class="pk">{second}</span>}
      </td>
      <td class="num">
        <span
          class={f.self[row]! > whole * 0.1 ? 'cellbar hot' : 'cellbar'}
          style={{ '--w': `${((f.self[row]! / props.selfMax) * 92).toFixed(1)}%` }}
        >
          <span>{measure.short(f.self[row]!, coveredMs)}</span>
        </span>
      </td>
      <td class="num soft share">{columnShare(f.self[row]! / whole)}</td>
      <td class="num">{measure.short(f.total[row]!, coveredMs)}</td>
      <td class="num soft share">{columnShare(f.total[row]! / whole)}</td>
    </tr>
  );
}

/** What stands under the last row: how many are not shown, and why. */
function Ending(props: FunctionTableProps & { readonly shown: number }) {
  const { answer, shown, search } = props;
  const loaded = answer.functions.id.length;
  const missing = answer.rows - loaded;
  if (shown > 0 && missing <= 0) return null;
  return (
    <tr class="more-row">
      <td colSpan={5}>
        {shown === 0 && search !== null && props.nothingFound}
        {missing > 0 &&
          `${groupDigits(missing)} more functions with the smallest self value are not loaded. Narrow the filter or the range to see them.`}
      </td>
    </tr>
  );
}
