import type { EndpointSeriesAnswer } from '@flamehouse/proto';
import { useMemo, useState } from 'preact/hooks';
import { LineChart } from '../../components/line-chart.tsx';
import { Failed, Progress } from '../../components/states.tsx';
import { formatClock, stepFor } from '../../time.ts';
import { type Times, usePlaceQuery } from '../requests/place.ts';
import { ENDPOINT_MEASURES, type EndpointsState } from './address.ts';
import { endpointsScreen } from './state.ts';
import { lineOf, MEASURES, nameOf } from './words.ts';

/** The chosen endpoint over time, by one of its columns. */
export function EndpointLine(props: {
  readonly state: EndpointsState;
  readonly times: Times;
  readonly endpoint: string;
}) {
  const { state, times, endpoint } = props;
  const [cursor, setCursor] = useState<{ atMs: number; value: number } | null>(null);
  const series = usePlaceQuery<EndpointSeriesAnswer>('endpoints/series', state, times, {
    endpoint: [endpoint],
    stepMs: stepFor(times.range),
    limit: 1,
  });
  const line = useMemo(
    () => (series.data === null ? null : lineOf(series.data, endpoint, state.measure)),
    [series.data, endpoint, state.measure],
  );
  const measure = MEASURES[state.measure];
  const empty = line === null || line.values.every((value) => value === null);
  return (
    <section class="section" aria-label={`${nameOf(endpoint)} over time`}>
      {series.loading && (series.stale || series.data === null) && <Progress />}
      <div class="head">
        <h2 class="clip">{nameOf(endpoint)}</h2>
        <span class="muted nowrap hide-s">
          {cursor === null
            ? measure.title
            : `${formatClock(cursor.atMs)}: ${measure.tick(cursor.value)}`}
        </span>
        <span class="grow hide-s" />
        <fieldset class="seg small" aria-label="What the line shows">
          {ENDPOINT_MEASURES.map((name) => (
            <button
              type="button"
              key={name}
              aria-pressed={name === state.measure}
              onClick={() => endpointsScreen.set({ measure: name })}
            >
              {MEASURES[name].short}
            </button>
          ))}
        </fieldset>
      </div>
      {series.failure !== null && series.data === null ? (
        <Failed failure={series.failure} onRetry={series.retry} />
      ) : empty ? (
        <div class="timeline">
          <p class="muted centred">
            {series.data === null || series.stale
              ? ''
              : `Nobody counted this here: ${measure.title}.`}
          </p>
        </div>
      ) : (
        <LineChart
          line={line}
          range={times.range}
          tick={measure.tick}
          onSelect={({ from, to }) => endpointsScreen.set({ from: String(from), to: String(to) })}
          onCursor={setCursor}
        />
      )}
    </section>
  );
}
