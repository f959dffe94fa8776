import type { FrameKind } from './api.ts';
import type { OriginChange } from './compare/rows.ts';
import type { Normaliser } from './compare/standardise.ts';
import type { Interval, VerdictState } from './compare/verdict.ts';

/** `judging`: no state yet, or only `not-enough-data` so far. `likely` may change, `settled` does not. */
export type JudgementStatus = 'judging' | 'likely' | 'settled';

/** A function that explains a verdict. */
export interface DeployOrigin {
  readonly id: string; // functionId
  readonly name: string;
  readonly file: string;
  readonly kind: FrameKind;
  readonly effect: Interval; // share of the service's CPU on the base side
  readonly state: OriginChange['state'];
}

/** One look at a deploy: what was known after so many kept minutes. */
export interface DeployLook {
  readonly minutes: number; // of the look: 2, 5, 10 or 15
  readonly at: number; // epoch milliseconds at which it was taken
  readonly state: VerdictState;
  readonly effect: Interval;
  readonly smallestChange: number;
}

/** CPU per request of one endpoint on both sides. */
export interface EndpointVerdict {
  readonly endpoint: string;
  readonly state: VerdictState;
  readonly effect: Interval; // relative: 0.08 is 8 % more
  readonly baseMicros: number; // CPU per request
  readonly headMicros: number;
}

/** Live heap per instance on both sides, with the growth of head where it could be judged. */
export interface MemoryVerdict {
  readonly state: VerdictState;
  readonly effect: Interval; // relative change of live bytes per instance
  readonly baseBytes: number;
  readonly headBytes: number;
  readonly growth: { readonly state: VerdictState; readonly bytesPerHour: Interval } | null;
}

/** What is known about a deploy's effect. It is stored, and stored again when a look changes it. */
export interface DeployVerdict {
  readonly status: JudgementStatus;
  readonly state: VerdictState | null; // null before the first look
  readonly sentence: string;
  readonly cause: string; // '' when nothing explains it
  readonly effect: Interval | null; // share of the service's CPU on the base side
  readonly normaliser: Normaliser | null;
  readonly base: number | null; // CPU of one side in the normaliser's unit: microseconds per request or cores per instance
  readonly head: number | null;
  readonly smallestChange: number | null; // that would have been seen
  readonly origins: readonly DeployOrigin[]; // the first explains most
  readonly endpoints: readonly EndpointVerdict[]; // busiest first
  readonly memory: MemoryVerdict | null;
  readonly looks: readonly DeployLook[]; // in order of time
  readonly minutes: number; // kept so far
  readonly minutesWanted: number; // after which it settles
  readonly nextLookAt: number | null; // epoch milliseconds, an estimate; null when settled
  readonly version: number; // counts how often the stored verdict changed, from 1
  readonly judgedAt: number; // epoch milliseconds of the last look
}

/** CPU of the service around the deploy, for a sparkline. */
export interface DeployLine {
  readonly from: number;
  readonly stepMs: number;
  readonly normaliser: Normaliser; // what the values are
  readonly values: readonly (number | null)[]; // null where nothing was watched
}

/** A version that took over, came back, or was marked by CI. */
export interface Deploy {
  readonly id: string; // 16 hex, made from service, environment, version and time
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly baseVersion: string | null; // what ran before; equal to version for a mark; null for the first version
  readonly at: number; // when it took over, epoch milliseconds
  /** `first`: nothing ran before. `return`: an older version came back. `mark`: CI said so, the version is unchanged. */
  readonly kind: 'first' | 'new' | 'return' | 'mark';
  /** `overlap`: both versions run at the same time (a canary or a rolling deploy). */
  readonly rollout: 'replacement' | 'overlap';
  readonly revision: string | null;
  readonly url: string | null;
  readonly author: string | null;
  readonly baseSelector: string | null; // what `GET /diff` and the Compare screen take as base
  readonly headSelector: string | null;
  readonly verdict: DeployVerdict | null; // null for `first`
  readonly expected: boolean; // a person said that this change is intended
  readonly line: DeployLine | null; // null before the first look
}

/** `GET /deploys`: newest first. */
export interface DeploysAnswer {
  readonly from: number;
  readonly to: number;
  readonly rows: number; // deploys in all, before limit and offset
  readonly counts: Readonly<
    Record<'more' | 'less' | 'no-change' | 'not-enough-data' | 'judging', number>
  >;
  readonly deploys: readonly Deploy[];
  /** Restarts of an unchanged version that were judged like deploys, and how many of them alarmed. */
  readonly falseAlarms: { readonly restarts: number; readonly alarms: number };
}
