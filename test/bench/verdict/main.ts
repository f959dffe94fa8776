import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { LOOKS } from '../../../proto/src/compare/index.ts';
import { type LivePlan, runLive } from './live.ts';
import { IDENTICAL, PLANTED, REPEATED, type Scenario } from './scenarios.ts';
import { formatTable, identicalTable, looksTable, type Outcomes, plantedTable } from './tables.ts';
import { judgeTrial, makeTrial, type Outcome } from './trial.ts';

/** Simulated comparisons of one scenario with successive seeds, done by one worker. */
interface Batch {
  readonly scenario: Scenario;
  readonly looks: boolean;
  readonly seeds: readonly number[];
}

interface BatchResult {
  readonly withHistory: Outcome[][];
  readonly without: Outcome[][];
}

const BATCH = 10;
const PARTS: LivePlan['parts'] = ['deploys', 'batches'];

function runBatch({ scenario, looks, seeds }: Batch): BatchResult {
  const cuts = looks ? LOOKS.map(({ minutes }) => minutes) : [scenario.minutes];
  const trials = seeds.map((seed) => makeTrial(scenario, seed, cuts));
  return {
    withHistory: trials.map((trial) => judgeTrial(trial, true)),
    without: looks ? [] : trials.map((trial) => judgeTrial(trial, false)),
  };
}

/** One table: its scenarios, each `n` times. */
async function runAll(
  pool: readonly Worker[],
  scenarios: readonly Scenario[],
  { n, seed, looks = false }: { n: number; seed: number; looks?: boolean },
): Promise<Outcomes[]> {
  const batches = scenarios.flatMap((scenario) =>
    Array.from({ length: Math.ceil(n / BATCH) }, (_, i): Batch => {
      const size = Math.min(BATCH, n - i * BATCH);
      return {
        scenario,
        looks,
        seeds: Array.from({ length: size }, (__, j) => seed + i * BATCH + j),
      };
    }),
  );
  const results: BatchResult[] = [];
  let next = 0;
  const work = async (worker: Worker) => {
    for (let at = next++; at < batches.length; at = next++) {
      results[at] = await ask(worker, batches[at]!);
    }
  };
  await Promise.all(pool.map(work));
  return scenarios.map((scenario) => {
    const own = results.filter((_, i) => batches[i]!.scenario === scenario);
    return {
      scenario,
      withHistory: own.flatMap(({ withHistory }) => withHistory),
      without: own.flatMap(({ without }) => without),
    };
  });
}

function ask(worker: Worker, batch: Batch): Promise<BatchResult> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (result: BatchResult) => {
      worker.off('error', reject);
      resolve(result);
    });
    worker.postMessage(batch);
  });
}

interface LiveValues {
  readonly [name: string]: string | boolean | undefined;
}

function livePlan(values: LiveValues): LivePlan {
  const { quick } = values;
  const number = (name: string) => Number(values[name]);
  const rate = number('rate');
  return {
    parts: PARTS.filter((part) => values['part'] === undefined || values['part'] === part),
    deploys: {
      versions: String(values['versions']).split(','),
      minutes: quick ? 6 : number('deploy-minutes'),
      restartMinutes: quick ? 6 : 20,
      rate,
    },
    batches: {
      identical: quick ? 2 : number('batches'),
      dearer: quick ? 1 : number('dearer'),
      keptMinutes: number('kept'),
      minutes: quick ? 0 : number('minutes'),
      rate,
      seed: number('seed'),
    },
    directory: String(values['record']),
    recorded: values['recorded'] === true,
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      identical: { type: 'string' },
      planted: { type: 'string' },
      looks: { type: 'string' },
      only: { type: 'string', default: '' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: String(availableParallelism()) },
      live: { type: 'boolean', default: false },
      part: { type: 'string' },
      batches: { type: 'string', default: '10' },
      dearer: { type: 'string', default: '6' },
      versions: { type: 'string', default: '1.0.0,1.1.0,1.1.1' },
      'deploy-minutes': { type: 'string', default: '14' },
      kept: { type: 'string', default: '2' },
      minutes: { type: 'string', default: '60' },
      rate: { type: 'string', default: '15' },
      record: { type: 'string', default: 'test/.artifacts/live-batches' },
      recorded: { type: 'boolean', default: false },
      server: { type: 'string', default: 'server/dist/cli.js' },
      out: { type: 'string', default: 'test/.artifacts/bench-verdict.json' },
    },
  });
  if (values.live) return runLive(livePlan(values), values.server, values.out);
  const count = (given: string | undefined, full: number, quick: number) =>
    Number(given ?? (values.quick ? quick : full));
  const started = performance.now();
  const pool = Array.from(
    { length: Number(values.workers) },
    () => new Worker(new URL(import.meta.url)),
  );
  const seed = Number(values.seed);
  const tables = [
    { scenarios: IDENTICAL, n: count(values.identical, 400, 20), table: identicalTable },
    { scenarios: PLANTED, n: count(values.planted, 200, 15), table: plantedTable },
    { scenarios: REPEATED, n: count(values.looks, 100, 10), table: looksTable, looks: true },
  ];
  const all: Outcomes[][] = [];
  for (const { scenarios, n, table, looks = false } of tables) {
    const chosen = scenarios.filter(({ name }) => name.includes(values.only));
    if (n === 0 || chosen.length === 0) continue;
    const outcomes = await runAll(pool, chosen, { n, seed, looks });
    process.stdout.write(`${formatTable(table(outcomes))}\n\n`);
    all.push(outcomes);
  }
  await Promise.all(pool.map((worker) => worker.terminate()));
  mkdirSync(join(values.out, '..'), { recursive: true });
  writeFileSync(values.out, JSON.stringify({ seed, tables: all }));
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  process.stdout.write(`${seconds} s; every outcome in ${values.out}\n`);
}

if (isMainThread) await main();
else parentPort!.on('message', (batch: Batch) => parentPort!.postMessage(runBatch(batch)));
