import type { DiffAnswer, DiffFlamegraphAnswer, SeriesAnswer } from '@flamehouse/proto';
import { useMemo, useRef } from 'preact/hooks';
import { apiUrl, getJson, type Params } from '../../api/client.ts';
import { useQuery } from '../../api/use-query.ts';
import { useTick } from '../../api/use-services.ts';
import { buildDiffGraph, type DiffGraph, type Width } from '../../flame/diff-tree.ts';
import { type Line, sumSeries } from '../../series.ts';
import { type CompareState, parseSide, type SideState } from '../../state/compare-url.ts';
import { type Range, stepFor } from '../../time.ts';

const FUNCTIONS_MAX = 10_000;
/** A minute of profiles is complete once a minute; until there are enough, ask again. */
const WAITING_MS = 20_000;

/** What `GET /diff` is asked for a state; null while a side is missing. */
export function diffParams(state: CompareState): Params | null {
  const { a, b } = state;
  if (state.service === '' || a.selector === '' || b.selector === '') return null;
  return {
    service: state.service,
    environment: state.environment,
    base: a.selector,
    head: b.selector,
    'base.service': a.service,
    'head.service': b.service,
    'base.filter': a.filter,
    'head.filter': b.filter,
    normalise: state.norm === 'auto' ? undefined : state.norm,
  };
}

/** Whether both sides ask for the same minutes, which nothing can tell apart. */
export function sameSides({ a, b, service }: CompareState): boolean {
  const key = (side: SideState) => `${side.selector}\n${side.service || service}\n${side.filter}`;
  return a.selector !== '' && key(a) === key(b);
}

export type CompareData = ReturnType<typeof useCompareData>;

/** The comparison, its tree, and how it is laid out for the state of the URL. */
export function useCompareData(state: CompareState) {
  const params = sameSides(state) ? null : diffParams(state);
  const subject = params === null ? '' : apiUrl('diff', params);
  const open = [state.a, state.b].some(({ selector }) => !isClosed(selector));
  const tick = useTick(open ? WAITING_MS : null);
  const diffUrl = params === null ? null : apiUrl('diff', { ...params, limit: FUNCTIONS_MAX });
  const treeUrl = params === null ? null : apiUrl('diff/flamegraph', params);
  const [round, keep] = useRounds(tick);
  const diff = useQuery<DiffAnswer>(
    diffUrl === null ? null : `${diffUrl} ${round}`,
    (signal) => getJson(diffUrl!, signal),
    subject,
  );
  keep(diff.data?.verdict.state === 'not-enough-data' && !diff.stale);
  const answer = useQuery<DiffFlamegraphAnswer>(
    treeUrl === null ? null : `${treeUrl} ${round}`,
    (signal) => getJson(treeUrl!, signal),
    subject,
  );
  const significant = isChange(diff.data);
  const graphOf = (width: Width, order: 'value' | 'name' = 'value'): DiffGraph | null =>
    answer.data === null
      ? null
      : buildDiffGraph(answer.data, { width, order, rootSignificant: significant });
  const sides = state.view === 'sides';
  const graph = useMemo(() => graphOf(state.width), [answer.data, significant, state.width]);
  const before = useMemo(
    () => (sides ? graphOf('before', 'name') : null),
    [answer.data, significant, sides],
  );
  const after = useMemo(
    () => (sides ? graphOf('after', 'name') : null),
    [answer.data, significant, sides],
  );
  return { diff, answer, graph, before, after };
}

const isChange = (diff: DiffAnswer | null): boolean =>
  diff?.verdict.state === 'more' || diff?.verdict.state === 'less';

/** A side whose minutes are known once and for all. */
function isClosed(selector: string): boolean {
  const parts = parseSide(selector);
  return parts !== null && parts.from !== '' && !`${parts.from}${parts.to}`.includes('now');
}

/** Ticks count only while more data may change the answer. */
function useRounds(tick: number): [number, (waiting: boolean) => void] {
  const kept = useRef({ waiting: true, round: tick });
  if (kept.current.waiting) kept.current.round = tick;
  return [
    kept.current.round,
    (waiting) => {
      kept.current.waiting = waiting;
    },
  ];
}

const MINUTE_MS = 60_000;

/** CPU of one side over a range, in cores. */
export function useSideLine(
  state: CompareState,
  side: SideState,
  range: Range | null,
): { readonly line: Line | null; readonly stepMs: number } {
  const stepMs = Math.max(MINUTE_MS, range === null ? 0 : stepFor(range, 120));
  const version = parseSide(side.selector)?.version ?? '';
  const url =
    range === null
      ? null
      : apiUrl('series', {
          service: side.service || state.service,
          type: 'cpu',
          environment: state.environment,
          version,
          filter: side.filter,
          from: range.from,
          to: range.to,
          stepMs,
        });
  const series = useQuery<SeriesAnswer>(
    url,
    (signal) => getJson(url!, signal),
    `${side.service} ${version} ${side.filter}`,
  );
  const line = useMemo(
    () => (series.data === null || series.stale ? null : sumSeries(series.data)),
    [series.data, series.stale],
  );
  return { line, stepMs };
}
