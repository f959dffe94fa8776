import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
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
  storage = await createStorage({ ...storageSettings(dir), retention: RETENTION });
  return storage;
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
