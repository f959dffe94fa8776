import { setTimeout as sleep } from 'node:timers/promises';
import type { Deploy, DeploysAnswer, DeployVerdict } from '../../../proto/src/index.ts';
import { type BenchServer, queryStopped } from '../server-run.ts';
import { askJson } from './live-ask.ts';
import { PASSES } from './live-batches.ts';
import { startLive } from './live-service.ts';
import { Random } from './random.ts';

export interface DeploysPlan {
  readonly versions: readonly string[]; // one after the other; the last one is restarted at the end
  readonly minutes: number; // that each version runs: four more than it is to have kept
  readonly restartMinutes: number; // a restart settles as no-change at 15 kept minutes only
  readonly rate: number; // requests a second for each process
}

const ENVIRONMENT = 'bench';
const PROCESSES = 2;
const MINUTE_MS = 60_000;

/** Versions, such as the fault and its repair, and a restart of the last one, each replaced by the next. */
export async function runDeploys(
  server: BenchServer,
  plan: DeploysPlan,
  print: (line: string) => void,
): Promise<DeploysAnswer> {
  const phases = [
    ...plan.versions.map((version) => ({ version, minutes: plan.minutes })),
    { version: plan.versions.at(-1)!, minutes: plan.restartMinutes },
  ];
  for (const [i, { version, minutes }] of phases.entries()) {
    print(`${version} starts, for ${minutes} minutes`);
    const processes = await Promise.all(
      Array.from({ length: PROCESSES }, (_, one) =>
        startLive({
          serverUrl: server.url,
          environment: ENVIRONMENT,
          version,
          behaviour: version,
          instance: `deploy-${i}-${one}`,
          load: 'open',
          rate: plan.rate,
          passes: PASSES,
          random: new Random(1 + i * PROCESSES + one),
        }),
      ),
    );
    await sleep(minutes * MINUTE_MS);
    await Promise.all(processes.map((one) => one.stop()));
  }
  await sleep(MINUTE_MS); // A restart is known when the processes before it are surely gone.
  const answer = await askJson<DeploysAnswer>(
    server,
    `/api/v1/deploys?from=now-2d&environment=${ENVIRONMENT}`,
  );
  for (const deploy of [...answer.deploys].reverse()) print(lineOf(deploy));
  const { restarts, alarms } = answer.falseAlarms;
  print(`${restarts} restarts of an unchanged version judged, ${alarms} called more or less`);
  return answer;
}

/** Verdicts on restarts, which no answer lists, from the tables of a server that has stopped. */
export function restartLines(dataDir: string): string[] {
  const rows = queryStopped(
    dataDir,
    `SELECT version, toUnixTimestamp64Milli(at), judgement FROM deploy_entries FINAL
  INNER JOIN (SELECT id, argMax(judgement, verdict_version) AS judgement FROM deploy_verdicts GROUP BY id) AS v USING (id)
  WHERE kind = 'restart' ORDER BY at`,
  ) as [version: string, at: string, judgement: string][];
  return rows.map(([version, at, judgement]) => {
    const { verdict } = JSON.parse(judgement) as { verdict: DeployVerdict };
    return `restart of ${lineOf({ version, verdict, at: Number(at) })}: ${verdict.sentence}`;
  });
}

function lineOf({ version, verdict, at }: Pick<Deploy, 'version' | 'verdict' | 'at'>): string {
  if (verdict === null) return `${version}: first`;
  const looks = verdict.looks.map(
    ({ minutes, state, at: seen }) =>
      `${minutes} min ${state} (${((seen - at) / MINUTE_MS).toFixed(1)} after start)`,
  );
  return `${version}: ${verdict.status} ${verdict.state}, ${verdict.origins[0]?.name ?? 'no origin'}; ${looks.join(', ')}`;
}
