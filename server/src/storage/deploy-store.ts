import type { DeployLine, DeployVerdict } from '@flamehouse/proto';
import type { DeployEntry, ProcessRun } from '../deploys/entry.ts';
import type { TimeRange } from './profile-store.ts';

/** What a look left behind: the verdict, and what goes with it in an answer. */
export interface Judgement {
  readonly verdict: DeployVerdict;
  readonly line: DeployLine | null;
  readonly baseSelector: string | null; // of the minutes that were compared
  readonly headSelector: string | null;
  /** The server that took the look, where several share a store: it tells others of the verdict. */
  readonly judgedBy?: string;
}

export interface StoredDeploy {
  readonly entry: DeployEntry;
  readonly judgement: Judgement | null; // null before the first look
}

export type DeployState = 'more' | 'less' | 'no-change' | 'not-enough-data' | 'judging';

export interface DeployQuery {
  readonly service?: string;
  readonly environment?: string;
  readonly range: TimeRange;
  readonly state?: DeployState;
  readonly search?: string;
  readonly limit: number;
  readonly offset: number;
}

export interface DeployPage {
  readonly rows: number;
  readonly counts: Readonly<Record<DeployState, number>>;
  readonly deploys: readonly StoredDeploy[]; // newest first, restarts left out
}

/** How many restarts of unchanged versions were judged, and how many of those verdicts were false alarms. */
export interface RestartCounts {
  readonly service: string;
  readonly restarts: number;
  readonly alarms: number;
}

export interface KnownVersion {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** What a version used over a range. */
export interface VersionCost {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly cpuMicros: number;
  readonly requests: number;
  readonly cores: number;
}

/** A function whose CPU is watched: by name, and by file where that is given. */
export interface FunctionRule {
  readonly name: string;
  readonly file: string; // '' for any
}

export interface FunctionCores {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly name: string;
  readonly cores: number;
}

/** Deploys and their verdicts. */
export interface DeployStore {
  listProcesses(sinceMs: number): Promise<readonly ProcessRun[]>;
  listVersions(): Promise<readonly KnownVersion[]>;
  find(query: DeployQuery, signal?: AbortSignal): Promise<DeployPage>;
  get(id: string, signal?: AbortSignal): Promise<StoredDeploy | null>;
  /** Everything since a time, restarts too, in order of time. */
  listSince(sinceMs: number): Promise<readonly StoredDeploy[]>;
  countRestarts(signal?: AbortSignal): Promise<readonly RestartCounts[]>;
  /** The busiest versions of all services. */
  listVersionCosts(range: TimeRange, limit: number): Promise<readonly VersionCost[]>;
  listFunctionCores(
    range: TimeRange,
    rules: readonly FunctionRule[],
  ): Promise<readonly FunctionCores[]>;
  saveEntry(entry: DeployEntry): Promise<void>;
  saveJudgement(entry: DeployEntry, judgement: Judgement): Promise<void>;
  /** Verdicts that went out, or never will: `id version`. */
  listNotices(sinceMs: number): Promise<ReadonlySet<string>>;
  saveNotice(
    id: string,
    verdictVersion: number,
    notice: { outcome: string; at: number },
  ): Promise<void>;
}
