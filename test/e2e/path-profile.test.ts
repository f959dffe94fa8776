import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FunctionsAnswer } from '../../proto/src/api.ts';
import { driveCheckout } from '../support/checkout-load.ts';
import {
  type RunningCheckout,
  type RunningServer,
  readCpuMicros,
  startProfiledCheckout,
  startServer,
  waitFor,
} from '../support/processes.ts';

let dataDir: string;
let server: RunningServer;
let checkout: RunningCheckout;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'flamehouse-path-'));
  server = await startServer({ dataDir });
  checkout = await startProfiledCheckout({ version: '1.1.0', serverUrl: server.url });
});

afterAll(async () => {
  await checkout.stop();
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function askFunctions(query: Record<string, string>): Promise<FunctionsAnswer> {
  const parameters = new URLSearchParams({ service: 'checkout', type: 'cpu', ...query });
  const response = await fetch(`${server.url}/api/v1/functions?${parameters}`);
  expect(response.status, await response.clone().text()).toBe(200);
  return response.json() as Promise<FunctionsAnswer>;
}

test('the CPU of a process reaches the table of functions, whole and by name', async () => {
  await driveCheckout(checkout.url, 600);

  // An idle process uses hardly any CPU, so the last windows bring the table up to the clock.
  let totalMicros = 0;
  let clockMicros = 0;
  await waitFor(
    'CPU total that agrees with the clock of the process',
    async () => {
      totalMicros = (await askFunctions({ version: '1.1.0' })).total;
      clockMicros = await readCpuMicros(checkout);
      return Math.abs(totalMicros / clockMicros - 1) < 0.03 ? true : undefined;
    },
    { intervalMs: 500, seen: () => `${totalMicros} of ${clockMicros} µs\n${checkout.output()}` },
  );

  const found = await askFunctions({ version: '1.1.0', search: 'deserializeConfig' });
  expect(found.functions.name).toEqual(['deserializeConfig']);
  expect(found.functions.kind).toEqual(['user']);
  expect(found.functions.file).toEqual(['src/pricing/deserialize-config.js']);
  expect(found.functions.total[0]! / totalMicros).toBeGreaterThan(0.05);
  expect((await askFunctions({ version: '1.0.0' })).total).toBe(0);
});
