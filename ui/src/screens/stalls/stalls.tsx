import type { StallsAnswer } from '@flamehouse/proto';
import { useMemo } from 'preact/hooks';
import { Picker } from '../../components/picker.tsx';
import { Empty, Failed, Progress, RowsSkeleton } from '../../components/states.tsx';
import { formatMicros, groupDigits } from '../../format.ts';
import { formatRange } from '../../time.ts';
import { RequestsFrame } from '../requests/frame.tsx';
import { type Times, usePlaceQuery, useTimes } from '../requests/place.ts';
import { RefreshFailed } from '../requests/refresh-failed.tsx';
import type { StallsState } from './address.ts';
import { stallRows, stallsSentence } from './rows.ts';
import { StallDetails } from './stall-details.tsx';
import { StallMarks } from './stall-marks.tsx';
import { StallTable } from './stall-table.tsx';
import { stallsScreen } from './state.ts';

const STALLS_MAX = 500;
const LASTED = [0, 100, 200, 500, 1_000, 5_000];

/** When did the event loop not turn, and what kept it? */
export function StallsScreen() {
  const state = stallsScreen.state.value;
  const times = useTimes(state);
  return (
    <RequestsFrame
      path="/stalls"
      place={state}
      times={times}
      onPlace={(part, how) =>
        stallsScreen.set('service' in part ? { ...part, ...NO_FILTER } : part, how)
      }
    >
      <Stalls state={state} times={times} />
    </RequestsFrame>
  );
}

const NO_FILTER = { endpoint: '', instance: '', minMs: 0, at: 0, of: '' } as const;

function Stalls({ state, times }: { readonly state: StallsState; readonly times: Times }) {
  const { endpoint, instance } = state;
  const query = usePlaceQuery<StallsAnswer>('stalls', state, times, {
    endpoint,
    instance,
    limit: STALLS_MAX,
  });
  const answer = query.data;
  const stalls = useMemo(
    () => (answer === null ? [] : stallRows(answer, state.minMs)),
    [answer, state.minMs],
  );
  if (answer === null)
    return query.failure === null ? (
      <>
        <Progress />
        <RowsSkeleton rows={8} />
      </>
    ) : (
      <Failed failure={query.failure} onRetry={query.retry} />
    );
  const filtered = endpoint !== '' || instance !== '' || state.minMs > 0;
  const chosen =
    stalls.find(({ from, instance: of }) => from === state.at && of === state.of) ??
    stalls[0] ??
    null;
  return (
    <>
      {query.stale && query.loading && <Progress />}
      <RefreshFailed query={query} />
      <div class="page-head dense">
        <div class="grow">
          <h1>{stallsSentence(answer, stalls, state)}</h1>
          <p>
            {chosen === null
              ? `From ${formatRange(times.range, times.nowMs)}${filtered ? ', with these filters' : ''}.`
              : `${formatMicros(stalls.reduce((sum, { durationMicros }) => sum + durationMicros, 0))} in all. While it stands still, every other request of the process waits.`}
          </p>
        </div>
      </div>
      <Filters state={state} answer={answer} shown={stalls.length} />
      {chosen === null ? (
        <NoStalls state={state} filtered={filtered} />
      ) : (
        <>
          <div class="section">
            <StallMarks stalls={stalls} chosen={chosen} range={times.range} />
          </div>
          <div class={query.stale ? 'split kept' : 'split'}>
            <div class="pane">
              <StallTable answer={answer} stalls={stalls} chosen={chosen} nowMs={times.nowMs} />
            </div>
            <StallDetails answer={answer} stall={chosen} nowMs={times.nowMs} />
          </div>
        </>
      )}
    </>
  );
}

/** What the rows offer, and what the address already names. */
function options(values: readonly string[], current: string, any: string) {
  const known = [...new Set([...values, current])].filter((value) => value !== '').sort();
  return [{ value: '', label: any }, ...known.map((value) => ({ value, label: value }))];
}

function Filters(props: {
  readonly state: StallsState;
  readonly answer: StallsAnswer;
  readonly shown: number;
}) {
  const { state, answer, shown } = props;
  const lasted = [...new Set([...LASTED, state.minMs])].sort((a, b) => a - b);
  return (
    <div class="bar">
      <Picker
        label="Lasted at least"
        value={String(state.minMs)}
        options={lasted.map((ms) => ({
          value: String(ms),
          label: ms === 0 ? 'Any length' : `At least ${formatMicros(ms * 1000)}`,
        }))}
        onPick={(ms) => stallsScreen.set({ minMs: Number(ms) })}
      />
      <Picker
        label="Endpoint"
        value={state.endpoint}
        options={options(answer.stalls.endpoint, state.endpoint, 'All endpoints')}
        onPick={(endpoint) => stallsScreen.set({ endpoint })}
      />
      <Picker
        label="Instance"
        class="hide-s"
        value={state.instance}
        options={options(answer.stalls.instance, state.instance, 'All instances')}
        onPick={(instance) => stallsScreen.set({ instance })}
      />
      <span class="grow" />
      <span class="soft nowrap">
        {shown === answer.rows
          ? groupDigits(shown)
          : `${groupDigits(shown)} of ${groupDigits(answer.rows)}`}
      </span>
    </div>
  );
}

function NoStalls({
  state,
  filtered,
}: {
  readonly state: StallsState;
  readonly filtered: boolean;
}) {
  const wider = state.from !== 'now-1d' || state.to !== 'now';
  return (
    <Empty
      title={filtered ? 'No stall passes the filters' : 'No stall was reported'}
      actions={
        filtered ? (
          <button type="button" class="btn primary" onClick={() => stallsScreen.set(NO_FILTER)}>
            Remove the filters
          </button>
        ) : (
          wider && (
            <button
              type="button"
              class="btn"
              onClick={() => stallsScreen.set({ from: 'now-1d', to: 'now' })}
            >
              Show the last 24 h
            </button>
          )
        )
      }
    >
      <p>The agent reports a stall when the event loop of a process does not turn for 100 ms.</p>
    </Empty>
  );
}
