import type { EndpointsAnswer } from '@flamehouse/proto';
import { Icon } from '../../components/icon.tsx';
import { SortHead } from '../../components/sort-head.tsx';
import { columnShare, formatMicros, formatNumber, formatPercent, plural } from '../../format.ts';
import type { EndpointSort, EndpointsState } from './address.ts';
import { endpointsScreen } from './state.ts';
import { coresOf, type EndpointRow, nameOf, rowAt } from './words.ts';

interface EndpointTableProps {
  readonly answer: EndpointsAnswer;
  readonly state: EndpointsState;
  readonly chosen: string | null;
}

/** One row for each endpoint; the bar and the shares are of the CPU of the whole service. */
export function EndpointTable(props: EndpointTableProps) {
  const { answer, state } = props;
  const shown = answer.endpoints.endpoint.length;
  const max = answer.endpoints.cpuMicros.reduce((most, value) => Math.max(most, value), 1);
  return (
    <section
      class="table-wrap"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region that the keyboard must reach.
      tabIndex={0}
      aria-label="Endpoints"
    >
      <table class="tbl endpoints">
        <Head sort={state.sort} />
        <tbody>
          {answer.endpoints.endpoint.map((endpoint, row) => (
            <Row
              key={endpoint}
              answer={answer}
              row={rowAt(answer, row)!}
              selected={endpoint === props.chosen}
              max={max}
            />
          ))}
        </tbody>
      </table>
      {answer.rows > shown && (
        <p class="more-row">
          {plural(answer.rows - shown, 'more endpoint')} not loaded. Search to see them.
        </p>
      )}
      {shown === 0 && <p class="more-row">No endpoint is called “{state.search}”.</p>}
    </section>
  );
}

function Head({ sort }: { readonly sort: EndpointSort }) {
  const head = { sort, onSort: (by: EndpointSort) => endpointsScreen.set({ sort: by }) };
  return (
    <thead>
      <tr>
        <SortHead by="name" ascending {...head}>
          Endpoint
        </SortHead>
        <SortHead by="cpu" class="num wide" {...head}>
          CPU cores
        </SortHead>
        <th scope="col" class="num share hide-s">
          %
        </th>
        <SortHead by="perRequest" class="num" {...head}>
          CPU a request
        </SortHead>
        <SortHead by="requests" class="num hide-s" {...head}>
          Requests/s
        </SortHead>
        <SortHead by="errors" class="num hide-s" title="Answered with 500 or more" {...head}>
          Failed
        </SortHead>
        <SortHead by="duration" class="num hide-s" {...head}>
          Mean duration
        </SortHead>
        <SortHead by="wall" class="num hide-m" title="Time on the stack" {...head}>
          Wall s/s
        </SortHead>
      </tr>
    </thead>
  );
}

const dash = (value: number | null, format: (value: number) => string): string =>
  value === null ? '–' : format(value);

function Row(props: {
  readonly answer: EndpointsAnswer;
  readonly row: EndpointRow;
  readonly selected: boolean;
  readonly max: number;
}) {
  const { row, answer, selected, max } = props;
  const choose = (): void => endpointsScreen.set({ endpoint: row.endpoint }, 'replace');
  const failed = row.errors !== null && row.errors > 0;
  return (
    <tr
      class={selected ? 'selected' : ''}
      aria-current={selected ? 'true' : undefined}
      onClick={choose}
    >
      <td class="clip" title={nameOf(row.endpoint)}>
        <button
          type="button"
          class={row.endpoint === '' ? 'name muted' : 'name mono'}
          onClick={choose}
        >
          {nameOf(row.endpoint)}
        </button>
      </td>
      <td class="num">
        <span class="cellbar" style={{ '--w': `${((row.cpuMicros / max) * 92).toFixed(1)}%` }}>
          <span>{formatNumber(coresOf(row.cpuMicros, answer))}</span>
        </span>
      </td>
      <td class="num soft share hide-s">{columnShare(row.cpuMicros / (answer.cpuMicros || 1))}</td>
      <td class="num">{dash(row.cpuMicrosPerRequest, formatMicros)}</td>
      <td class="num soft hide-s">{dash(row.requestsPerSecond, formatNumber)}</td>
      <td class={failed ? 'num hide-s' : 'num soft hide-s'}>
        {failed ? (
          <span class="tag strong">
            <Icon name="error" /> {formatPercent(row.errorShare ?? 0)}
          </span>
        ) : (
          dash(row.errors, () => '0')
        )}
      </td>
      <td class="num soft hide-s">{dash(row.durationMicrosMean, formatMicros)}</td>
      <td class="num soft hide-m">{formatNumber(coresOf(row.wallMicros, answer))}</td>
    </tr>
  );
}
