import type { FunctionSeriesAnswer } from '@flamehouse/proto';
import { getJson } from '../../api/client.ts';
import { useQuery } from '../../api/use-query.ts';
import type { ExploreState } from '../../state/url.ts';
import { stepFor } from '../../time.ts';
import type { ExploreData } from './use-explore-data.ts';

/** A sparkline is some 100 pixels wide. */
const POINTS_MAX = 80;

/** The history of the picked function; a group of functions has none in the store. */
export function useHistory(
  state: ExploreState,
  data: ExploreData,
  functionId: string,
): FunctionSeriesAnswer | null {
  const grouped = state.steps.some(({ step }) => step.does === 'group');
  const wanted = functionId !== '' && !grouped && data.functions.data !== null;
  const { url, subject } = data.ask(`functions/${functionId}/series`, data.range, {
    stepMs: stepFor(data.range, POINTS_MAX),
  });
  const history = useQuery<FunctionSeriesAnswer>(
    wanted ? url : null,
    (signal) => getJson(url, signal),
    subject,
  );
  return history.stale ? null : history.data;
}
