import type { SpanDetailAnswer } from '@flamehouse/proto';
import { useMemo } from 'preact/hooks';
import type { Query } from '../../api/use-query.ts';
import { Empty, Failed, Progress, RowsSkeleton } from '../../components/states.tsx';
import { FILL_TOKENS, fillClass } from '../../flame/colours.ts';
import { displayName, secondLabel } from '../../flame/labels.ts';
import { columnShare, formatCount, plural } from '../../format.ts';
import type { TraceState } from './address.ts';
import { compareShares, type ShareChange } from './compare-shares.ts';
import { useSpanProfile } from './use-trace.ts';

const ROWS_MAX = 60;
/** Smaller differences say nothing that somebody could act on. */
const CHANGE_MIN = 0.005;

/** What this span is made up of, next to the fast half of the spans like it. */
export function CompareFast(props: {
  readonly state: TraceState;
  readonly spanId: string;
  readonly here: Query<SpanDetailAnswer>;
}) {
  const { state, spanId, here } = props;
  const fast = useSpanProfile({ ...state, spanId, scope: 'similar', speed: 'fast' });
  const rows = useMemo(
    () =>
      here.data === null || fast.data === null || fast.data.samples === 0
        ? null
        : compareShares(here.data, fast.data).filter(
            ({ change, kind }) => Math.abs(change) >= CHANGE_MIN && kind !== 'runtime',
          ),
    [here.data, fast.data],
  );
  if (fast.data === null)
    return fast.failure === null ? (
      <>
        <Progress />
        <RowsSkeleton rows={8} />
      </>
    ) : (
      <Failed failure={fast.failure} onRetry={fast.retry} />
    );
  if (rows === null)
    return (
      <Empty title="No sample hit the fast ones">
        <p>They used too little CPU to be sampled, which by itself is the difference.</p>
      </Empty>
    );
  const sure = rows.filter((row) => row.sure);
  return (
    <section
      class="table-wrap"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region that the keyboard must reach.
      tabIndex={0}
      aria-label="This span and fast ones like it"
    >
      <p class="pad">
        <b class="strong">{compareSentence(sure)}</b>{' '}
        <span class="soft">
          {formatCount(here.data!.samples)} samples here, {formatCount(fast.data.samples)} in{' '}
          {plural(fast.data.spans, 'fast span')}. Shares of CPU; ▲ and ▼ where counting alone does
          not explain it. Functions of node are left out.
        </span>
      </p>
      <table class="tbl plain shares">
        <thead>
          <tr>
            <th scope="col">Function</th>
            <th scope="col" class="num">
              Here %
            </th>
            <th scope="col" class="num">
              Fast %
            </th>
            <th scope="col" class="num sorted" aria-sort="descending">
              Points ↓
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS_MAX).map((row) => (
            <Row key={row.id} row={row} />
          ))}
          {rows.length === 0 && (
            <tr class="more-row">
              <td colSpan={4}>No function takes another share here than in the fast ones.</td>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}

/** Own code first: it is what somebody can change. */
function compareSentence(sure: readonly ShareChange[]): string {
  const more = sure.filter(({ change }) => change > 0);
  const top = more.find(({ kind }) => kind === 'user') ?? more[0];
  if (top === undefined) return 'No difference that so few samples could show.';
  return `${displayName(top.name)} takes ${Math.round(top.here * 100)}\u00a0% here and ${Math.round(top.there * 100)}\u00a0% in fast ones.`;
}

function Row({ row }: { readonly row: ShareChange }) {
  const name = displayName(row.name);
  const points = `${row.change > 0 ? '+' : '−'}${Math.abs(row.change * 100).toFixed(1)}`;
  const glyph = row.change > 0 ? '▲' : '▼';
  return (
    <tr>
      <td class="fn" title={`${name} · ${row.file}`}>
        <span class="sw" style={{ background: `var(${FILL_TOKENS[fillClass(row)]})` }} />
        {name}
        <span class="pk">{secondLabel(row, row.name)}</span>
      </td>
      <td class="num">{columnShare(row.here)}</td>
      <td class="num soft">{columnShare(row.there)}</td>
      <td class="num">
        {row.sure ? (
          <b class={row.change > 0 ? 'strong more' : 'strong less'}>
            {glyph} {points}
          </b>
        ) : (
          <span class="muted">{points}</span>
        )}
      </td>
    </tr>
  );
}
