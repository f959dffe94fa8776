import type { SeriesAnswer, ServiceSummary } from '@flamehouse/proto';
import { apiUrl, getJson } from '../../api/client.ts';
import { useQuery } from '../../api/use-query.ts';
import { formatNumber } from '../../format.ts';
import { sumSeries } from '../../series.ts';
import { followLink, go } from '../../state/location.ts';
import { exploreUrl } from '../../state/url.ts';
import { formatAgo } from '../../time.ts';
import { Sparkline } from './sparkline.tsx';

interface ServiceTableProps {
  readonly services: readonly ServiceSummary[];
  readonly nowMs: number;
  readonly silentMs: number;
}

const HOUR_MS = 3_600_000;

/** One row per service, the one that uses the most CPU first. */
export function ServiceTable({ services, nowMs, silentMs }: ServiceTableProps) {
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
          <th scope="col" class="num hide-s">
            Instances
          </th>
          <th scope="col" class="hide-m">
            Environments
          </th>
          <th scope="col">Version</th>
          <th scope="col" class="num hide-s">
            Last seen
          </th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((service) => (
          <Row key={service.service} service={service} nowMs={nowMs} live={alive(service) === 1} />
        ))}
      </tbody>
    </table>
  );
}

function Row({
  service,
  nowMs,
  live,
}: {
  readonly service: ServiceSummary;
  readonly nowMs: number;
  readonly live: boolean;
}) {
  const url = exploreUrl({ service: service.service });
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
        <CpuSpark service={service.service} nowMs={nowMs} />
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
      <td class="num soft hide-s">{live ? service.instances : '–'}</td>
      <td class="soft hide-m cut" title={service.environments.join(', ')}>
        {service.environments.join(', ') || '–'}
      </td>
      <td class="cut" title={service.versions.join(', ')}>
        <span class="mono">{version}</span>{' '}
        {lastDeploy !== null && <span class="muted hide-s">{formatAgo(lastDeploy.at, nowMs)}</span>}
      </td>
      <td class="num soft hide-s">{formatAgo(service.lastSeen, nowMs)}</td>
    </tr>
  );
}

/** CPU of one service over the last hour; asked for again once a minute. */
function CpuSpark({ service, nowMs }: { readonly service: string; readonly nowMs: number }) {
  const to = Math.ceil(nowMs / 60_000) * 60_000;
  const url = apiUrl('series', { service, type: 'cpu', from: to - HOUR_MS, to, stepMs: 60_000 });
  const series = useQuery<SeriesAnswer>(url, (signal) => getJson(url, signal), service);
  if (series.data === null) return <Sparkline line={null} range={null} />;
  return <Sparkline line={sumSeries(series.data)} range={{ from: to - HOUR_MS, to }} />;
}
