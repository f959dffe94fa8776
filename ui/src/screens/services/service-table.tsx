import type { Deploy, SeriesAnswer, ServiceSummary } from '@flamehouse/proto';
import { apiUrl, getJson } from '../../api/client.ts';
import { useQuery } from '../../api/use-query.ts';
import { Sparkline } from '../../components/sparkline.tsx';
import { VerdictChip } from '../../components/verdict-chip.tsx';
import { formatNumber, sayChange } from '../../format.ts';
import { coverage, type Line, sumSeries } from '../../series.ts';
import { deploysUrl } from '../../state/deploys-url.ts';
import { followLink, go } from '../../state/location.ts';
import { type ExploreState, exploreUrl } from '../../state/url.ts';
import { formatAgo, type Range } from '../../time.ts';

interface ServiceTableProps {
  readonly services: readonly ServiceSummary[];
  readonly judged: ReadonlyMap<string, Deploy>; // service -> its last deploy
  readonly nowMs: number;
  readonly silentMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** One row per service, the one that uses the most CPU first. */
export function ServiceTable({ services, judged, nowMs, silentMs }: ServiceTableProps) {
  const alive = (s: ServiceSummary): number => (nowMs - s.lastSeen < silentMs ? 1 : 0);
  const sorted = [...services].sort(
    (a, b) => alive(b) - alive(a) || b.cores - a.cores || a.service.localeCompare(b.service),
  );
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col">Service</th>
          <th scope="col" class="hide-s">
            CPU, last hour
          </th>
          <th scope="col" class="num sorted" aria-sort="descending">
            Now ↓
          </th>
          <th
            scope="col"
            class="num hide-s"
            title="Mean CPU of the last hour against the same hour a week ago"
          >
            Against last week
          </th>
          <th scope="col" class="num hide-s">
            Instances
          </th>
          <th scope="col" class="hide-m">
            Environments
          </th>
          <th scope="col">Version</th>
          <th scope="col" class="hide-m">
            Last deploy
          </th>
          <th scope="col" class="num hide-s">
            Last seen
          </th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((service) => (
          <Row
            key={service.service}
            service={service}
            deploy={judged.get(service.service)}
            nowMs={nowMs}
            live={alive(service) === 1}
          />
        ))}
      </tbody>
    </table>
  );
}

function Row({
  service,
  deploy,
  nowMs,
  live,
}: {
  readonly service: ServiceSummary;
  readonly deploy: Deploy | undefined;
  readonly nowMs: number;
  readonly live: boolean;
}) {
  const { line, range } = useLastHour(service.service, nowMs);
  const url = exploreUrl({ service: service.service, ...openingRange(line, nowMs) });
  const { lastDeploy } = service;
  const version = lastDeploy?.version || service.versions.at(-1) || '–';
  const open = (event: MouseEvent): void => {
    if ((event.target as HTMLElement).closest('a') === null) go(url);
  };
  return (
    <tr onClick={open} class={live ? '' : 'soft'}>
      <td class="cut">
        <a class="svc" href={url} title={service.service} onClick={followLink}>
          {service.service}
        </a>
      </td>
      <td class="hide-s">
        <Sparkline line={line} range={range} />
      </td>
      <td class="num">
        {live ? (
          <>
            <b class="strong">{formatNumber(service.cores)}</b> <span class="muted">cores</span>
          </>
        ) : (
          <span class="muted">silent</span>
        )}
      </td>
      <td class="num soft hide-s">
        <LastWeek service={service.service} line={line} range={range} />
      </td>
      <td class="num soft hide-s">{live ? service.instances : '–'}</td>
      <td class="soft hide-m cut" title={service.environments.join(', ')}>
        {service.environments.join(', ') || '–'}
      </td>
      <td class="cut" title={service.versions.join(', ')}>
        <span class="mono">{version}</span>{' '}
        {lastDeploy !== null && <span class="muted hide-s">{formatAgo(lastDeploy.at, nowMs)}</span>}
      </td>
      <td class="hide-m">
        {deploy !== undefined && deploy.verdict !== null ? (
          <a href={deploysUrl({ open: deploy.id })} onClick={followLink}>
            <VerdictChip verdict={deploy.verdict} />
          </a>
        ) : (
          <span class="muted">–</span>
        )}
      </td>
      <td class="num soft hide-s">{formatAgo(service.lastSeen, nowMs)}</td>
    </tr>
  );
}

/** CPU of one service over the last hour; asked for again once a minute. */
function useLastHour(service: string, nowMs: number): { line: Line | null; range: Range } {
  const to = Math.ceil(nowMs / MINUTE_MS) * MINUTE_MS;
  const range = { from: to - HOUR_MS, to };
  const url = apiUrl('series', { service, type: 'cpu', ...range, stepMs: MINUTE_MS });
  const series = useQuery<SeriesAnswer>(url, (signal) => getJson(url, signal), service);
  return { line: series.data === null ? null : sumSeries(series.data), range };
}

/**
 * How the last hour stands to the same hour a week ago; – where either was watched for less than half
 * of it. Not coloured: whether a change is more than noise, a comparison of versions says.
 */
function LastWeek(props: {
  readonly service: string;
  readonly line: Line | null;
  readonly range: Range;
}) {
  const { service, line } = props;
  const range = { from: props.range.from - WEEK_MS, to: props.range.to - WEEK_MS };
  const url = apiUrl('series', { service, type: 'cpu', ...range, stepMs: MINUTE_MS });
  const then = useQuery<SeriesAnswer>(url, (signal) => getJson(url, signal), service);
  if (line === null || then.data === null) return <>–</>;
  const now = coverage(line, props.range);
  const before = coverage(sumSeries(then.data), range);
  const enough = Math.min(now.coveredMs, before.coveredMs) >= HOUR_MS / 2 && before.mean > 0;
  return <>{enough ? sayChange(now.mean / before.mean - 1) : '–'}</>;
}

/** A service that is younger than a quarter of an hour opens in a range that it fills. */
function openingRange(line: Line | null, nowMs: number): Partial<ExploreState> {
  const first = line?.timesMs[0];
  return first !== undefined && nowMs - first < 15 * MINUTE_MS ? { from: 'now-15m' } : {};
}
