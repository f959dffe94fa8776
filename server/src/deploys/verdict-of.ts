import {
  type ComparedFunction,
  type Comparison,
  type DeployLook,
  type DeployVerdict,
  describeCause,
  describeVerdict,
  type EndpointVerdict,
  type MemoryVerdict,
  type SideNames,
  standingVerdict,
} from '@flamehouse/proto';
import { MINUTES_WANTED, nextLookAt } from './looks-due.ts';

export interface VerdictOptions {
  readonly names: SideNames;
  readonly functions: readonly ComparedFunction[];
  readonly comparison: Comparison;
  readonly minutes: number; // of the look
  readonly before: DeployVerdict | null;
  readonly endpoints: readonly EndpointVerdict[];
  readonly memory: MemoryVerdict | null;
  readonly at: number; // of the deploy
  readonly nowMs: number;
}

/** The verdict after one more look. */
export function verdictOf(options: VerdictOptions): DeployVerdict {
  const { names, functions, comparison, minutes, before, nowMs } = options;
  const { verdict, normaliser, base, head, smallest, origins } = comparison;
  const look: DeployLook = {
    minutes,
    at: nowMs,
    state: verdict.state,
    effect: verdict.effect,
    smallestChange: smallest.ofService,
  };
  const looks = [...(before?.looks ?? []), look];
  const status = statusOf(looks);
  return {
    status,
    state: verdict.state,
    sentence: describeVerdict(comparison, names),
    cause: describeCause(comparison, functions),
    effect: verdict.effect,
    normaliser,
    base: normaliser === 'share' ? null : base.cost,
    head: normaliser === 'share' ? null : head.cost,
    smallestChange: smallest.ofService,
    origins: origins.map(({ func, effect, state }) => {
      const { id, name, file, kind } = functions[func]!;
      return { id, name, file, kind, effect, state };
    }),
    endpoints: options.endpoints,
    memory: options.memory,
    looks,
    minutes,
    minutesWanted: MINUTES_WANTED,
    nextLookAt:
      status === 'settled' ? null : nextLookAt({ at: options.at, minutes, taken: looks, nowMs }),
    version: (before?.version ?? 0) + 1,
    judgedAt: nowMs,
  };
}

/** After the last look nothing more comes, so what could not be seen by then stays unseen. */
export function statusOf(looks: readonly DeployLook[]): DeployVerdict['status'] {
  const standing = standingVerdict(looks);
  if (standing === null) return 'judging';
  const last = looks.at(-1)!.minutes >= MINUTES_WANTED;
  if (standing.settled || last) return 'settled';
  return standing.state === 'not-enough-data' ? 'judging' : 'likely';
}

/** The verdict when no more minutes can come: what is likely stays so, all else was too little. */
export function closedVerdict(
  before: DeployVerdict | null,
  version: string,
  nowMs: number,
): DeployVerdict {
  const kept = before !== null && before.status === 'likely' ? before : null;
  return {
    ...(before ?? NOTHING_SEEN),
    status: 'settled',
    state: kept?.state ?? 'not-enough-data',
    sentence:
      before === null || before.looks.length === 0
        ? `Not enough data to judge ${version}: it had no 2 complete minutes with enough requests within a day.`
        : before.sentence,
    nextLookAt: null,
    version: (before?.version ?? 0) + 1,
    judgedAt: nowMs,
  };
}

const NOTHING_SEEN = {
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
} as const;
