import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createStorage, type Storage } from '../../server/src/storage/create-storage.ts';
import { stackLines, storageSettings } from '../support/server-storage.ts';
import { CPU } from '../support/server-upload.ts';

const FIXTURES = 'test/fixtures/data-dirs';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
// The directories grow old, and their rows must not.
const KEPT_MS = 20_000 * DAY_MS;
const EXPIRES_SECONDS = 4_102_444_800; // 2100, with as many digits as a time of now
const RETENTION = { rawMs: KEPT_MS, minuteMs: KEPT_MS, hourMs: KEPT_MS, spansMs: KEPT_MS };
const SUMS = {
  samples: 'sum(value)',
  samples_1m: 'sum(value)',
  samples_1h: 'sum(value)',
  windows: 'sum(value)',
  function_minutes: 'sum(self)',
};

const MICROS = 20_000; // four windows of 5 ms

let dir = '';
let storage: Storage | null = null;

afterEach(async () => {
  await storage?.close();
  storage = null;
  await rm(dir, { recursive: true });
});

async function openRecorded(name: string): Promise<Storage> {
  dir = await mkdtemp(join(tmpdir(), 'flamehouse-test-'));
  execFileSync('tar', ['-xzf', `${FIXTURES}/${name}.tar.gz`, '-C', dir]);
  await keepRows();
  storage = await createStorage({ ...storageSettings(dir), retention: RETENTION });
  return storage;
}

/** The engine removes what has expired as soon as it is open, before the retention of the test is applied. */
async function keepRows(): Promise<void> {
  const store = join(dir, 'clickhouse', 'store');
  for (const file of await readdir(store, { recursive: true })) {
    const path = join(store, file);
    if (file.endsWith('.sql')) await rewrite(path, /(?<=toIntervalSecond\()\d+/g, KEPT_MS / 1_000);
    if (file.endsWith('ttl.txt')) await rewrite(path, /\b\d{10}\b/g, EXPIRES_SECONDS);
  }
}

async function rewrite(path: string, number: RegExp, by: number): Promise<void> {
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replaceAll(number, String(by)));
}

test.each(['rows', 'folded'])(
  'a directory of an earlier server (%s) is brought up to date, and its spool counts once',
  async (name) => {
    const { engine, ingest, store, comparisons } = await openRecorded(name);
    await ingest.flush();
    expect(await readdir(join(dir, 'spool/segments'))).toEqual([]);
    const found: Record<string, number> = {};
    for (const [table, sum] of Object.entries(SUMS)) {
      const where = table === 'function_minutes' ? '' : `WHERE type = '${CPU}'`;
      const sql = `SELECT toUInt32(${sum}) FROM ${table} ${where}`;
      const [row] = await engine.rows<[number]>({ sql, values: {} });
      found[table] = row![0];
    }
    expect(found).toEqual(Object.fromEntries(Object.keys(SUMS).map((table) => [table, MICROS])));
    const [first] = await engine.rows<[number]>({
      sql: 'SELECT toUnixTimestamp(min(window_start)) FROM samples',
      values: {},
    });
    const from = first![0] * 1_000;
    const range = { from, to: from + HOUR_MS };
    const stacks = await store.selectStacks({ service: 'shop', type: CPU, range });
    expect(stackLines(stacks)).toEqual(['main;parse 12000', 'main;render;render 8000']);
    const side = { service: 'shop', range };
    const { cpu } = await comparisons.sumMinutes(side, await comparisons.listMinutes(side));
    expect(cpu.reduce((sum, { selfMicros }) => sum + selfMicros, 0)).toBe(MICROS);
  },
);
