import { type DeploySummary, PROFILE_TYPE_OF_ALIAS, type ServiceSummary } from '@flamehouse/proto';
import type { Engine } from './engine.ts';
import type { TimeRange } from './profile-store.ts';
import { all, type Condition, epochSeconds } from './selection-sql.ts';

interface Scope {
  readonly service?: string;
  readonly range: TimeRange;
}

// Pickers show some hundreds; a label with more values is searched by a filter instead.
const NAMES_MAX = 10_000;
// Cores and instances are of the last minutes that a service was seen.
const RECENT_SECONDS = 300;

/** Rows that were seen inside the range; `month` is the partition. */
function seenCondition({ service, range }: Scope): Condition {
  const parts: Condition[] = [
    {
      sql: `last_seen > toDateTime({from: UInt32}, 'UTC') AND first_seen < toDateTime({to: UInt32}, 'UTC')`,
      values: { from: epochSeconds(range.from), to: epochSeconds(range.to) },
    },
  ];
  if (service !== undefined) {
    parts.push({ sql: 'service = {service: String}', values: { service } });
  }
  return all(parts);
}

export async function selectProfileTypes(engine: Engine, scope: Scope, signal?: AbortSignal) {
  const { sql, values } = seenCondition(scope);
  const rows = await engine.rows<[type: string, lastSeen: number, gauge: number]>(
    {
      sql: `SELECT type, toUInt32(max(catalogue.last_seen)), max(catalogue.gauge) FROM catalogue
  WHERE ${sql} GROUP BY type ORDER BY type LIMIT ${NAMES_MAX}`,
      values,
    },
    signal,
  );
  return rows.map(([type, seconds, gauge]) => ({
    type,
    lastSeen: seconds * 1000,
    gauge: gauge === 1,
  }));
}

export async function selectLabels(
  engine: Engine,
  scope: Scope,
  signal?: AbortSignal,
): Promise<string[]> {
  const { sql, values } = seenCondition(scope);
  const rows = await engine.rows<[string]>(
    {
      sql: `SELECT DISTINCT arrayJoin(mapKeys(labels)) AS name FROM series
  WHERE ${sql} ORDER BY name LIMIT ${NAMES_MAX}`,
      values,
    },
    signal,
  );
  return rows.map(([name]) => name);
}

export async function selectLabelValues(
  engine: Engine,
  scope: Scope & { readonly label: string },
  signal?: AbortSignal,
): Promise<string[]> {
  const { sql, values } = seenCondition(scope);
  const rows = await engine.rows<[string]>(
    {
      sql: `SELECT DISTINCT labels[{label: String}] AS value FROM series
  WHERE ${sql} AND mapContains(labels, {label: String}) ORDER BY value LIMIT ${NAMES_MAX}`,
      values: { ...values, label: scope.label },
    },
    signal,
  );
  return rows.map(([value]) => value);
}

interface Release {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** Every version of every service and environment, by the time it was first seen. */
async function selectReleases(engine: Engine, signal?: AbortSignal): Promise<Release[]> {
  const rows = await engine.rows<[string, string, string, number, number]>(
    {
      sql: `SELECT service, environment, version,
    toUInt32(min(deploys.first_seen)) AS starts, toUInt32(max(deploys.last_seen)) AS ends
  FROM deploys GROUP BY service, environment, version
  ORDER BY service, starts, version`,
      values: {},
    },
    signal,
  );
  return rows.map(([service, environment, version, starts, ends]) => ({
    service,
    environment,
    version,
    firstSeen: starts * 1000,
    lastSeen: ends * 1000,
  }));
}

/** A version is a deploy where another one was before it. */
export async function selectDeploys(
  engine: Engine,
  { service, range }: Scope,
  signal?: AbortSignal,
): Promise<(DeploySummary & { readonly service: string })[]> {
  return deploysOf(await selectReleases(engine, signal)).filter(
    (deploy) =>
      (service === undefined || deploy.service === service) &&
      deploy.at >= range.from &&
      deploy.at < range.to,
  );
}

function deploysOf(releases: readonly Release[]): (DeploySummary & { readonly service: string })[] {
  const begun = new Set<string>();
  return releases.flatMap(({ service, environment, version, firstSeen }) => {
    const place = JSON.stringify([service, environment]);
    if (begun.has(place)) return [{ service, environment, version, at: firstSeen }];
    begun.add(place);
    return [];
  });
}

export async function selectServices(
  engine: Engine,
  signal?: AbortSignal,
): Promise<ServiceSummary[]> {
  const [releases, recent] = await Promise.all([
    selectReleases(engine, signal),
    selectRecent(engine, signal),
  ]);
  const deploys = deploysOf(releases);
  return [...new Set(releases.map(({ service }) => service))].map((service) => {
    const own = releases.filter((release) => release.service === service);
    const last = deploys.filter((deploy) => deploy.service === service).at(-1);
    return {
      service,
      environments: [...new Set(own.map(({ environment }) => environment))].sort(),
      versions: [...new Set(own.map(({ version }) => version))],
      lastSeen: Math.max(...own.map(({ lastSeen }) => lastSeen)),
      cores: recent.get(service)?.cores ?? 0,
      instances: recent.get(service)?.instances ?? 0,
      lastDeploy:
        last === undefined
          ? null
          : { environment: last.environment, version: last.version, at: last.at },
    };
  });
}

async function selectRecent(engine: Engine, signal?: AbortSignal) {
  const rows = await engine.rows<[service: string, instances: number, cores: number]>(
    {
      sql: `SELECT service, toUInt32(uniqExact(instance)),
    ifNotFinite(sumIf(value, type = {cpu: String}) / 1e6
      / (maxIf(toUInt32(window_start) + seconds, type = {cpu: String}) - minIf(toUInt32(window_start), type = {cpu: String})), 0)
  FROM windows
  INNER JOIN (SELECT service, max(deploys.last_seen) AS ends FROM deploys GROUP BY service) AS seen USING (service)
  WHERE window_start + seconds > ends - {recent: UInt32}
  GROUP BY service`,
      values: { cpu: PROFILE_TYPE_OF_ALIAS.cpu, recent: RECENT_SECONDS },
    },
    signal,
  );
  return new Map(rows.map(([service, instances, cores]) => [service, { instances, cores }]));
}
