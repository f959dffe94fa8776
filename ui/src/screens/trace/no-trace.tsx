import type { ServerAnswer, ServiceSummary } from '@flamehouse/proto';
import type { ApiFailure } from '../../api/client.ts';
import { apiUrl, getJson } from '../../api/client.ts';
import { useQuery } from '../../api/use-query.ts';
import { Empty, Failed } from '../../components/states.tsx';
import { followLink } from '../../state/location.ts';
import { formatSpan } from '../../time.ts';
import type { TraceState } from './address.ts';
import { shortId } from './words.ts';

const NOT_SAMPLED = new Set(['TRACE_NOT_SAMPLED', 'SPAN_NOT_SAMPLED', 'TRACE_NOT_FOUND']);

const SERVICES_SHOWN = 5;

/** Which services samples come from, so that everybody sees whether theirs is among them. */
function sampledServices(services: readonly ServiceSummary[] | null): string {
  if (services === null) return '';
  if (services.length === 0) return ' No agent has sent anything to this server yet.';
  const names = services.slice(0, SERVICES_SHOWN).map(({ service }) => service);
  const more = services.length - names.length;
  return ` Samples here are from ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

/** Why there is nothing to show: the usual reasons, with what this server knows about each. */
export function NoTrace(props: {
  readonly state: TraceState;
  readonly failure: ApiFailure;
  readonly onRetry: () => void;
}) {
  const { state, failure, onRetry } = props;
  const unknown = NOT_SAMPLED.has(failure.code);
  const server = useQuery<ServerAnswer>(unknown ? 'server' : null, (signal) =>
    getJson(apiUrl('server'), signal),
  );
  const services = useQuery<readonly ServiceSummary[]>(unknown ? 'services' : null, (signal) =>
    getJson(apiUrl('services'), signal),
  );
  if (!unknown) return <Failed failure={failure} onRetry={onRetry} />;
  const kept = server.data === null ? '' : ` for ${formatSpan(server.data.retention.spansMs)}`;
  return (
    <Empty
      title={`Nothing was sampled in trace ${shortId(state.traceId)}`}
      actions={
        <>
          <button type="button" class="btn primary" onClick={onRetry}>
            Look again
          </button>
          <a class="btn" href="/traces" onClick={followLink}>
            Search traces
          </a>
        </>
      }
    >
      <ul class="reasons">
        <li>
          <b>It used little CPU</b> and was not exported. At 99 samples a second, 5 ms of CPU are
          hit in one of two cases; a request that only waits is hit in none.
        </li>
        <li>
          <b>It is new.</b> Agents upload every 15 seconds; exported spans wait for 30.
        </li>
        <li>
          <b>It is old.</b> Samples of spans are kept{kept}; <span class="mono">spans</span> in{' '}
          <span class="mono">FLAMEHOUSE_RETENTION</span> sets how long.
        </li>
        <li>
          <b>Its service runs without the agent,</b> or with{' '}
          <span class="mono">FLAMEHOUSE_SPANS=off</span>.{sampledServices(services.data)}
        </li>
      </ul>
    </Empty>
  );
}
