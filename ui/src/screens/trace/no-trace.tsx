import type { ServerAnswer } from '@flamehouse/proto';
import type { ApiFailure } from '../../api/client.ts';
import { apiUrl, getJson } from '../../api/client.ts';
import { useQuery } from '../../api/use-query.ts';
import { Empty, Failed } from '../../components/states.tsx';
import { followLink } from '../../state/location.ts';
import { formatSpan } from '../../time.ts';
import type { TraceState } from './address.ts';
import { shortId } from './words.ts';

const NOT_SAMPLED = new Set(['TRACE_NOT_SAMPLED', 'SPAN_NOT_SAMPLED', 'TRACE_NOT_FOUND']);

/** Why there is nothing to show: three usual reasons, and what to do about each. */
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
          <b>It used little CPU.</b> At 99 samples a second, 5 ms of CPU are hit in one of two
          cases; a request that only waits is hit in none.
        </li>
        <li>
          <b>It is new.</b> Agents upload every 15 seconds.
        </li>
        <li>
          <b>It is old.</b> Samples of spans are kept{kept}; <span class="mono">spans</span> in{' '}
          <span class="mono">FLAMEHOUSE_RETENTION</span> sets how long.
        </li>
        <li>
          <b>Its service runs without the agent,</b> or with{' '}
          <span class="mono">FLAMEHOUSE_SPANS=off</span>.
        </li>
      </ul>
    </Empty>
  );
}
