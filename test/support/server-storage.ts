import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStorage, type Storage } from '../../server/src/storage/create-storage.ts';
import type { SelectedStacks } from '../../server/src/storage/profile-store.ts';

const DAY_MS = 24 * 3_600_000;

export const RETENTION = {
  rawMs: 7 * DAY_MS,
  minuteMs: 30 * DAY_MS,
  hourMs: 400 * DAY_MS,
  spansMs: 3 * DAY_MS,
};

export type StorageSettings = Parameters<typeof createStorage>[0];

/** Settings for a directory of its own on the embedded engine, or a database of its own on a server. */
export function storageSettings(dataDir: string, url: string | null = null): StorageSettings {
  const server = url === null ? null : new URL(url);
  return {
    dataDir,
    clickHouse: {
      url: server === null ? null : server.origin,
      user: server?.username || 'default',
      password: server?.password ?? '',
      database: server === null ? 'flamehouse' : `flamehouse_test_${process.pid}_${Date.now()}`,
    },
    retention: RETENTION,
    spoolBytesMax: 2 ** 30,
    diskBytesMin: 2 ** 20,
  };
}

export interface TestStorage extends Storage {
  readonly settings: StorageSettings;
}

/** Open storage in a new directory, which `close` removes. */
export async function openTestStorage(url: string | null = null): Promise<TestStorage> {
  const dataDir = await mkdtemp(join(tmpdir(), 'flamehouse-test-'));
  const settings = storageSettings(dataDir, url);
  // Nothing the store complains about may go unseen in a test.
  const log = {
    info: () => {},
    error: (fields: object, text: string) => console.error(text, fields),
  };
  const storage = await createStorage(settings, { log });
  return {
    ...storage,
    settings,
    async close() {
      if (url !== null)
        await storage.engine.command(`DROP DATABASE ${settings.clickHouse.database}`);
      await storage.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** Stacks as text, heaviest first: `main;parse 30000`. */
export function stackLines({ frames, stacks, values }: SelectedStacks): string[] {
  return [...stacks]
    .map((stack, row) => ({
      text: Array.from(stack, (frame) => frames.name[frame]!).join(';'),
      value: values[row]!,
    }))
    .sort((a, b) => b.value - a.value || (a.text < b.text ? -1 : 1))
    .map(({ text, value }) => `${text} ${value}`);
}

export function totalOf({ values }: SelectedStacks): number {
  return values.reduce((sum, value) => sum + value, 0);
}
