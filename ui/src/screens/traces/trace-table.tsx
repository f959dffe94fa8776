import type { FoundTrace, FoundTracesAnswer, TraceSort } from '@flamehouse/proto';
import { Icon } from '../../components/icon.tsx';
import { SortHead } from '../../components/sort-head.tsx';
import { formatMicros, plural } from '../../format.ts';
import { followLink, go } from '../../state/location.ts';
import { formatMoment } from '../../time.ts';
import { traceUrl } from '../trace/address.ts';
import type { TracesState } from './address.ts';
import { tracesScreen } from './state.ts';
import { nameOfTrace } from './words.ts';

interface TraceTableProps {
  readonly answer: FoundTracesAnswer;
  readonly state: TracesState;
  readonly nowMs: number;
}

/** One row for each request to one process; the whole row opens its trace. */
export function TraceTable(props: TraceTableProps) {
  const { answer, state } = props;
  const most = answer.traces.reduce((max, { cpuMicros }) => Math.max(max, cpuMicros), 1);
  const ofFunction = state.functionId !== '';
  const head = {
    sort: state.sort,
    onSort: (sort: TraceSort) => tracesScreen.set({ sort }),
  };
  return (
    <section
      class="table-wrap"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region that the keyboard must reach.
      tabIndex={0}
      aria-label="Traces"
    >
      <table class="tbl traces">
        <thead>
          <tr>
            <th scope="col">Request</th>
            {ofFunction ? (
              <>
                <th scope="col" class="num sorted col-cpu" aria-sort="descending">
                  In function ↓
                </th>
                <th scope="col" class="num">
                  CPU in all
                </th>
              </>
            ) : (
              <>
                <SortHead by="cpu" class="num col-cpu" {...head}>
                  CPU
                </SortHead>
                <SortHead by="duration" class="num" {...head}>
                  Took
                </SortHead>
              </>
            )}
            <th scope="col" class="num hide-s">
              Samples
            </th>
            <th scope="col" class="col-end hide-s">
              Ended
            </th>
            {ofFunction ? (
              <th scope="col" class="col-when hide-s">
                When
              </th>
            ) : (
              <SortHead by="start" class="col-when hide-s" {...head}>
                When
              </SortHead>
            )}
            <th scope="col" class="col-place hide-m">
              Instance
            </th>
            <th scope="col" class="col-version hide-m">
              Version
            </th>
          </tr>
        </thead>
        <tbody>
          {answer.traces.map((trace) => (
            <Row key={`${trace.traceId} ${trace.spanId}`} {...props} trace={trace} most={most} />
          ))}
        </tbody>
      </table>
      {answer.rows > answer.traces.length && (
        <p class="more-row">
          {plural(answer.rows - answer.traces.length, 'more request')} not loaded. Narrow the search
          to see them.
        </p>
      )}
    </section>
  );
}

function Row(props: TraceTableProps & { readonly trace: FoundTrace; readonly most: number }) {
  const { trace, most, nowMs, state } = props;
  const name = nameOfTrace(trace);
  const url = traceUrl(trace.traceId, trace.spanId);
  const open = (event: MouseEvent): void => {
    if ((event.target as HTMLElement).closest('a') === null) go(url);
  };
  const ofFunction = state.functionId !== '';
  const barMicros = ofFunction ? (trace.functionMicros ?? 0) : trace.cpuMicros;
  // Samples know their window of 15 seconds, not their moment.
  const exact = trace.startMicros != null;
  const when = formatMoment(exact ? trace.startMicros! / 1000 : trace.from, nowMs);
  return (
    <tr class="opens" onClick={open}>
      <td class="clip" title={name}>
        <a class="name mono" href={url} onClick={followLink}>
          {name}
        </a>
      </td>
      <td class="num">
        <span class="cellbar hot" style={{ '--w': `${((barMicros / most) * 92).toFixed(1)}%` }}>
          <span class={barMicros === 0 ? 'muted' : ''}>
            {barMicros === 0 ? '–' : formatMicros(barMicros)}
          </span>
        </span>
      </td>
      <td class="num soft">
        {ofFunction
          ? formatMicros(trace.cpuMicros)
          : trace.durationMicros == null
            ? '–'
            : formatMicros(trace.durationMicros)}
      </td>
      <td class="num soft hide-s">{trace.samples}</td>
      <td class="hide-s">
        <Ended trace={trace} />
      </td>
      <td
        class="soft hide-s"
        title={exact ? '' : 'Start of the window in which it was sampled; it was not exported'}
      >
        {exact ? when : `≥ ${when}`}
      </td>
      <td class="clip soft hide-m" title={trace.instance}>
        {trace.instance}
      </td>
      <td class="clip soft mono hide-m" title={trace.version}>
        {trace.version || '–'}
      </td>
    </tr>
  );
}

function Ended({ trace }: { readonly trace: FoundTrace }) {
  if (trace.error === true)
    return (
      <span class="tag strong">
        <Icon name="error" /> {trace.httpStatus ?? 'error'}
      </span>
    );
  return <span class="soft">{trace.httpStatus ?? (trace.error == null ? '–' : 'ok')}</span>;
}
