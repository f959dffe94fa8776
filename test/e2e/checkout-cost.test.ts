import { afterAll, beforeAll, expect, test } from 'vitest';
import { driveCheckout } from '../support/checkout-load.ts';
import { type RunningCheckout, readCpuMicros, startCheckout } from '../support/processes.ts';

const VERSIONS = ['1.0.0', '1.1.0', '1.1.1'];

/** Enough for the hot functions to be compiled. */
const WARM_UP_SEARCHES = 120;

/** The versions take turns, so that a busy machine burdens all of them alike. */
const ROUNDS = 10;
const SEARCHES_PER_ROUND = 24;

const services: RunningCheckout[] = [];

beforeAll(async () => {
  for (const version of VERSIONS) {
    const nodeArgs = ['--require', './test/support/cpu-clock.cjs'];
    services.push(await startCheckout({ version, nodeArgs, ipc: true }));
  }
});

afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
});

test('1.1.0 costs at least 30 % more CPU per request, and 1.1.1 repairs it', async () => {
  for (const service of services) await driveCheckout(service.url, WARM_UP_SEARCHES);
  const cpuMicros = services.map(() => 0); // service -> CPU over all rounds
  for (let round = 0; round < ROUNDS; round++) {
    for (const [row, service] of services.entries()) {
      const before = await readCpuMicros(service);
      await driveCheckout(service.url, SEARCHES_PER_ROUND);
      cpuMicros[row]! += (await readCpuMicros(service)) - before;
    }
  }
  const [sound, faulty, repaired] = cpuMicros as [number, number, number];
  expect(faulty / sound, `CPU ${cpuMicros}`).toBeGreaterThan(1.3);
  expect(repaired / sound, `CPU ${cpuMicros}`).toBeLessThan(1.15);
});
