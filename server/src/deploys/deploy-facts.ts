import type { ServerConfig } from '../config.ts';
import type {
  DeployStore,
  FunctionCores,
  RestartCounts,
  StoredDeploy,
  VersionCost,
} from '../storage/deploy-store.ts';
import { placeOf } from './entry.ts';

/** What `/metrics` says of versions and deploys, read once a minute: a scrape asks no question of the engine. */
export interface DeployFacts {
  readonly costs: readonly VersionCost[];
  readonly functions: readonly FunctionCores[];
  readonly deploys: readonly StoredDeploy[]; // the newest judged one of each place
  readonly restarts: readonly RestartCounts[];
}

const MINUTE_MS = 60_000;
/** Complete minutes that costs are averaged over. */
export const COST_MINUTES = 5;
const DAY_MS = 86_400_000;
/** Series of one metric; beyond, the least busy versions are left out. */
const VERSIONS_MAX = 500;

interface Options {
  readonly store: DeployStore;
  readonly now: () => number;
  readonly config: Pick<ServerConfig, 'metricFunctions'>;
}

export class DeployFactsReader {
  current: DeployFacts = { costs: [], functions: [], deploys: [], restarts: [] };
  private readonly options: Options;
  private readMinute = 0;

  constructor(options: Options) {
    this.options = options;
  }

  async refresh(): Promise<void> {
    const { store, now, config } = this.options;
    const minute = Math.floor(now() / MINUTE_MS);
    if (minute === this.readMinute) return;
    const to = minute * MINUTE_MS;
    const range = { from: to - COST_MINUTES * MINUTE_MS, to };
    const { metricFunctions } = config;
    const costs = await store.listVersionCosts(range, VERSIONS_MAX);
    const functions =
      metricFunctions.length === 0 ? [] : await store.listFunctionCores(range, metricFunctions);
    this.current = {
      costs,
      functions: functions.slice(0, VERSIONS_MAX),
      deploys: newest(await store.listSince(now() - 7 * DAY_MS)).slice(0, VERSIONS_MAX),
      restarts: (await store.countRestarts()).slice(0, VERSIONS_MAX),
    };
    this.readMinute = minute;
  }
}

/** Older deploys of a place are history: their alarms end when the next deploy is judged. */
function newest(deploys: readonly StoredDeploy[]): StoredDeploy[] {
  const places = new Map<string, StoredDeploy>();
  for (const deploy of deploys) {
    const { kind } = deploy.entry;
    if (kind === 'restart' || kind === 'first') continue;
    const effect = deploy.judgement?.verdict.effect ?? null;
    if (effect !== null) places.set(placeOf(deploy.entry), deploy);
  }
  return [...places.values()];
}
