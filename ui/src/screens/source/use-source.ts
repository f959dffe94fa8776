import type { FunctionLinesAnswer } from '@flamehouse/proto';
import { useMemo } from 'preact/hooks';
import { apiUrl, getJson } from '../../api/client.ts';
import { useQuery } from '../../api/use-query.ts';
import { type SourceState, sourceUrl } from '../../state/source-url.ts';
import { resolveRange } from '../../time.ts';

/** The lines of the file that the function of a state is in. */
export function useSource(state: SourceState) {
  const { service, type, environment, version, filter, functionId } = state;
  // The clock is read again when the question changes.
  const nowMs = useMemo(() => Date.now(), [sourceUrl(state)]);
  const range = resolveRange(state.from, state.to, nowMs);
  const url = apiUrl(`functions/${functionId}/lines`, {
    service,
    type,
    from: Math.round(range.from),
    to: Math.round(range.to),
    environment,
    version,
    filter,
  });
  const asked = service !== '' && functionId !== '';
  const answer = useQuery<FunctionLinesAnswer>(
    asked ? url : null,
    (signal) => getJson(url, signal),
    sourceUrl(state),
  );
  return { nowMs, answer };
}
