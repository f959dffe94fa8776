import { setTimeout as sleep } from 'node:timers/promises';
import type { Deploy, DeploysAnswer } from '../../../proto/src/index.ts';
import type { BenchServer } from '../server-run.ts';
import { askJson } from './live-ask.ts';
import { PASSES } from './live-batches.ts';
import { startLive } from './live-service.ts';
import { Random } from './random.ts';

export interface DeploysPlan {
  readonly minutes: number; // that each version runs: four more than it is to have kept
  readonly restartMinutes: number; // a restart settles as no-change at 15 kept minutes only
  readonly rate: number; // requests a second for each process
}

const ENVIRONMENT = 'bench';
const PROCESSES = 2;
const MINUTE_MS = 60_000;

/** 1.0.0, the fault, its repair, and a restart of the repaired version, each replaced by the next. */
export async function runDeploys(
  server: BenchServer,
  plan: DeploysPlan,
  print: (line: string) => void,
): Promise<DeploysAnswer> {
  const phases = [
    { version: '1.0.0', minutes: plan.minutes },
    { version: '1.1.0', minutes: plan.minutes },
    { version: '1.1.1', minutes: plan.minutes },
    { version: '1.1.1', minutes: plan.restartMinutes },
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
