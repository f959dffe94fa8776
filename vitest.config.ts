import { defineConfig } from 'vitest/config';

// TZ and LC_ALL are pinned so that times and sort orders in goldens do not depend on the machine.
process.env['TZ'] = 'UTC';
process.env['LC_ALL'] = 'C';

/** One project per folder under test/. Those that need the real engine or a browser run one file at a time. */
const project = (name: string, options: { serial?: boolean; timeoutMs?: number } = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`, ...(name === 'unit' ? ['test/*.test.ts'] : [])],
    testTimeout: options.timeoutMs ?? 10_000,
    hookTimeout: options.timeoutMs ?? 10_000,
    fileParallelism: !options.serial,
    ...(options.serial ? { pool: 'forks' as const } : {}),
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit'),
      project('property', { timeoutMs: 30_000 }),
      project('golden'),
      project('contract', { serial: true, timeoutMs: 60_000 }),
      project('integration', { serial: true, timeoutMs: 120_000 }),
      project('e2e', { serial: true, timeoutMs: 180_000 }),
    ],
  },
});
