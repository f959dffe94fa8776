import type { FoundTracesAnswer } from '@flamehouse/proto';
import {
  Command,
  Empty,
  Failed,
  Notice,
  Progress,
  RowsSkeleton,
} from '../../components/states.tsx';
import { formatRange } from '../../time.ts';
import { RequestsFrame } from '../requests/frame.tsx';
import { type Times, usePlaceQuery, useTimes } from '../requests/place.ts';
import { RefreshFailed } from '../requests/refresh-failed.tsx';
import type { TracesState } from './address.ts';
import { TraceFilters } from './filters.tsx';
import { tracesScreen } from './state.ts';
import { TraceTable } from './trace-table.tsx';
import { isFiltered, tracesContext, tracesSentence } from './words.ts';

const TRACES_MAX = 200;
const NO_FILTER = {
  endpoint: '',
  minDurationMs: 0,
  minCpuMs: 0,
  failed: false,
  functionId: '',
  functionName: '',
} as const;

/** Which requests are worth a look? */
export function TracesScreen() {
  const state = tracesScreen.state.value;
  const times = useTimes(state);
  return (
    <RequestsFrame
      path="/traces"
      place={state}
      times={times}
      onPlace={(part, how) =>
        tracesScreen.set('service' in part ? { ...part, ...NO_FILTER } : part, how)
      }
    >
      <Traces state={state} times={times} />
    </RequestsFrame>
  );
}

/** Traces of one function come from its own route, those with most CPU in it first. */
function useTraces(state: TracesState, times: Times) {
  const { endpoint, functionId, sort } = state;
  const path = functionId === '' ? 'traces' : `functions/${functionId}/traces`;
  return usePlaceQuery<FoundTracesAnswer>(path, state, times, {
    endpoint,
    minDurationMs: state.minDurationMs || undefined,
    minCpuMs: state.minCpuMs || undefined,
    error: state.failed ? 'true' : undefined,
    sort: sort === 'cpu' || functionId !== '' ? undefined : sort,
    limit: TRACES_MAX,
  });
}

function Traces({ state, times }: { readonly state: TracesState; readonly times: Times }) {
  const query = useTraces(state, times);
  const answer = query.data;
  if (answer === null)
    return query.failure === null ? (
      <>
        <Progress />
        <TraceFilters state={state} times={times} />
        <RowsSkeleton rows={10} />
      </>
    ) : (
      <>
        <TraceFilters state={state} times={times} />
        <Failed failure={query.failure} onRetry={query.retry} />
      </>
    );
  if (answer.traces.length === 0)
    return (
      <>
        <TraceFilters state={state} times={times} />
        <NoTraces state={state} times={times} />
      </>
    );
  const silent = answer.exported === 0;
  return (
    <>
      {query.stale && query.loading && <Progress />}
      <RefreshFailed query={query} />
      <div class="page-head dense">
        <div class="grow">
          <h1>{tracesSentence(answer, state)}</h1>
          <p>{tracesContext(answer, times)}</p>
        </div>
      </div>
      <TraceFilters state={state} times={times} />
      {silent && (
        <Notice kind="warn">
          From samples alone: {state.service} exports no spans here, so durations and errors are
          unknown. With <code class="mono">{exportVariable()}</code> they are shown too.
        </Notice>
      )}
      <div class={query.stale ? 'pane grow kept' : 'pane grow'}>
        <TraceTable answer={answer} state={state} nowMs={times.nowMs} />
      </div>
    </>
  );
}

const exportVariable = (): string =>
  `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${window.location.origin}/v1/traces`;

function NoTraces({ state, times }: { readonly state: TracesState; readonly times: Times }) {
  const range = formatRange(times.range, times.nowMs);
  if (isFiltered(state))
    return (
      <Empty
        title="No request passes the filters"
        actions={
          <button type="button" class="btn primary" onClick={() => tracesScreen.set(NO_FILTER)}>
            Remove the filters
          </button>
        }
      >
        <p>
          {state.service}, {range}. Filters on duration and errors find exported spans only.
        </p>
      </Empty>
    );
  return (
    <Empty
      title={`No request of ${state.service} was sampled from ${range}`}
      actions={
        (state.from !== 'now-1d' || state.to !== 'now') && (
          <button
            type="button"
            class="btn primary"
            onClick={() => tracesScreen.set({ from: 'now-1d', to: 'now' })}
          >
            Show the last 24 h
          </button>
        )
      }
    >
      <p>
        The agent labels its samples with the active span of OpenTelemetry, or with{' '}
        <span class="mono">traceparent</span> where there is none. Export spans too, and durations,
        errors and spans without samples are shown:
      </p>
      <Command text={`${exportVariable()} node --require @flamehouse/agent/register app.js`} />
    </Empty>
  );
}
