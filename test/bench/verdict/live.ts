import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deploy, DeploysAnswer, DiffAnswer } from '../../../proto/src/index.ts';
import { BenchServer } from '../server-run.ts';
import { ENVIRONMENT, type LiveProcess, SERVICE, startLive } from './live-service.ts';
import { rateOf } from './rates.ts';

export interface LivePlan {
  readonly batches: number; // of fresh processes, for comparisons of identical and of dearer builds
  readonly keptMinutes: number; // of each batch
  readonly deployMinutes: number; // that each version runs: four more than it is to have kept
  readonly restartMinutes: number; // a restart settles as no-change at 15 kept minutes only
  readonly rates: readonly (number | null)[]; // null: closed loop
  readonly only: 'all' | 'deploys' | 'batches';
}

/** About 9 hours. Batches start at different times: they run one after the other. */
export const FULL: LivePlan = {
  batches: 10,
  keptMinutes: 10,
  deployMinutes: 14,
  restartMinutes: 20,
  rates: [50, null],
  only: 'all',
};
/** About 50 minutes, 25 of them deploys: enough to see that everything works, too little for rates. */
export const QUICK: LivePlan = {
  batches: 2,
  keptMinutes: 2,
  deployMinutes: 6,
  restartMinutes: 6,
  rates: [50],
  only: 'all',
};

const PROCESSES = 2; // a side
const BEFORE_KEPT_MINUTES = 4; // one that is not complete, two of warm-up, and the arrival of the last
const MINUTE_MS = 60_000;
/** Work of `weighBasket`: about a third of a request; and a tenth of a request more. */
const PASSES = 20;
const DEARER_PASSES = 26;

/** Real processes: deploys as the server judges them, then batches against each other. */
export async function runLive(plan: LivePlan, cli: string, out: string): Promise<void> {
  const server = await BenchServer.start(cli);
  const results: unknown[] = [];
  const running: LiveProcess[] = [];
  try {
    if (plan.only !== 'batches') results.push(await runDeploys(server, plan, running));
    if (plan.only !== 'deploys') results.push(await runBatches(server, plan, running));
  } finally {
    await Promise.all(running.map((one) => one.stop()));
    await server.stop();
    server.remove();
    mkdirSync(join(out, '..'), { recursive: true });
    writeFileSync(out, JSON.stringify(results));
  }
}

interface Group {
  readonly version: string;
  readonly behaviour: string;
  readonly rate: number | null;
  readonly passes: number;
  readonly name: string;
}

async function startGroup(server: BenchServer, group: Group, running: LiveProcess[]) {
  const own: LiveProcess[] = [];
  for (let i = 1; i <= PROCESSES; i++) {
    const { name, ...rest } = group;
    own.push(await startLive({ serverUrl: server.url, ...rest, instance: `${name}-${i}` }));
  }
  running.push(...own);
  return async () => {
    await Promise.all(own.map((one) => one.stop()));
    for (const one of own) running.splice(running.indexOf(one), 1);
  };
}

/** 1.0.0, the fault, its repair, and a restart of the repaired version, each replaced by the next. */
async function runDeploys(server: BenchServer, plan: LivePlan, running: LiveProcess[]) {
  const phases = [
    { version: '1.0.0', minutes: plan.deployMinutes, expected: 'first' },
    { version: '1.1.0', minutes: plan.deployMinutes, expected: 'more' },
    { version: '1.1.1', minutes: plan.deployMinutes, expected: 'less' },
    { version: '1.1.1', minutes: plan.restartMinutes, expected: 'no-change' },
  ];
  for (const [i, { version, minutes }] of phases.entries()) {
    print(`${clock()} ${version} starts, for ${minutes} minutes; load average ${load()}`);
    const group = { version, behaviour: version, rate: 50, passes: PASSES, name: `deploy-${i}` };
    const stop = await startGroup(server, group, running);
    await sleep(minutes * MINUTE_MS);
    await stop();
  }
  await sleep(MINUTE_MS); // A restart is known when the processes before it are surely gone.
  const answer = await ask<DeploysAnswer>(server, '/api/v1/deploys?from=now-2d');
  for (const deploy of [...answer.deploys].reverse()) print(deployLine(deploy));
  const { restarts, alarms } = answer.falseAlarms;
  print(`${restarts} restarts of an unchanged version judged, ${alarms} called more or less`);
  return answer;
}

function deployLine({ version, verdict, at }: Deploy): string {
  if (verdict === null) return `${version}: first`;
  const looks = verdict.looks.map(
    ({ minutes, state, at: seen }) =>
      `${minutes} min ${state} (${((seen - at) / MINUTE_MS).toFixed(1)} after start)`,
  );
  return `${version}: ${verdict.status} ${verdict.state}, ${verdict.origins[0]?.name ?? 'no origin'}; ${looks.join(', ')}`;
}

/** Batches of identical builds, and of one with a function that costs a tenth of a request more. */
async function runBatches(server: BenchServer, plan: LivePlan, running: LiveProcess[]) {
  const outcomes: { rate: number | null; kind: 'identical' | 'dearer'; answer: DiffAnswer }[] = [];
  for (const rate of plan.rates) {
    const same: string[] = [];
    const dearer: string[] = [];
    for (let batch = 0; batch < plan.batches; batch++) {
      for (const [list, passes] of [
        [same, PASSES],
        [dearer, DEARER_PASSES],
      ] as const) {
        const version = `${rate ?? 'closed'}-${passes}-${batch}`;
        print(`${clock()} batch ${version}; load average ${load()}`);
        const group = { version, behaviour: '1.0.0', rate, passes, name: version };
        const stop = await startGroup(server, group, running);
        await sleep((plan.keptMinutes + BEFORE_KEPT_MINUTES) * MINUTE_MS);
        await stop();
        list.push(version);
      }
    }
    const pairs = (lists: readonly [readonly string[], readonly string[]], apart: boolean) =>
      lists[0].flatMap((base, i) =>
        lists[1].filter((_, j) => (apart ? true : j > i)).map((head) => [base, head] as const),
      );
    for (const [base, head] of pairs([same, same], false)) {
      outcomes.push({ rate, kind: 'identical', answer: await diff(server, base, head) });
    }
    for (const [base, head] of pairs([same, dearer], true)) {
      outcomes.push({ rate, kind: 'dearer', answer: await diff(server, base, head) });
    }
  }
  for (const { rate, kind, answer } of outcomes) print(pairLine(rate, kind, answer));
  for (const kind of ['identical', 'dearer'] as const) printRates(kind, outcomes);
  return outcomes;
}

function pairLine(rate: number | null, kind: string, { base, head, verdict, origins }: DiffAnswer) {
  const { low, high } = verdict.effect;
  const interval = `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %`;
  return `${rate === null ? 'closed' : 'open'} ${kind}: ${base.name} and ${head.name}: ${verdict.state}, ${interval}, ${origins[0]?.name ?? '-'}`;
}

function printRates(
  kind: 'identical' | 'dearer',
  outcomes: readonly { readonly kind: string; readonly answer: DiffAnswer }[],
): void {
  const own = outcomes.filter((one) => one.kind === kind).map(({ answer }) => answer);
  if (own.length === 0) return;
  const share = (is: (answer: DiffAnswer) => boolean) => {
    const { rate, low, high } = rateOf(own.filter(is).length, own.length);
    return `${(100 * rate).toFixed(0)} % (${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)})`;
  };
  const changed = ({ verdict }: DiffAnswer) => verdict.state === 'more' || verdict.state === 'less';
  const lacking = share(({ verdict }) => verdict.state === 'not-enough-data');
  const found = ({ verdict }: DiffAnswer) => verdict.state === 'more';
  const first = share(({ origins }) => origins[0]?.name === 'weighBasket');
  print(
    kind === 'identical'
      ? `identical, ${own.length} pairs: alarms ${share(changed)}, too few ${lacking}`
      : `dearer, ${own.length} pairs: found ${share(found)}, weighBasket first ${first}, too few ${lacking}`,
  );
}

function diff(server: BenchServer, base: string, head: string): Promise<DiffAnswer> {
  const query = new URLSearchParams({
    service: SERVICE,
    environment: ENVIRONMENT,
    base: `version:${base}`,
    head: `version:${head}`,
  });
  return ask(server, `/api/v1/diff?${query}`);
}

async function ask<T>(server: BenchServer, path: string): Promise<T> {
  const response = await fetch(`${server.url}${path}`);
  if (!response.ok)
    throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function clock(): string {
  return new Date().toISOString().slice(11, 19);
}

function load(): string {
  return loadavg()[0]!.toFixed(1);
}
