import type { EndpointsAnswer } from '@flamehouse/proto';
import { Icon } from '../../components/icon.tsx';
import { Picker } from '../../components/picker.tsx';
import { formatMicros } from '../../format.ts';
import { type Times, usePlaceQuery } from '../requests/place.ts';
import type { TracesState } from './address.ts';
import { OpenTrace } from './open-trace.tsx';
import { tracesScreen } from './state.ts';

const DURATIONS_MS = [0, 10, 50, 100, 200, 500, 1_000, 5_000];
const CPU_MS = [0, 5, 10, 20, 50, 100, 500];
const ENDPOINTS_MAX = 200;

/** A list of lower limits, with the one that the address names among them. */
function limits(known: readonly number[], current: number, words: string, any: string) {
  return [...new Set([...known, current])]
    .sort((a, b) => a - b)
    .map((ms) => ({
      value: String(ms),
      label: ms === 0 ? any : `${words} ${formatMicros(ms * 1000)}`,
    }));
}

export function TraceFilters({
  state,
  times,
}: {
  readonly state: TracesState;
  readonly times: Times;
}) {
  const known = usePlaceQuery<EndpointsAnswer>('endpoints', state, times, { limit: ENDPOINTS_MAX });
  const named = (known.data?.endpoints.endpoint ?? []).filter((endpoint) => endpoint !== '');
  const endpoints = [...new Set([...named, state.endpoint])].filter((name) => name !== '');
  return (
    <div class="bar">
      <Picker
        label="Endpoint"
        value={state.endpoint}
        options={[
          { value: '', label: 'All endpoints' },
          ...endpoints.map((value) => ({ value, label: value })),
        ]}
        onPick={(endpoint) => tracesScreen.set({ endpoint })}
      />
      <Picker
        label="Took at least"
        value={String(state.minDurationMs)}
        options={limits(DURATIONS_MS, state.minDurationMs, 'Took ≥', 'Any duration')}
        onPick={(ms) => tracesScreen.set({ minDurationMs: Number(ms) })}
      />
      <Picker
        label="CPU at least"
        value={String(state.minCpuMs)}
        options={limits(CPU_MS, state.minCpuMs, 'CPU ≥', 'Any CPU')}
        onPick={(ms) => tracesScreen.set({ minCpuMs: Number(ms) })}
      />
      <button
        type="button"
        class={state.failed ? 'btn on' : 'btn'}
        aria-pressed={state.failed}
        onClick={() => tracesScreen.set({ failed: !state.failed })}
      >
        <Icon name="error" /> Errors
      </button>
      {state.functionId !== '' && (
        <span class="chip focus" title={state.functionName}>
          <span class="k">through</span>
          <span class="v">{state.functionName || state.functionId}</span>
          <button
            type="button"
            class="icon-btn small"
            aria-label="Show traces through any function"
            onClick={() => tracesScreen.set({ functionId: '', functionName: '' })}
          >
            <Icon name="x" />
          </button>
        </span>
      )}
      <span class="grow hide-s" />
      <OpenTrace />
    </div>
  );
}
