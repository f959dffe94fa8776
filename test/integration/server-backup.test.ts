import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FlamegraphAnswer } from '../../proto/src/index.ts';
import { createStorage } from '../../server/src/storage/create-storage.ts';
import { startNode, waitFor } from '../support/processes.ts';
import {
  type FlamehouseProcess,
  getJson,
  startFlamehouse,
  temporaryDirectory,
} from '../support/server-process.ts';
import { sendUpload } from '../support/server-send.ts';
import { storageSettings } from '../support/server-storage.ts';
import { agentUpload } from '../support/server-upload.ts';

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

async function start(dir: string): Promise<FlamehouseProcess> {
  const dataDir = join(data.path, dir);
  server = await startFlamehouse({ dataDir, env: { FLAMEHOUSE_LOG: 'error' } });
  return server;
}

async function flamehouse(args: readonly string[], env: Record<string, string> = {}) {
  const command = startNode({ args: ['server/bin/flamehouse.js', ...args], env });
  const ended = () => command.child.exitCode;
  await expect.poll(ended, { timeout: 60_000 }).not.toBe(null);
  return { code: command.child.exitCode, output: command.output };
}

function newUpload(service: string) {
  return agentUpload({
    service,
    startMs: Date.now() - 60_000,
    cpu: 'main;parse | 1 0 2000000\nmain;render | 1 0 1000000 | endpoint=GET /a',
  });
}

const QUESTION = `service=shop&type=cpu&from=${Date.now() - 3_600_000}&to=${Date.now() + 3_600_000}`;

function ask(url: string): Promise<FlamegraphAnswer> {
  return getJson<FlamegraphAnswer>(`${url}/api/v1/flamegraph?${QUESTION}`);
}

test('a store that was backed up while it took uploads answers as before, with each upload once', async () => {
  const file = join(data.path, 'backup.tar');
  const { url, stop } = await start('first');
  for (let i = 0; i < 5; i++) expect(await sendUpload(url, newUpload('shop'))).toBe(true);
  const stored = async () => (await ask(url)).nodes.total[0];
  await expect.poll(stored, { timeout: 30_000 }).toBe(5 * MICROS_PER_UPLOAD);
  const before = await ask(url);

  let done = false;
  let others = 0;
  const senders = Array.from({ length: 4 }, async () => {
    for (; !done; await sleep(5)) if (await sendUpload(url, newUpload('other'))) others++;
  });
  await sleep(1_500); // Segments are sealed and inserted meanwhile.
  const acknowledged = others;
  const { code, output } = await flamehouse(['backup', file, '--server', url]);
  done = true;
  await Promise.all(senders);
  expect(output()).toContain('is written');
  expect(code).toBe(0);
  // The server removes its links after the last byte was sent, which the command need not wait for.
  const left = () => readdirSync(join(data.path, 'first/clickhouse/shadow'));
  await waitFor('links of the backup gone', () => left().join() === 'increment.txt' || undefined, {
    seen: () => left().join(),
  });
  expect(await stop()).toBe(0);

  const env = { FLAMEHOUSE_DATA_DIR: join(data.path, 'second') };
  const restored = await flamehouse(['restore', file], env);
  expect(restored.output()).toContain('is restored');
  const killed = join(env.FLAMEHOUSE_DATA_DIR, 'clickhouse/shadow/backup0123456789abcdef/store');
  mkdirSync(killed, { recursive: true });
  const second = await start('second');
  expect(existsSync(killed)).toBe(false);
  expect(await ask(second.url)).toEqual(before);
  expect(await second.stop()).toBe(0);

  const storage = await createStorage(storageSettings(env.FLAMEHOUSE_DATA_DIR));
  await storage.ingest.flush();
  const [sums] = await storage.engine.rows<(number | string)[]>({
    sql: `SELECT toUInt32((SELECT sum(value) FROM samples)), toUInt32((SELECT sum(value) FROM samples_1m)),
  toUInt32((SELECT sum(value) FROM samples_1h)), toUInt32((SELECT sum(self) FROM function_minutes)),
  toUInt32((SELECT sum(uploads) FROM instance_minutes)) * ${MICROS_PER_UPLOAD}`,
    values: {},
  });
  await storage.close();
  const uploads = sums!.map((sum) => Number(sum) / MICROS_PER_UPLOAD - 5);
  expect(new Set(uploads).size, String(uploads)).toBe(1);
  expect(uploads[0]).toBeGreaterThanOrEqual(acknowledged);
  expect(uploads[0]).toBeLessThanOrEqual(others);

  const again = await flamehouse(['restore', file], env);
  expect(again.code).toBe(2);
  expect(again.output()).toContain('holds a store already');
});

test.each([
  ['that was cut off', (file: string) => truncateSync(file, 3_000)],
  ['that is none', (file: string) => writeFileSync(file, 'x'.repeat(5_000))],
])('a backup %s is refused and leaves no store', async (_name, spoil) => {
  const file = join(data.path, 'backup.tar');
  const { url, stop } = await start('first');
  expect(await sendUpload(url, newUpload('shop'))).toBe(true);
  expect((await flamehouse(['backup', file, '--server', url])).code).toBe(0);
  expect(readFileSync(file).length).toBeGreaterThan(3_000);
  await stop();
  spoil(file);
  const env = { FLAMEHOUSE_DATA_DIR: join(data.path, 'second') };
  const { code, output } = await flamehouse(['restore', file], env);
  expect(output()).toContain('cannot be restored');
  expect(code).toBe(2);
  expect(existsSync(join(env.FLAMEHOUSE_DATA_DIR, 'clickhouse'))).toBe(false);
});
