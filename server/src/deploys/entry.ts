import { type Deploy, Hash64 } from '@flamehouse/proto';

/** A deploy as it is stored, and restarts of an unchanged version, which are judged like deploys and listed nowhere. */
export interface DeployEntry
  extends Pick<
    Deploy,
    | 'id'
    | 'service'
    | 'environment'
    | 'version'
    | 'baseVersion'
    | 'at'
    | 'rollout'
    | 'revision'
    | 'url'
    | 'author'
    | 'expected'
  > {
  readonly kind: Deploy['kind'] | 'restart';
  readonly seen: boolean; // profiles of the version came; false while only CI has spoken of it
  readonly changes: number; // how often the stored entry changed, from 1
}

/** One process of one version, by the minutes in which it sent profiles. */
export interface ProcessRun {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly instance: string;
  readonly startedAtMs: number; // 0 when the sender does not say
  readonly firstMinute: number; // minutes since the epoch
  readonly lastMinute: number; // included
}

export function placeOf({
  service,
  environment,
}: {
  readonly service: string;
  readonly environment: string;
}): string {
  return JSON.stringify([service, environment]);
}

/** The same for the same deploy, whoever finds it first. */
export function deployId(
  {
    service,
    environment,
    version,
    at,
  }: Pick<DeployEntry, 'service' | 'environment' | 'version' | 'at'>,
  kind: DeployEntry['kind'],
): string {
  const hash = new Hash64().text(service).text(environment).text(version).text(String(at));
  // A restart and a mark of the same second are two things.
  return (kind === 'restart' ? hash.text(kind) : hash).hex();
}
