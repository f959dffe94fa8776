import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createStorage, type Storage } from '../../../server/src/storage/create-storage.ts';
import { storageSettings } from '../../support/server-storage.ts';
import { UploadMix } from '../ingest/mix.ts';
import { readRecorded, serviceStacks } from '../ingest/recorded.ts';
import { BenchServer } from '../server-run.ts';
import { Random } from '../verdict/random.ts';
import {
  type Fleet,
  fillDaysBefore,
  fillHour,
  fillMinutes,
  insertSeries,
  insertStacks,
} from './dataset.ts';
import { measureFootprint } from './footprint.ts';
import { bytesOf, measureLayouts } from './layouts.ts';
import { askAll, askUnderIngest, endOfRows } from './questions.ts';
import { print, type Results, TABLES } from './report.ts';
import { fillPrefixNodes, measureTrees } from './trees.ts';

const PARTS = ['layouts', 'trees', 'questions', 'footprint'] as const;
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    part: { type: 'string', multiple: true, default: [...PARTS] },
    instances: { type: 'string' },
    hours: { type: 'string', default: '24' },
    'layout-hours': { type: 'string' },
    runs: { type: 'string' },
    question: { type: 'string' },
    'data-dir': { type: 'string' },
    readers: { type: 'string', default: '1' },
    'only-ingesting': { type: 'boolean', default: false },
    server: { type: 'string', default: 'server/dist/cli.js' },
    out: { type: 'string', default: 'test/.artifacts/bench-store.json' },
  },
});
const { quick } = values;
const instances = Number(values.instances ?? (quick ? 2 : 20));
const hours = Number(values.hours);
const runs = Number(values.runs ?? (quick ? 5 : 20));
const stacks = quick ? 5_000 : 20_000;
const HOUR_MS = 3_600_000;
// People do not ask for whole hours, which would all come from their sums.
const BEFORE_END_MS = 20 * 60_000 + 34_000;
const RANGES: readonly [string, number][] = [
  ['1 h', HOUR_MS],
  ['24 h', 24 * HOUR_MS],
  ['30 d', 30 * 24 * HOUR_MS],
];

const toMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const fleet: Fleet = {
  service: 'shop',
  instances,
  fromSeconds: toMs / 1_000 - hours * 3_600,
  hours,
};
const recorded = readRecorded();
const report: Record<string, unknown> = { command: process.argv.slice(2), loadAverage: loadavg() };
const wanted = (part: (typeof PARTS)[number]) => values.part.includes(part);

const dataDir = values['data-dir'] ?? mkdtempSync(join(tmpdir(), 'flamehouse-bench-'));
try {
  if (!existsSync(join(dataDir, 'clickhouse'))) {
    const storage = await createStorage(storageSettings(dataDir));
    try {
      await fillAndCompare(storage);
    } finally {
      await storage.close();
    }
  }
  if (wanted('questions')) await measureQuestions();
  if (wanted('footprint')) await footprint();
} finally {
  if (values['data-dir'] === undefined) rmSync(dataDir, { recursive: true, force: true });
}
mkdirSync(dirname(values.out), { recursive: true });
writeFileSync(values.out, `${JSON.stringify(report, mapToObject, 2)}\n`);

/** Layouts are compared on the first hours, before the others make everything slower. */
async function fillAndCompare(storage: Storage): Promise<void> {
  const { engine } = storage;
  const random = new Random(1);
  const own = serviceStacks(recorded, { service: fleet.service, count: stacks, random });
  await insertStacks(engine, fleet.service, own);
  await insertSeries(engine, fleet);
  const layoutHours = Number(values['layout-hours'] ?? (quick ? 3 : 6));
  for (let hour = hours - 1; hour >= 0; hour--) {
    await fillHour(engine, fleet, { hour, stacks: own.length, recorded });
    if (hours - hour !== layoutHours || !wanted('layouts')) continue;
    show('layouts', await measureLayouts(engine, fleet.service, { runs: Math.min(runs, 7) }));
    if (!wanted('trees') && !wanted('questions')) return;
  }
  await fillMinutes(engine, fleet, 2);
  await fillDaysBefore(engine, 30);
  for (const table of ['samples', 'samples_1m', 'samples_1h']) {
    await engine.command(`ALTER TABLE ${table} MODIFY SETTING min_bytes_for_wide_part = 0`);
    await engine.command(`OPTIMIZE TABLE ${table} FINAL`);
    // Parts of uploads that arrive later are small, and in no other store wide: one or two files for each column.
    await engine.command(`ALTER TABLE ${table} RESET SETTING min_bytes_for_wide_part`);
  }
  show('rows', [{ name: 'samples', ...(await bytesOf(engine, 'samples')) }]);
  if (!wanted('trees')) return;
  await fillPrefixNodes(engine, fleet.service);
  show(
    'trees',
    await measureTrees(storage, fleet.service, { toMs, ranges: RANGES.slice(0, 2), runs }),
  );
}

async function measureQuestions(): Promise<void> {
  const server = await BenchServer.start(resolve(values.server), [], dataDir);
  try {
    const toMs = (await endOfRows(server, fleet.service)) - BEFORE_END_MS;
    const only = values.question === undefined ? {} : { only: values.question };
    const ask = () =>
      askAll(server, { service: fleet.service, ranges: RANGES, toMs, runs, ...only });
    const idle = values['only-ingesting'] ? null : await ask();
    const askAtOnce = async () => {
      const asked = Array.from({ length: Number(values.readers) }, ask);
      return (await Promise.all(asked))[0]!;
    };
    const mix = new UploadMix({ services: 2, instances: 5, stacks: 2_000, seed: 1 });
    const { questions, ingested } = await askUnderIngest(server, mix, 100, askAtOnce);
    show('questions', { idle, ingesting: questions, ingested });
  } finally {
    await server.stop();
  }
}

async function footprint(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'flamehouse-bench-'));
  const storage = await createStorage(storageSettings(dir));
  try {
    const size = quick ? { instances: 2, windows: 120 } : { instances: 5, windows: 240 };
    show(
      'footprint',
      await measureFootprint(storage, { ...size, stacks, toMs: Date.now(), seed: 2 }),
    );
  } finally {
    await storage.close();
    rmSync(dir, { recursive: true });
  }
}

function show<Part extends keyof Results>(part: Part, result: Results[Part]): void {
  report[part] = result;
  print(TABLES[part](result));
}

function mapToObject(_key: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}
