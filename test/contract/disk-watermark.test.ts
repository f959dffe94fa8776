import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createStorage, type Storage } from '../../server/src/storage/create-storage.ts';
import { stackLines, storageSettings } from '../support/server-storage.ts';
import { agentUpload, CPU } from '../support/server-upload.ts';

const DAY_MS = 24 * 3_600_000;
const MIN_BYTES = 2 ** 20; // of storageSettings
const noon = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2; // of yesterday

let dataDir: string;
let storage: Storage | null = null;
let logged: string[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'flamehouse-test-'));
  logged = [];
});
afterEach(async () => {
  await storage?.close();
  storage = null;
  await rm(dataDir, { recursive: true });
});

/** `freeBytes` are what the disk says, one after the other; the last one stays. */
async function open(freeBytes: readonly number[]): Promise<Storage> {
  const left = [...freeBytes];
  storage = await createStorage(storageSettings(dataDir), {
    log: { info: () => {}, error: (_fields, message) => logged.push(message) },
    freeBytes: async () => (left.length > 1 ? left.shift()! : left[0]!),
  });
  return storage;
}

async function close(): Promise<void> {
  await storage?.close();
  storage = null;
}

/** Instances of raw windows, oldest first; each has a day of its own. */
async function days(): Promise<string[]> {
  const rows = await storage!.engine.rows<[string]>({
    sql: 'SELECT instance FROM windows GROUP BY instance ORDER BY min(window_start)',
    values: {},
  });
  return rows.map(([instance]) => instance);
}

async function stacksAgo(daysAgo: number) {
  const from = noon - daysAgo * DAY_MS;
  const range = { from, to: from + 60_000 };
  const answer = await storage!.store.selectStacks({ service: 'shop', type: CPU, range });
  return { tier: answer.tier, lines: stackLines(answer) };
}

test('a disk that is nearly full loses its oldest raw days, not their sums, and the server says so', async () => {
  const { ingest } = await open([10 * MIN_BYTES]);
  for (const daysAgo of [3, 2, 1, 0]) {
    const startMs = noon - daysAgo * DAY_MS;
    const meta = { instance: `${daysAgo} days ago` };
    await ingest.accept({
      ...agentUpload({ service: 'shop', startMs, cpu: 'main | 1 0 2000000', meta }),
      receivedAtMs: Date.now(),
    });
  }
  await ingest.flush();
  expect(await days()).toEqual(['3 days ago', '2 days ago', '1 days ago', '0 days ago']);
  await close();

  await open([MIN_BYTES, MIN_BYTES, 2 * MIN_BYTES]);
  expect(await days()).toEqual(['1 days ago', '0 days ago']);
  expect(logged).toHaveLength(2);
  expect(logged[0]).toContain('raw rows of a day were removed');
  expect(await stacksAgo(3)).toEqual({ tier: 'minute', lines: ['main 2000'] });
  expect(await stacksAgo(1)).toEqual({ tier: 'raw', lines: ['main 2000'] });
  await close();

  await open([10 * MIN_BYTES]);
  const { retention } = await storage!.store.describe();
  // Raw rows begin with yesterday.
  const sinceMs = Date.now() - retention.rawMs;
  expect(Math.abs(sinceMs - (Math.floor(noon / DAY_MS) - 1) * DAY_MS)).toBeLessThan(60_000);
  expect(await stacksAgo(2)).toEqual({ tier: 'minute', lines: ['main 2000'] });
});

test('the newest day stays, whatever the disk says', async () => {
  const { ingest } = await open([10 * MIN_BYTES]);
  const upload = agentUpload({ service: 'shop', startMs: noon, cpu: 'main | 1 0 2000000' });
  await ingest.accept({ ...upload, receivedAtMs: Date.now() });
  await ingest.flush();
  await close();

  await open([MIN_BYTES]);
  expect(await days()).toEqual(['one']);
  expect(logged).toEqual(['the disk is nearly full and no raw day can be removed']);
});
