import type { Deploy, DeploysAnswer, DeployVerdict } from '@flamehouse/proto';
import type { DeployPage, RestartCounts, StoredDeploy } from '../storage/deploy-store.ts';
import type { TimeRange } from '../storage/profile-store.ts';
import { MINUTES_WANTED } from './looks-due.ts';

/** What is known of a deploy between two looks; it is not stored. */
export interface Progress {
  readonly minutes: number; // kept so far
  readonly nextLookAt: number | null;
}

export type ProgressOf = (id: string) => Progress | null;

/** A stored deploy as the API answers it. */
export function deployAnswer(
  { entry, judgement }: StoredDeploy,
  progress: Progress | null,
): Deploy {
  const { seen, changes: _, kind, ...rest } = entry;
  const verdict = kind === 'first' ? null : (judgement?.verdict ?? waiting(entry.version, seen));
  return {
    ...rest,
    kind: kind === 'restart' ? 'mark' : kind,
    baseSelector: judgement?.baseSelector ?? selectorBefore(entry),
    headSelector: judgement?.headSelector ?? selectorAfter(entry),
    verdict:
      verdict === null || verdict.status === 'settled' ? verdict : { ...verdict, ...progress },
    line: judgement?.line ?? null,
  };
}

/** `GET /deploys`. */
export function deploysAnswer(
  range: TimeRange,
  { rows, counts, deploys }: DeployPage,
  restarts: readonly RestartCounts[],
  progress: ProgressOf,
): DeploysAnswer {
  return {
    ...range,
    rows,
    counts,
    deploys: deploys.map((deploy) => deployAnswer(deploy, progress(deploy.entry.id))),
    falseAlarms: {
      restarts: restarts.reduce((sum, one) => sum + one.restarts, 0),
      alarms: restarts.reduce((sum, one) => sum + one.alarms, 0),
    },
  };
}

const HOUR_MS = 3_600_000;

function selectorBefore({ kind, baseVersion, at, rollout }: StoredDeploy['entry']): string | null {
  if (kind === 'first' || baseVersion === null) return null;
  return rollout === 'overlap'
    ? `version:${baseVersion}@${at}~${at + HOUR_MS}`
    : `version:${baseVersion}@${at - HOUR_MS}~${at}`;
}

function selectorAfter({ kind, version, at }: StoredDeploy['entry']): string | null {
  return kind === 'first' ? null : `version:${version}@${at}~${at + HOUR_MS}`;
}

/** Before the first look. */
function waiting(version: string, seen: boolean): DeployVerdict {
  return {
    status: 'judging',
    state: null,
    sentence: seen
      ? `${version} is judged once it has 2 complete minutes after its warm-up.`
      : `${version} was announced and has not sent profiles yet.`,
    cause: '',
    effect: null,
    normaliser: null,
    base: null,
    head: null,
    smallestChange: null,
    origins: [],
    endpoints: [],
    memory: null,
    looks: [],
    minutes: 0,
    minutesWanted: MINUTES_WANTED,
    nextLookAt: null,
    version: 0,
    judgedAt: 0,
  };
}
