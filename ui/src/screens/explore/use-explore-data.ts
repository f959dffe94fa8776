import type {
  DeploysAnswer,
  FunctionsAnswer,
  ProfileTypesAnswer,
  SeriesAnswer,
} from '@flamehouse/proto';
import { useEffect, useMemo } from 'preact/hooks';
import { apiUrl, getJson, type Params } from '../../api/client.ts';
import { useQuery } from '../../api/use-query.ts';
import { REFRESH_MS, useTick } from '../../api/use-services.ts';
import { prepareSearch } from '../../flame/search.ts';
import {
  appearances,
  coverage,
  instanceBand,
  splitSeries,
  sumSeries,
  versionFlags,
} from '../../series.ts';
import { withoutLabel } from '../../state/filter.ts';
import type { ExploreState } from '../../state/url.ts';
import { stepTexts } from '../../state/view-steps.ts';
import { type Range, resolveRange, stepFor } from '../../time.ts';
import { useGraph } from './use-graph.ts';

const FUNCTIONS_MAX = 10_000;

/** The time that `now` stands for: fixed for one question, so that all panels answer for the same range. */
function useNow(state: ExploreState): number {
  const live = state.to === 'now' && state.selection === null;
  const tick = useTick(live ? REFRESH_MS : null);
  // The clock is read again when one of these changes.
  return useMemo(() => Date.now(), [state.service, state.type, state.from, state.to, tick]);
}

/** Steps that drop stacks make the total smaller, so that it says nothing about the time it took. */
const DROPPING: ReadonlySet<string> = new Set(['only', 'not', 'from']);

/** How long a total must have taken at the mean of the line: so graph, table and line say the same cores. */
const coveredMs = (totalMicros: number, mean: number, range: Range): number =>
  mean > 0 && totalMicros > 0 ? totalMicros / 1000 / mean : range.to - range.from;

export type ExploreData = ReturnType<typeof useExploreData>;

/** Every answer that Explore shows, for one state of the URL. */
export function useExploreData(state: ExploreState) {
  const nowMs = useNow(state);
  const range = resolveRange(state.from, state.to, nowMs);
  const shown = state.selection ?? range;
  const ready = state.service !== '';
  const common = {
    service: state.service,
    type: state.type,
    environment: state.environment,
    version: state.version,
    filter: state.filter,
  };
  const ask = (path: string, times: typeof range, more: Params = {}) => ({
    url: apiUrl(path, {
      ...common,
      from: Math.round(times.from),
      to: Math.round(times.to),
      ...more,
    }),
    subject: apiUrl(path, {
      ...common,
      from: state.from,
      to: state.to,
      sel: JSON.stringify(state.selection),
      ...more,
    }),
  });

  const seriesAsk = ask('series', range, { stepMs: stepFor(range), groupBy: 'version' });
  const series = useQuery<SeriesAnswer>(
    ready ? seriesAsk.url : null,
    (signal) => getJson(seriesAsk.url, signal),
    seriesAsk.subject,
  );
  const groupBy = state.split === 'endpoint' ? 'endpoint' : 'instance';
  // The heat map shows every instance, also when one of them is picked.
  const filter = state.split === 'heat' ? withoutLabel(state.filter, 'instance') : state.filter;
  const groupedAsk = ask('series', range, { stepMs: stepFor(range), groupBy, filter });
  const grouped = useQuery<SeriesAnswer>(
    ready ? groupedAsk.url : null,
    (signal) => getJson(groupedAsk.url, signal),
    groupedAsk.subject,
  );
  const deploysUrl = (times: Params) => apiUrl('deploys', { service: state.service, ...times });
  const deploys = useQuery<DeploysAnswer>(
    ready ? deploysUrl({ from: Math.round(range.from), to: Math.round(range.to) }) : null,
    (signal) =>
      getJson(deploysUrl({ from: Math.round(range.from), to: Math.round(range.to) }), signal),
    deploysUrl({ from: state.from, to: state.to }),
  );
  const x = stepTexts(state.steps);
  const graph = {
    times: { from: Math.round(shown.from), to: Math.round(shown.to) },
    subject: { from: state.from, to: state.to, sel: JSON.stringify(state.selection) },
    focus: state.focus,
    order: state.order,
    // A search looks at every frame.
    collapsed: state.chains === 'collapsed' && state.search === '',
  };
  const view = state.reading === 'bottom-up' ? state.reading : '';
  const whole = useGraph({ ...graph, ready, path: 'flamegraph', params: { ...common, x, view } });
  const { base } = whole;
  const half = (name: 'callers' | 'callees') => ({
    ...graph,
    ready: ready && state.sandwich !== '',
    path: `functions/${state.sandwich}/${name}`,
    params: { ...common, x },
    ofFunction: true,
  });
  const callers = useGraph(half('callers'));
  const callees = useGraph(half('callees'));
  const functionsAsk = ask('functions', shown, { limit: FUNCTIONS_MAX, x });
  const functions = useQuery<FunctionsAnswer>(
    ready ? functionsAsk.url : null,
    (signal) => getJson(functionsAsk.url, signal),
    functionsAsk.subject,
  );
  const types = useQuery<ProfileTypesAnswer>(ready ? `types ${state.service}` : null, (signal) =>
    getJson(
      apiUrl('profile-types', { service: state.service, from: 'now-30d', to: 'now' }),
      signal,
    ),
  );

  const line = useMemo(() => (series.data === null ? null : sumSeries(series.data)), [series.data]);
  const flags = useMemo(
    () =>
      series.data === null
        ? []
        : versionFlags(
            deploys.stale ? [] : (deploys.data?.deploys ?? []),
            appearances(series.data),
            state.environment,
          ),
    [series.data, deploys.data, deploys.stale, state.environment],
  );
  const parts = state.split === 'version' ? series : grouped;
  const split = useMemo(
    () =>
      state.split === '' ||
      state.split === 'heat' ||
      parts.data === null ||
      parts.stale ||
      line === null
        ? null
        : splitSeries(parts.data, state.split, line),
    [state.split, parts.data, parts.stale, line],
  );
  const band = useMemo(
    () =>
      state.split !== '' || grouped.data === null || grouped.stale || line === null
        ? null
        : instanceBand(grouped.data, line),
    [state.split, grouped.data, grouped.stale, line],
  );
  const drawn = whole.tree;
  useEffect(() => {
    if (drawn !== null) prepareSearch(drawn.frames);
    if (functions.data !== null) prepareSearch(functions.data.functions);
  }, [drawn, functions.data]);
  const covered = line === null || series.stale ? null : coverage(line, shown);
  const dropped = state.steps.some(({ step }) => DROPPING.has(step.does));
  return {
    nowMs,
    range,
    shown,
    series,
    functions,
    types,
    line,
    flags,
    split,
    band,
    heat: state.split === 'heat' && !grouped.stale ? grouped.data : null,
    coveredMs:
      dropped && covered !== null && covered.coveredMs > 0
        ? covered.coveredMs
        : coveredMs(base.data?.total ?? 0, covered?.mean ?? 0, shown),
    whole,
    callers,
    callees,
    base,
    tree: whole.tree,
    ask,
  };
}
