import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { DiffAnswer } from '../../../proto/src/index.ts';
import { BenchServer } from '../server-run.ts';
import { type Fleet, fillTables, readFleet } from './fill.ts';
import { type DiffParameters, printStages } from './stages.ts';

const BUDGET_MS = 1_000;

/** How long `GET /diff` takes over a day of a fleet. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      stages: { type: 'boolean', default: false },
      server: { type: 'string', default: 'server/dist/cli.js' },
      rounds: { type: 'string', default: '15' },
      'data-dir': { type: 'string' },
      out: { type: 'string', default: 'test/.artifacts/bench-compare.json' },
    },
  });
  const rounds = Number(values.rounds);
  const kept = values['data-dir'];
  const dataDir = kept ?? mkdtempSync(join(tmpdir(), 'flamehouse-bench-'));
  try {
    const fleet = readFleet(dataDir) ?? (await fill(values.server, dataDir, values.quick ? 3 : 24));
    const query = daysOf(fleet);
    if (values.stages) await printStages(dataDir, query, { rounds, print });
    const times = await askServer(values.server, dataDir, query, rounds);
    mkdirSync(join(values.out, '..'), { recursive: true });
    writeFileSync(values.out, JSON.stringify({ fleet, times }));
  } finally {
    if (kept === undefined) rmSync(dataDir, { recursive: true, force: true });
  }
}

/** A server makes its tables and stops; then they are filled behind its back. */
async function fill(cli: string, dataDir: string, hours: number): Promise<Fleet> {
  mkdirSync(dataDir, { recursive: true });
  const empty = await BenchServer.start(cli, [], dataDir);
  await empty.stop();
  const nowSeconds = Math.floor(Date.now() / 3_600_000) * 3_600;
  const fleet = { instances: 20, hours, functions: 500, endpoints: 8, stacks: 20_000, nowSeconds };
  fillTables(dataDir, fleet, print);
  return fleet;
}

function daysOf({ nowSeconds, hours }: Fleet): DiffParameters {
  const cut = (nowSeconds - hours * 3_600) * 1_000;
  const day = hours * 3_600_000;
  return {
    service: 'shop',
    base: `version:1.0.0@${cut - day}~${cut}`,
    head: `version:1.1.0@${cut}~${cut + day}`,
  };
}

async function askServer(cli: string, dataDir: string, query: DiffParameters, rounds: number) {
  const server = await BenchServer.start(cli, [], dataDir);
  try {
    const times: number[] = [];
    const cpuBefore = server.usage();
    let answer: DiffAnswer | null = null;
    for (let round = 0; round < rounds; round++) {
      const from = performance.now();
      // A range of its own for each round, or the server would answer again what it just did.
      const own = {
        ...query,
        head: query.head.replace(/\d+$/, (to) => String(Number(to) - round)),
      };
      const response = await fetch(`${server.url}/api/v1/diff?${new URLSearchParams({ ...own })}`);
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
    const used = server.usage();
    const perAnswer = (ms: number) => (ms / times.length).toFixed(0);
    print(
      `${perAnswer(used.cpuMs - cpuBefore.cpuMs)} ms of CPU an answer over all threads, ${perAnswer(used.mainMs - cpuBefore.mainMs)} of it the event loop`,
    );
    print(
      `first ${times[0]!.toFixed(0)} ms, then p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms; budget ${BUDGET_MS} ms; load average ${loadavg()[0]!.toFixed(1)}`,
    );
    return times;
  } finally {
    await server.stop();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
