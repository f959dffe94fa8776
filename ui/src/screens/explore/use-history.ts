import type { FunctionSamples, FunctionSeriesAnswer } from '@flamehouse/proto';
import { getJson } from '../../api/client.ts';
import { useQuery } from '../../api/use-query.ts';
import type { ExploreState } from '../../state/url.ts';
import { stepFor } from '../../time.ts';
import type { ExploreData } from './use-explore-data.ts';

/** A sparkline is some 100 pixels wide. */
const POINTS_MAX = 80;

/** What the store counted of one function over the time that graph and table show. */
export interface SampleCount {
  readonly functionId: string;
  readonly samples: FunctionSamples;
}

/**
 * The history of the picked function over the whole range, and its samples in what is shown of it.
 * A group of functions has neither in the store; samples of chosen stacks alone are not counted.
 */
export function useHistory(
  state: ExploreState,
  data: ExploreData,
  functionId: string,
): { readonly history: FunctionSeriesAnswer | null; readonly samples: SampleCount | null } {
  const grouped = state.steps.some(({ step }) => step.does === 'group');
  const wanted = functionId !== '' && !grouped && data.functions.data !== null;
  const history = useSeries(data, data.range, functionId, wanted);
  const isPart = state.selection !== null;
  const part = useSeries(data, data.shown, functionId, wanted && isPart);
  const samples = (isPart ? part : history)?.samples ?? null;
  const isWhole = state.steps.length === 0;
  return { history, samples: samples === null || !isWhole ? null : { functionId, samples } };
}

function useSeries(
  data: ExploreData,
  range: ExploreData['range'],
  functionId: string,
  wanted: boolean,
): FunctionSeriesAnswer | null {
  const { url, subject } = data.ask(`functions/${functionId}/series`, range, {
    stepMs: stepFor(range, POINTS_MAX),
  });
  const found = useQuery<FunctionSeriesAnswer>(
    wanted ? url : null,
    (signal) => getJson(url, signal),
    subject,
  );
  return found.stale ? null : found.data;
}
