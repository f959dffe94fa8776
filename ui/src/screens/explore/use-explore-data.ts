import type {
  FlamegraphAnswer,
  FunctionsAnswer,
  ProfileTypesAnswer,
  SeriesAnswer,
} from '@flamehouse/proto';
import { useMemo, useRef } from 'preact/hooks';
import { apiUrl, getJson } from '../../api/client.ts';
import { useQuery } from '../../api/use-query.ts';
import { REFRESH_MS, useTick } from '../../api/use-services.ts';
import { graftAnswer } from '../../flame/graft.ts';
import { buildFlameTree, type FlameTree, hasFolded } from '../../flame/tree.ts';
import { appearances, coverage, sumSeries } from '../../series.ts';
import type { ExploreState } from '../../state/url.ts';
import { type Range, resolveRange, stepFor } from '../../time.ts';

const FUNCTIONS_MAX = 10_000;

/** The time that `now` stands for: fixed for one question, so that all panels answer for the same range. */
function useNow(state: ExploreState): number {
  const live = state.to === 'now' && state.selection === null;
  const tick = useTick(live ? REFRESH_MS : null);
  // The clock is read again when one of these changes.
  return useMemo(() => Date.now(), [state.service, state.type, state.from, state.to, tick]);
}

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
  const ask = (path: string, times: typeof range, more: Record<string, string | number> = {}) => ({
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
  const flameAsk = ask('flamegraph', shown);
  const base = useQuery<FlamegraphAnswer>(
    ready ? flameAsk.url : null,
    (signal) => getJson(flameAsk.url, signal),
    flameAsk.subject,
  );
  const functionsAsk = ask('functions', shown, { limit: FUNCTIONS_MAX });
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
    () => (series.data === null ? [] : appearances(series.data)),
    [series.data],
  );
  const mean = line === null || series.stale ? 0 : coverage(line, shown).mean;
  return {
    nowMs,
    range,
    shown,
    series,
    functions,
    types,
    line,
    flags,
    coveredMs: coveredMs(base.data?.total ?? 0, mean, shown),
    base,
    ...useDetail(base.data, base.stale, state.focus, common),
  };
}

/** The tree of the answer, with what is below the focused frame asked for in full and grafted in. */
function useDetail(
  answer: FlamegraphAnswer | null,
  stale: boolean,
  focus: string,
  common: Record<string, string>,
): { readonly tree: FlameTree | null; readonly detailLoading: boolean } {
  const plain = useMemo(() => (answer === null ? null : buildFlameTree(answer)), [answer]);
  const row = plain === null || focus === '' ? undefined : plain.rowOfId.get(focus);
  const wanted = plain !== null && row !== undefined && row > 0 && !stale && hasFolded(plain, row);
  const url =
    answer === null || !wanted
      ? null
      : apiUrl('flamegraph', { ...common, from: answer.from, to: answer.to, root: focus });
  const detail = useQuery<FlamegraphAnswer>(
    url,
    (signal) => getJson(url!, signal),
    `detail ${focus}`,
  );
  const ready = url !== null && detail.dataKey === url;
  const tree = useMemo(
    () =>
      answer !== null && ready && detail.data !== null
        ? buildFlameTree(graftAnswer(answer, detail.data, focus))
        : plain,
    [answer, plain, ready, detail.data, focus],
  );
  // While a refresh loads the detail again, the last complete picture stays.
  const last = useRef<{ focus: string; tree: FlameTree } | null>(null);
  const waiting = url !== null && !ready && detail.failure === null;
  const keep = waiting && last.current?.focus === focus ? last.current.tree : null;
  if (!waiting && tree !== null) last.current = { focus, tree };
  return { tree: keep ?? tree, detailLoading: waiting };
}
