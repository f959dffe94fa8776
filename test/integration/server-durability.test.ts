import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FunctionsAnswer } from '../../proto/src/index.ts';
import { createStorage, type Storage } from '../../server/src/storage/create-storage.ts';
import type { IncomingUpload } from '../../server/src/storage/profile-store.ts';
import { startNode } from '../support/processes.ts';
import {
  type FlamehouseProcess,
  getJson,
  startFlamehouse,
  temporaryDirectory,
} from '../support/server-process.ts';
import { sendUpload as send } from '../support/server-send.ts';
import { storageSettings } from '../support/server-storage.ts';
import { agentUpload } from '../support/server-upload.ts';

// `npm run test:crash` asks for more.
const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 10);
const ROUND_MS_MAX = 30_000;
const SENDERS = 8;
const MICROS_PER_UPLOAD = 3_000;

let data: ReturnType<typeof temporaryDirectory>;
let server: FlamehouseProcess | null = null;

beforeEach(() => {
  data = temporaryDirectory();
});
afterEach(async () => {
  await server?.stop();
  server = null;
  data.remove();
});

async function start(): Promise<FlamehouseProcess> {
  server = await startFlamehouse({ dataDir: data.path, env: { FLAMEHOUSE_LOG: 'error' } });
  return server;
}

function newUpload(number: number): IncomingUpload {
  return agentUpload({
    service: 'shop',
    startMs: Date.now() - 60_000,
    cpu: `main;parse | 1 0 2000000\nmain;render-${number % 7} | 1 0 1000000 | endpoint=GET /a`,
    meta: { instance: `i${number % 4}` },
  });
}

/** What every table with sums holds of the CPU that was sent. */
async function cpuInTables(): Promise<Record<string, number>> {
  const storage: Storage = await createStorage(storageSettings(data.path));
  try {
    await storage.ingest.flush();
    const tables: [name: string, sql: string][] = [
      ['samples', 'SELECT toUInt32(sum(value)) FROM samples'],
      ['samples_1m', 'SELECT toUInt32(sum(value)) FROM samples_1m'],
      ['samples_1h', 'SELECT toUInt32(sum(value)) FROM samples_1h'],
      ['function_minutes', 'SELECT toUInt32(sum(self)) FROM function_minutes'],
      ['windows', 'SELECT toUInt32(sum(value)) FROM windows'],
      [
        'instance_minutes',
        `SELECT toUInt32(sum(uploads)) * ${MICROS_PER_UPLOAD} FROM instance_minutes`,
      ],
    ];
    const found: Record<string, number> = {};
    for (const [name, sql] of tables) {
      const [row] = await storage.engine.rows<[number | string]>({ sql, values: {} });
      found[name] = Number(row![0]);
    }
    return found;
  } finally {
    await storage.close();
  }
}

describe('kill -9', () => {
  test(
    'at any moment loses no acknowledged upload and stores none twice',
    async () => {
      const all = new Set<IncomingUpload>();
      const acknowledged = new Set<string>();
      const waiting: IncomingUpload[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const { url, kill } = await start();
        let killed = false;
        const sender = async () => {
          while (!killed) {
            const upload = waiting.shift() ?? newUpload(all.size);
            all.add(upload);
            if (await send(url, upload)) acknowledged.add(upload.meta.uploadId);
            else waiting.push(upload);
            await sleep(2);
          }
        };
        const senders = Array.from({ length: SENDERS }, sender);
        // Segments are sealed every 0.8 s: the kills come before, while and after their inserts, 17 ms apart.
        await sleep(200 + ((round * 167) % 1_000));
        killed = true;
        await kill();
        await Promise.all(senders);
      }
      expect(acknowledged.size).toBeGreaterThan(10);

      // What was never acknowledged is sent again, as an agent does; it may or may not be stored already.
      const { url, stop } = await start();
      for (const upload of waiting) expect(await send(url, upload)).toBe(true);
      expect(await stop()).toBe(0);

      const expected = all.size * MICROS_PER_UPLOAD;
      expect(await cpuInTables()).toEqual({
        samples: expected,
        samples_1m: expected,
        samples_1h: expected,
        function_minutes: expected,
        windows: expected,
        instance_minutes: expected,
      });
      expect(readdirSync(join(data.path, 'spool/segments'))).toEqual([]);
    },
    ROUNDS * ROUND_MS_MAX,
  );

  test('does not keep the next server off its data', async () => {
    const first = await start();
    expect(await send(first.url, newUpload(0))).toBe(true);
    await first.kill();
    const second = await start();
    const total = async () => {
      const query = 'service=shop&type=cpu&from=now-1h&to=now';
      return (await getJson<FunctionsAnswer>(`${second.url}/api/v1/functions?${query}`)).total;
    };
    await expect.poll(total, { timeout: 30_000 }).toBe(MICROS_PER_UPLOAD);
  });
});

describe('a second server on the same directory', () => {
  test('is told which process has it, and leaves the first alone', async () => {
    const first = await start();
    const second = startNode({
      args: ['server/bin/flamehouse.js', 'serve'],
      env: { FLAMEHOUSE_PORT: '0', FLAMEHOUSE_DATA_DIR: data.path },
    });
    await expect.poll(() => second.child.exitCode, { timeout: 20_000 }).not.toBe(null);
    expect(second.child.exitCode).not.toBe(0);
    // What it printed may arrive after its end.
    const said = new RegExp(`is in use by process ${first.pid}[^]*FLAMEHOUSE_DATA_DIR`);
    await expect.poll(second.output, { timeout: 30_000 }).toMatch(said);
    expect(await send(first.url, newUpload(0))).toBe(true);
  });
});
