import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { BenchServer } from '../server-run.ts';
import { type BatchPlan, readRecording, recordBatches } from './live-batches.ts';
import { type DeploysPlan, runDeploys } from './live-deploys.ts';
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
    deploys: () => runPart(cli, undefined, (server) => runDeploys(server, plan.deploys, print)),
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

/** A part has a server of its own; one without a directory to keep loses its data. */
async function runPart<T>(
  cli: string,
  directory: string | undefined,
  run: (server: BenchServer) => Promise<T>,
): Promise<T> {
  if (directory !== undefined) mkdirSync(directory, { recursive: true });
  const server = await BenchServer.start(cli, [], directory);
  try {
    return await run(server);
  } finally {
    await server.stop();
    if (directory === undefined) server.remove();
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
