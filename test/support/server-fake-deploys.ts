import type { DeployVerdict } from '../../proto/src/index.ts';
import type { DeployEntry, ProcessRun } from '../../server/src/deploys/entry.ts';
import type {
  DeployQuery,
  DeployStore,
  Judgement,
  KnownVersion,
  StoredDeploy,
} from '../../server/src/storage/deploy-store.ts';

const MINUTE_MS = 60_000;

/** A deploy that was judged, the one before it, and one that CI announced. */
export function fakeDeploys(nowMs: number): StoredDeploy[] {
  const at = nowMs - 10 * MINUTE_MS;
  const entry: DeployEntry = {
    id: '00000000000000b1',
    service: 'checkout',
    environment: 'production',
    version: '1.1.0',
    baseVersion: '1.0.0',
    at,
    kind: 'new',
    rollout: 'replacement',
    revision: 'f3a9c21',
    url: 'https://ci.example/run/7',
    author: 'ada',
    expected: false,
    seen: true,
    changes: 2,
  };
  const nothing = { revision: null, url: null, author: null };
  return [
    {
      entry: {
        ...entry,
        ...nothing,
        id: '00000000000000a1',
        version: '1.0.0',
        baseVersion: null,
        at: at - 3_600_000,
        kind: 'first',
      },
      judgement: null,
    },
    { entry, judgement: fakeJudgement(at) },
    {
      entry: {
        ...entry,
        ...nothing,
        id: '00000000000000c1',
        version: '1.2.0',
        baseVersion: '1.1.0',
        at: nowMs - MINUTE_MS,
        seen: false,
      },
      judgement: null,
    },
  ];
}

function fakeJudgement(at: number): Judgement {
  const effect = { value: 0.42, low: 0.38, high: 0.46 };
  const judgedAt = at + 6 * MINUTE_MS;
  const verdict: DeployVerdict = {
    status: 'likely',
    state: 'more',
    sentence: '1.1.0 takes 42 % more CPU per request than 1.0.0.',
    cause: '95 % interval +38 % to +46 %. deserializeConfig new +42 pp.',
    effect,
    normaliser: 'request',
    base: 2100,
    head: 2982,
    smallestChange: 0.06,
    origins: [
      {
        id: '00000000000000f1',
        name: 'deserializeConfig',
        file: 'src/pricing/deserialize-config.js',
        kind: 'user',
        effect,
        state: 'new',
      },
    ],
    endpoints: [
      { endpoint: 'POST /checkout', state: 'more', effect, baseMicros: 3000, headMicros: 4260 },
    ],
    memory: {
      state: 'no-change',
      effect: { value: 0.01, low: -0.05, high: 0.07 },
      baseBytes: 40_000_000,
      headBytes: 40_400_000,
      growth: null,
    },
    looks: [{ minutes: 2, at: judgedAt, state: 'more', effect, smallestChange: 0.06 }],
    minutes: 3,
    minutesWanted: 15,
    nextLookAt: at + 9 * MINUTE_MS,
    version: 1,
    judgedAt,
  };
  return {
    verdict,
    line: {
      from: at - 2 * MINUTE_MS,
      stepMs: MINUTE_MS,
      normaliser: 'request',
      values: [2100, null, 2980],
    },
    baseSelector: `version:1.0.0@${at - 5 * MINUTE_MS}~${at}`,
    headSelector: `version:1.1.0@${at + 3 * MINUTE_MS}~${at + 6 * MINUTE_MS}`,
  };
}

/** A store of deploys in memory. */
export class FakeDeployStore implements DeployStore {
  readonly deploys: StoredDeploy[];
  readonly notices = new Map<string, string>();
  readonly versions: KnownVersion[] = [];

  constructor(deploys: readonly StoredDeploy[] = []) {
    this.deploys = [...deploys];
  }

  async listProcesses(): Promise<readonly ProcessRun[]> {
    return [];
  }

  async listVersions() {
    return this.versions;
  }

  async find({ limit, offset, state }: DeployQuery) {
    const counts = { more: 0, less: 0, 'no-change': 0, 'not-enough-data': 0, judging: 0 };
    const stateOf = ({ judgement }: StoredDeploy) => judgement?.verdict.state ?? 'judging';
    const listed = this.deploys.filter(({ entry }) => entry.kind !== 'restart').reverse();
    for (const one of listed) if (one.entry.kind !== 'first') counts[stateOf(one)]++;
    const found = listed.filter((one) => state === undefined || stateOf(one) === state);
    return { rows: found.length, counts, deploys: found.slice(offset, offset + limit) };
  }

  async get(id: string) {
    return this.deploys.find(({ entry }) => entry.id === id) ?? null;
  }

  async listSince(sinceMs: number) {
    return this.deploys.filter(({ entry }) => entry.at >= sinceMs);
  }

  async countRestarts() {
    return [{ service: 'checkout', restarts: 40, alarms: 1 }];
  }

  async listVersionCosts() {
    return [];
  }

  async listFunctionCores() {
    return [];
  }

  async saveEntry(entry: DeployEntry) {
    this.put(entry.id, (old) => ({ judgement: null, ...old, entry }));
  }

  async saveJudgement(entry: DeployEntry, judgement: Judgement) {
    this.put(entry.id, () => ({ entry, judgement }));
  }

  async listNotices() {
    return new Set(this.notices.keys());
  }

  async saveNotice(id: string, version: number, { outcome }: { readonly outcome: string }) {
    this.notices.set(`${id} ${version}`, outcome);
  }

  private put(id: string, change: (old: StoredDeploy | undefined) => StoredDeploy) {
    const index = this.deploys.findIndex(({ entry }) => entry.id === id);
    const next = change(this.deploys[index]);
    if (index < 0) this.deploys.push(next);
    else this.deploys[index] = next;
  }
}
