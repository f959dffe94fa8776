import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { DiffAnswer } from '../../../proto/src/index.ts';
import { BenchServer } from '../server-run.ts';
import { fillTables } from './fill.ts';

const BUDGET_MS = 1_000;

/** How long `GET /diff` takes over a day of a fleet. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      server: { type: 'string', default: 'server/dist/cli.js' },
      rounds: { type: 'string', default: '15' },
      out: { type: 'string', default: 'test/.artifacts/bench-compare.json' },
    },
  });
  const nowSeconds = Math.floor(Date.now() / 3_600_000) * 3_600;
  const fleet = {
    instances: 20,
    hours: values.quick ? 3 : 24,
    functions: 500,
    endpoints: 8,
    stacks: 20_000,
    nowSeconds,
  };
  const empty = await BenchServer.start(values.server);
  await empty.stop();
  const started = performance.now();
  fillTables(empty.dataDir, fleet);
  print(`${seconds(started)} s to fill the tables; load average ${loadavg()[0]!.toFixed(1)}`);
  const server = await BenchServer.start(values.server, [], empty.dataDir);
  try {
    const cut = (nowSeconds - fleet.hours * 3_600) * 1_000;
    const day = fleet.hours * 3_600_000;
    const query = new URLSearchParams({
      service: 'shop',
      base: `version:1.0.0@${cut - day}~${cut}`,
      head: `version:1.1.0@${cut}~${cut + day}`,
    });
    const times: number[] = [];
    const cpuBefore = server.usage().cpuMs;
    let answer: DiffAnswer | null = null;
    for (let round = 0; round < Number(values.rounds); round++) {
      const from = performance.now();
      const response = await fetch(`${server.url}/api/v1/diff?${query}`);
      answer = (await response.json()) as DiffAnswer;
      times.push(performance.now() - from);
    }
    const { base, head, verdict, rows } = answer!;
    print(
      `${base.instances} and ${head.instances} instances, ${base.minutes} and ${head.minutes} kept minutes, ${rows} functions: ${verdict.state}`,
    );
    const warm = times.slice(1).sort((a, b) => a - b);
    const p50 = warm[Math.floor(warm.length / 2)]!;
    const p95 = warm[Math.floor(warm.length * 0.95)]!;
    const cpuMs = (server.usage().cpuMs - cpuBefore) / times.length;
    print(`${cpuMs.toFixed(0)} ms of CPU an answer, over all threads`);
    print(
      `first ${times[0]!.toFixed(0)} ms, then p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms; budget ${BUDGET_MS} ms; load average ${loadavg()[0]!.toFixed(1)}`,
    );
    mkdirSync(join(values.out, '..'), { recursive: true });
    writeFileSync(values.out, JSON.stringify({ fleet, times }));
  } finally {
    await server.stop();
    server.remove();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1_000).toFixed(0);
}

await main();
