import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchServer } from '../server-run.ts';
import { type BatchPlan, readRecording, recordBatches } from './live-batches.ts';
import { type DeploysPlan, restartLines, runDeploys } from './live-deploys.ts';
import { comparePairs, formatPairs } from './live-pairs.ts';
import { stopAll } from './live-service.ts';

export interface LivePlan {
  readonly parts: readonly ('deploys' | 'batches')[];
  readonly deploys: DeploysPlan;
  readonly batches: BatchPlan;
  /** Where the batches are recorded, outside git; recorded ones are compared again without running. */
  readonly directory: string;
  readonly recorded: boolean;
}

/** Real processes: deploys as the server judges them, and batches against each other, both at once. */
export async function runLive(plan: LivePlan, cli: string, out: string): Promise<void> {
  const parts = {
    deploys: () => runDeploysAndRead(cli, plan.deploys),
    batches: () => runPart(cli, join(plan.directory, 'data'), (server) => runBatches(server, plan)),
  };
  try {
    const results = await Promise.all(plan.parts.map((part) => parts[part]()));
    mkdirSync(join(out, '..'), { recursive: true });
    writeFileSync(out, JSON.stringify(results));
  } finally {
    await stopAll();
  }
}

async function runDeploysAndRead(cli: string, plan: DeploysPlan) {
  const directory = mkdtempSync(join(tmpdir(), 'flamehouse-bench-'));
  try {
    const answer = await runPart(cli, directory, (server) => runDeploys(server, plan, print));
    for (const line of restartLines(directory)) print(line);
    return answer;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A part has a server of its own. */
async function runPart<T>(
  cli: string,
  directory: string,
  run: (server: BenchServer) => Promise<T>,
): Promise<T> {
  mkdirSync(directory, { recursive: true });
  const server = await BenchServer.start(cli, [], directory);
  try {
    return await run(server);
  } finally {
    await server.stop();
  }
}

async function runBatches(server: BenchServer, plan: LivePlan) {
  const recording = plan.recorded
    ? readRecording(server.dataDir)
    : await recordBatches(server, plan.batches, print);
  const pairs = await comparePairs(server, recording);
  process.stdout.write(`${formatPairs(pairs)}\n`);
  print(
    `${recording.batches.length} batches of 4 processes, ${recording.plan.keptMinutes} kept minutes, ${recording.cores.toFixed(2)} cores while they ran`,
  );
  return pairs;
}

function print(line: string): void {
  const clock = new Date().toISOString().slice(11, 19);
  process.stdout.write(`${clock} ${line}; load average ${loadavg()[0]!.toFixed(1)}\n`);
}
