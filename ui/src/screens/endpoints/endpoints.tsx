import type { EndpointsAnswer } from '@flamehouse/proto';
import { Icon } from '../../components/icon.tsx';
import { Empty, Failed, Progress, RowsSkeleton } from '../../components/states.tsx';
import { plural } from '../../format.ts';
import { formatRange } from '../../time.ts';
import { RequestsFrame } from '../requests/frame.tsx';
import { type Times, usePlaceQuery, useTimes } from '../requests/place.ts';
import { RefreshFailed } from '../requests/refresh-failed.tsx';
import type { EndpointsState } from './address.ts';
import { EndpointDetails } from './endpoint-details.tsx';
import { EndpointLine } from './endpoint-line.tsx';
import { EndpointTable } from './endpoint-table.tsx';
import { endpointsScreen } from './state.ts';
import { endpointsContext, endpointsSentence, rowAt } from './words.ts';

const ENDPOINTS_MAX = 500;

/** What does each route cost? */
export function EndpointsScreen() {
  const state = endpointsScreen.state.value;
  const times = useTimes(state);
  return (
    <RequestsFrame
      path="/endpoints"
      place={state}
      times={times}
      onPlace={(part, how) =>
        endpointsScreen.set('service' in part ? { ...part, endpoint: null, search: '' } : part, how)
      }
    >
      <Endpoints state={state} times={times} />
    </RequestsFrame>
  );
}

function Endpoints({ state, times }: { readonly state: EndpointsState; readonly times: Times }) {
  const query = usePlaceQuery<EndpointsAnswer>('endpoints', state, times, {
    sort: state.sort,
    search: state.search,
    limit: ENDPOINTS_MAX,
  });
  const answer = query.data;
  if (answer === null)
    return query.failure === null ? (
      <>
        <Progress />
        <RowsSkeleton rows={8} />
      </>
    ) : (
      <Failed failure={query.failure} onRetry={query.retry} />
    );
  if (answer.rows === 0 && state.search === '') return <NoEndpoints state={state} times={times} />;
  const rows = answer.endpoints.endpoint;
  const chosen = state.endpoint ?? rows.find((endpoint) => endpoint !== '') ?? rows[0] ?? null;
  const row = chosen === null ? null : rowAt(answer, rows.indexOf(chosen));
  return (
    <>
      {query.stale && query.loading && <Progress />}
      <RefreshFailed query={query} />
      {state.search === '' && (
        <div class="page-head dense">
          <div class="grow">
            <h1>{endpointsSentence(answer)}</h1>
            <p>{endpointsContext(answer)}</p>
          </div>
        </div>
      )}
      {chosen !== null && <EndpointLine state={state} times={times} endpoint={chosen} />}
      <div class="bar">
        <label class="input find">
          <Icon name="search" />
          <input
            aria-label="Search endpoints"
            placeholder="Endpoint"
            value={state.search}
            onInput={(event) =>
              endpointsScreen.set({ search: event.currentTarget.value }, 'replace')
            }
          />
          <span class="count">{plural(answer.rows, 'endpoint')}</span>
        </label>
      </div>
      <div class={query.stale ? 'pane grow kept' : 'pane grow'}>
        <EndpointTable answer={answer} state={state} chosen={chosen} />
      </div>
      {row !== null && <EndpointDetails answer={answer} state={state} row={row} />}
    </>
  );
}

function NoEndpoints({ state, times }: { readonly state: EndpointsState; readonly times: Times }) {
  const wider = state.from !== 'now-1d' || state.to !== 'now';
  return (
    <Empty
      title={`${state.service} reported no endpoint from ${formatRange(times.range, times.nowMs)}`}
      actions={
        wider && (
          <button
            type="button"
            class="btn primary"
            onClick={() => endpointsScreen.set({ from: 'now-1d', to: 'now' })}
          >
            Show the last 24 h
          </button>
        )
      }
    >
      <p>
        The agent names endpoints of Node’s HTTP server and of what stands on it: Express, Fastify,
        Koa. Foreign profiles have none.
      </p>
    </Empty>
  );
}
