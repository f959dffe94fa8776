import type { Deploy, ServiceSummary } from '@flamehouse/proto';
import { useEffect, useState } from 'preact/hooks';
import { REFRESH_MS, useServices } from '../../api/use-services.ts';
import { Shell } from '../../components/shell.tsx';
import { Failed, Notice, Progress, RowsSkeleton } from '../../components/states.tsx';
import { formatNumber, plural } from '../../format.ts';
import { deploysUrl } from '../../state/deploys-url.ts';
import { followLink } from '../../state/location.ts';
import { formatAgo, formatClock } from '../../time.ts';
import { lookSentences, needsLook } from '../deploys/deploy-words.ts';
import { FirstProfile } from './first-profile.tsx';
import { ServiceTable } from './service-table.tsx';
import { useLastDeploys } from './use-last-deploys.ts';

const WAITING_MS = 2_000;
/** An agent uploads every 15 s; after two minutes without one, a service is not running any more. */
const SILENT_MS = 120_000;

/** Which service needs a look? */
export function ServicesScreen() {
  useEffect(() => {
    document.title = 'Services · Flamehouse';
  }, []);
  const services = useServicesPolling();
  const list = services.data;
  return (
    <Shell title="Services" bar={<span class="title grow">Services</span>}>
      {services.loading && list === null && <Progress />}
      {services.failure !== null && list !== null && (
        <Notice kind="error">
          {services.failure.message}. Showing what was loaded at {formatClock(services.loadedAt)}.{' '}
          <button type="button" onClick={services.retry}>
            Try again
          </button>
        </Notice>
      )}
      {list === null ? (
        services.failure !== null ? (
          <Failed failure={services.failure} onRetry={services.retry} />
        ) : (
          <RowsSkeleton rows={8} />
        )
      ) : list.length === 0 ? (
        <FirstProfile />
      ) : (
        <ServiceList services={list} nowMs={services.loadedAt} />
      )}
    </Shell>
  );
}

/** Every 15 s; every 2 s while the store is empty, so that the first profile shows at once. */
function useServicesPolling() {
  const [refreshMs, setRefreshMs] = useState(REFRESH_MS);
  const services = useServices(refreshMs);
  const empty = services.data?.length === 0;
  useEffect(() => setRefreshMs(empty ? WAITING_MS : REFRESH_MS), [empty]);
  return services;
}

function ServiceList({
  services,
  nowMs,
}: {
  readonly services: readonly ServiceSummary[];
  readonly nowMs: number;
}) {
  const judged = useLastDeploys();
  const live = services.filter((service) => nowMs - service.lastSeen < SILENT_MS);
  const cores = live.reduce((sum, service) => sum + service.cores, 0);
  const instances = live.reduce((sum, service) => sum + service.instances, 0);
  const busiest = [...live].sort((a, b) => b.cores - a.cores)[0];
  const look = [...judged.values()].filter(
    (deploy) => needsLook(deploy) && services.some(({ service }) => service === deploy.service),
  );
  const deploys = services
    .flatMap((service) =>
      service.lastDeploy === null ? [] : [{ ...service.lastDeploy, service: service.service }],
    )
    .sort((a, b) => b.at - a.at);
  return (
    <>
      <div class="page-head">
        <div class="grow">
          <h1>
            {look.length > 0 ? lookSentence(services, look) : sentence(services, live, busiest)}
          </h1>
          {look.length > 0 ? (
            <p>
              {lookSentences(look)}{' '}
              <a
                href={deploysUrl({ open: look.length === 1 ? look[0]!.id : '' })}
                onClick={followLink}
              >
                Show why
              </a>
            </p>
          ) : (
            <p>{where(services)}</p>
          )}
        </div>
      </div>
      <div class="tiles">
        <Tile
          k="CPU now"
          v={formatNumber(cores)}
          unit="cores"
          d={`${plural(live.length, 'service')} reporting`}
        />
        <Tile k="Instances" v={String(instances)} unit="" d="seen in the last 5 minutes" />
        {deploys[0] !== undefined && (
          <Tile
            k="Latest version"
            v={deploys[0].version}
            unit=""
            d={`${deploys[0].service}, ${formatAgo(deploys[0].at, nowMs)}`}
            href={deploysUrl({
              service: deploys[0].service,
              open: judged.get(deploys[0].service)?.id ?? '',
            })}
          />
        )}
      </div>
      <ServiceTable services={services} judged={judged} nowMs={nowMs} silentMs={SILENT_MS} />
      <footer class="foot">
        <span>
          {plural(services.length, 'service')}, {plural(instances, 'instance')}.
          <span class="hide-s">
            {' '}
            Add one: <span class="mono">node --require @flamehouse/agent/register app.js</span>
          </span>
        </span>
      </footer>
    </>
  );
}

function sentence(
  services: readonly ServiceSummary[],
  live: readonly ServiceSummary[],
  busiest: ServiceSummary | undefined,
): string {
  if (busiest === undefined) {
    return services.length === 1
      ? `${services[0]!.service} is silent.`
      : `All ${services.length} services are silent.`;
  }
  const silent = services.length - live.length;
  if (silent > 0)
    return `${live.length} of ${plural(services.length, 'service')} report; ${busiest.service} uses the most CPU.`;
  if (services.length === 1) return `${busiest.service} uses ${formatNumber(busiest.cores)} cores.`;
  return `${plural(services.length, 'service')} report; ${busiest.service} uses the most CPU.`;
}

/** Before what uses most: whose last deploy costs more than it did before. */
function lookSentence(services: readonly ServiceSummary[], look: readonly Deploy[]): string {
  if (services.length === 1) return `${look[0]!.service} needs a look.`;
  const verb = look.length === 1 ? 'needs' : 'need';
  return `${look.length} of ${plural(services.length, 'service')} ${verb} a look.`;
}

/** The environments that report, as a sentence. */
function where(services: readonly ServiceSummary[]): string {
  const names = [...new Set(services.flatMap((service) => service.environments))].sort();
  if (names.length === 0) return 'No environment is named.';
  return names.length === 1
    ? `All in ${names[0]}.`
    : `In ${names.slice(0, -1).join(', ')} and ${names.at(-1)}.`;
}

function Tile(props: {
  readonly k: string;
  readonly v: string;
  readonly unit: string;
  readonly d: string;
  readonly href?: string;
}) {
  return (
    <div class="tile">
      <div class="k">{props.k}</div>
      <div class="v">
        {props.href === undefined ? (
          props.v
        ) : (
          <a href={props.href} onClick={followLink}>
            {props.v}
          </a>
        )}{' '}
        <small>{props.unit}</small>
      </div>
      <div class="d">{props.d}</div>
    </div>
  );
}
