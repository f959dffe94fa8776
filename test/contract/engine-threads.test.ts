import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestStorage, type TestStorage } from '../support/server-storage.ts';

let storage: TestStorage;
beforeAll(async () => {
  storage = await openTestStorage();
});
afterAll(() => storage.close());

/** Priorities of this process's threads, where the system tells them. */
function priorities(): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/task').flatMap((thread) => {
    try {
      return [getPriority(Number(thread))];
    } catch {
      return []; // It has ended.
    }
  });
}

test('threads of the engine give way to the event loop, which stays as important as it was', async () => {
  const own = getPriority();
  const sql = 'SELECT toFloat64(sum(number)) FROM numbers_mt(10000000)';
  await storage.engine.rows({ sql, values: {} });
  const least = process.platform === 'linux' ? Math.min(19, own + 5) : own;
  expect(Math.max(own, ...priorities())).toBe(least);
  expect(getPriority()).toBe(own);
});
