import type { Deploy, DeploysAnswer, DeployVerdict, Interval } from '@flamehouse/proto';
import { fakeId } from './ui-fixture-tree.ts';

const MINUTE_MS = 60_000;
const around = (value: number, half: number): Interval => ({
  value,
  low: value - half,
  high: value + half,
});

/** A verdict that says nothing yet. */
const OPEN: DeployVerdict = {
  status: 'settled',
  state: 'no-change',
  sentence: '',
  cause: '',
  effect: around(0.003, 0.011),
  normaliser: 'request',
  base: 6_000,
  head: 6_020,
  smallestChange: 0.015,
  origins: [],
  endpoints: [],
  memory: null,
  looks: [],
  minutes: 15,
  minutesWanted: 15,
  nextLookAt: null,
  version: 1,
  judgedAt: 0,
};

interface Made {
  readonly service: string;
  readonly version: string;
  readonly minutesAgo: number;
  readonly author?: string;
  readonly verdict: Partial<DeployVerdict> | null;
  readonly level?: readonly [before: number, after: number];
  readonly more?: Partial<Deploy>;
}

const origin = (name: string, file: string, effect: number, state: 'same' | 'new' | 'gone') => ({
  id: fakeId(name),
  name,
  file,
  kind: 'user' as const,
  effect: around(effect, Math.abs(effect) / 5),
  state,
});

const DEPLOYS: readonly Made[] = [
  {
    service: 'payments',
    version: 'a9c4410',
    minutesAgo: 8,
    author: 'lee',
    verdict: {
      status: 'judging',
      state: null,
      sentence: 'a9c4410 is being judged: 6 of 15 minutes.',
      effect: around(0.008, 0.065),
      smallestChange: null,
      minutes: 6,
      nextLookAt: 0,
    },
  },
  {
    service: 'checkout',
    version: '4f2c1e9',
    minutesAgo: 60,
    author: 'ana',
    level: [18_400, 19_900],
    verdict: {
      state: 'more',
      sentence: '4f2c1e9 takes 8.1\u00a0% more CPU per request than 9ab07d3.',
      cause: '95\u00a0% interval +5.9\u00a0% to +10.4\u00a0%. deserializeConfig +6.4\u00a0pp.',
      effect: around(0.081, 0.0225),
      base: 18_400,
      head: 19_900,
      origins: [
        origin('deserializeConfig', 'src/pricing/config.ts', 0.064, 'same'),
        origin('retryRequest', 'src/stock/retry.ts', 0.019, 'new'),
        origin('lookupCached', 'src/pricing/cache.ts', -0.009, 'gone'),
      ],
      endpoints: [
        {
          endpoint: 'POST /checkout',
          state: 'more',
          effect: around(0.14, 0.03),
          baseMicros: 31_000,
          headMicros: 35_340,
        },
        {
          endpoint: 'GET /cart/:id',
          state: 'no-change',
          effect: around(0.002, 0.02),
          baseMicros: 8_100,
          headMicros: 8_116,
        },
      ],
      looks: [2, 5, 10, 15].map((minutes, i) => ({
        minutes,
        at: i,
        state: minutes === 2 ? ('not-enough-data' as const) : ('more' as const),
        effect: around(0.081, 0.06 / (i + 1)),
        smallestChange: 0.12 / (i + 1),
      })),
    },
    more: { revision: '4f2c1e9d0c1b2a39', url: 'https://ci.example.com/runs/81' },
  },
  {
    service: 'search',
    version: 'be11a02',
    minutesAgo: 140,
    author: 'ci',
    level: [8_400, 7_400],
    verdict: {
      state: 'less',
      sentence: 'be11a02 takes 12.0\u00a0% less CPU per request than 10fe3c8.',
      effect: around(-0.12, 0.014),
      origins: [origin('buildMatcher', 'src/match.ts', -0.112, 'same')],
    },
    more: { rollout: 'overlap' },
  },
  {
    service: 'cart',
    version: 'c09aa1f',
    minutesAgo: 260,
    author: 'ci',
    verdict: {
      state: 'not-enough-data',
      sentence: 'Not enough samples to judge c09aa1f. 38 before and 41 after.',
      effect: around(0.02, 0.4),
      smallestChange: 0.34,
    },
  },
  {
    service: 'auth',
    version: 'e51bd77-with-a-branch-name-that-somebody-made-long',
    minutesAgo: 300,
    author: 'kim',
    verdict: {
      sentence: 'e51bd77 takes the same CPU per request as 6bc02aa.',
      memory: {
        state: 'more',
        effect: around(0.31, 0.04),
        baseBytes: 120 * 2 ** 20,
        headBytes: 157 * 2 ** 20,
        growth: { state: 'more', bytesPerHour: around(12 * 2 ** 20, 2 ** 20) },
      },
    },
  },
  {
    service: 'inventory',
    version: '5d1be70',
    minutesAgo: 1_500,
    verdict: { sentence: '5d1be70 takes the same CPU per request as f2a90d4.' },
    more: { kind: 'return' },
  },
  {
    service: 'notifications',
    version: '81c3f0e',
    minutesAgo: 2_950,
    verdict: null,
    more: { kind: 'first', baseVersion: null, baseSelector: null, headSelector: null },
  },
];

/** Deploys in every state, newest first. */
export function fixtureDeploys(nowMs: number): Deploy[] {
  return DEPLOYS.map(({ service, version, minutesAgo, author, verdict, level, more }) => {
    const at = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS - minutesAgo * MINUTE_MS;
    const [before, after] = level ?? [6_000, 6_020];
    const wave = (i: number): number => 1 + 0.03 * Math.sin(i * 1.7) + 0.02 * Math.cos(i * 0.6);
    return {
      id: fakeId(`deploy ${service} ${version}`),
      service,
      environment: 'production',
      version,
      baseVersion: '9ab07d3',
      at,
      kind: 'new',
      rollout: 'replacement',
      revision: null,
      url: null,
      author: author ?? null,
      baseSelector: 'version:9ab07d3',
      headSelector: `version:${version}`,
      verdict:
        verdict === null
          ? null
          : {
              ...OPEN,
              judgedAt: at,
              ...verdict,
              nextLookAt: verdict.nextLookAt === undefined ? null : nowMs + 4 * MINUTE_MS,
              looks: (verdict.looks ?? []).map((look) => ({
                ...look,
                at: at + (look.minutes + 2) * MINUTE_MS,
              })),
            },
      expected: false,
      line:
        verdict === null
          ? null
          : {
              from: at - 30 * MINUTE_MS,
              stepMs: MINUTE_MS,
              normaliser: 'request',
              values: Array.from({ length: 60 }, (_, i) =>
                i > 30 + minutesAgo ? null : (i < 30 ? before : after) * wave(i),
              ),
            },
      ...more,
    };
  });
}

/** `GET /deploys` over some of them. */
export function deploysAnswerOf(
  deploys: readonly Deploy[],
  params: URLSearchParams,
): DeploysAnswer {
  const service = params.get('service');
  const search = params.get('search') ?? '';
  const found = deploys.filter(
    (one) =>
      (service === null || one.service === service) &&
      `${one.service} ${one.version} ${one.author}`.includes(search),
  );
  const count = (state: string) =>
    found.filter(({ verdict }) => verdict !== null && (verdict.state ?? 'judging') === state)
      .length;
  return {
    from: Number(params.get('from')),
    to: Number(params.get('to')),
    rows: found.length,
    counts: {
      more: count('more'),
      less: count('less'),
      'no-change': count('no-change'),
      'not-enough-data': count('not-enough-data'),
      judging: count('judging'),
    },
    deploys: found,
    falseAlarms: { restarts: 31, alarms: 1 },
  };
}
