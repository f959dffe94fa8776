import { type EndpointsAnswer, formatSelector } from '@flamehouse/proto';
import { Icon } from '../../components/icon.tsx';
import { formatMicros, formatNumber, formatPercent, plural } from '../../format.ts';
import { followLink } from '../../state/location.ts';
import { exploreUrl } from '../../state/url.ts';
import { placeOf } from '../requests/place-fields.ts';
import { tracesScreen } from '../traces/state.ts';
import type { EndpointsState } from './address.ts';
import { coresOf, type EndpointRow, nameOf } from './words.ts';

/** The chosen endpoint: its facts, its flame graph, its most expensive traces. */
export function EndpointDetails(props: {
  readonly answer: EndpointsAnswer;
  readonly state: EndpointsState;
  readonly row: EndpointRow;
}) {
  const { answer, state, row } = props;
  const place = placeOf(state);
  const filter = formatSelector([{ name: 'endpoint', op: '=', value: row.endpoint }]);
  return (
    <section class="details stick" aria-label="Chosen endpoint">
      <div class="grow">
        <div class="row-flex">
          <span class="name" title={nameOf(row.endpoint)}>
            {nameOf(row.endpoint)}
          </span>
        </div>
        <div class="facts">
          <span>
            <b>{formatNumber(coresOf(row.cpuMicros, answer))}</b> cores
          </span>
          <span>
            <b>{formatPercent(row.cpuMicros / (answer.cpuMicros || 1))}</b> of all
          </span>
          {row.cpuMicrosPerRequest !== null && (
            <span>
              <b>{formatMicros(row.cpuMicrosPerRequest)}</b> a request
            </span>
          )}
          {row.requests !== null && (
            <span class="hide-s">
              <b>{plural(row.requests, 'request')}</b>
            </span>
          )}
        </div>
      </div>
      {row.endpoint !== '' && (
        <a
          class="btn"
          href={tracesScreen.url({ ...place, endpoint: row.endpoint })}
          onClick={followLink}
        >
          <Icon name="traces" /> Most expensive traces
        </a>
      )}
      <a class="btn primary" href={exploreUrl({ ...place, filter })} onClick={followLink}>
        <Icon name="explore" /> Flame graph
      </a>
    </section>
  );
}
