import type { StallsAnswer } from '@flamehouse/proto';
import { formatMicros, plural } from '../../format.ts';
import { followLink } from '../../state/location.ts';
import { formatMoment } from '../../time.ts';
import { traceUrl } from '../trace/address.ts';
import { type Stall, whatRan } from './rows.ts';
import { stallsScreen } from './state.ts';

interface StallTableProps {
  readonly answer: StallsAnswer;
  readonly stalls: readonly Stall[];
  readonly chosen: Stall | null;
  readonly nowMs: number;
}

export function StallTable(props: StallTableProps) {
  const { answer, stalls } = props;
  const missing = answer.rows - answer.stalls.from.length;
  return (
    <section
      class="table-wrap"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region that the keyboard must reach.
      tabIndex={0}
      aria-label="Stalls"
    >
      <table class="tbl stalls">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col" class="num sorted col-lasted" aria-sort="descending">
              Lasted ↓
            </th>
            <th scope="col">What ran</th>
            <th scope="col" class="hide-s">
              Endpoint
            </th>
            <th scope="col" class="col-place hide-m">
              Instance
            </th>
            <th scope="col" class="col-link hide-s">
              Trace
            </th>
          </tr>
        </thead>
        <tbody>
          {stalls.map((stall) => (
            <Row key={`${stall.from} ${stall.instance}`} {...props} stall={stall} />
          ))}
        </tbody>
      </table>
      {missing > 0 && (
        <p class="more-row">
          {plural(missing, 'shorter stall')} not loaded. Narrow the range to see them.
        </p>
      )}
    </section>
  );
}

function Row(props: StallTableProps & { readonly stall: Stall }) {
  const { stall, answer, stalls, nowMs } = props;
  const selected = stall === props.chosen;
  const choose = (): void => stallsScreen.set({ at: stall.from, of: stall.instance }, 'replace');
  const ran = whatRan(answer, stall);
  const longest = stalls[0]!.durationMicros;
  return (
    <tr
      class={selected ? 'selected' : ''}
      aria-current={selected ? 'true' : undefined}
      onClick={choose}
    >
      <td>
        <button type="button" class="name" onClick={choose}>
          {formatMoment(stall.from, nowMs)}
        </button>
      </td>
      <td class="num">
        <span
          class="cellbar"
          style={{ '--w': `${((stall.durationMicros / longest) * 92).toFixed(1)}%` }}
        >
          <span>{formatMicros(stall.durationMicros)}</span>
        </span>
      </td>
      <td class="fn" title={ran}>
        {ran || <span class="muted">not sampled</span>}
      </td>
      <td class="clip hide-s" title={stall.endpoint}>
        {stall.endpoint || <span class="muted">no request</span>}
      </td>
      <td class="clip soft hide-m" title={stall.instance}>
        {stall.instance}
      </td>
      <td class="hide-s">
        {stall.traceId !== null && (
          <a
            class="link"
            href={traceUrl(stall.traceId, stall.spanId ?? '')}
            onClick={(event) => {
              event.stopPropagation();
              followLink(event);
            }}
          >
            Open
          </a>
        )}
      </td>
    </tr>
  );
}
