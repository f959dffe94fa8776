import { defineConfig } from 'vitest/config';

// TZ and LC_ALL are pinned so that times and sort orders in goldens do not depend on the machine.
process.env['TZ'] = 'UTC';
process.env['LC_ALL'] = 'C';

interface ProjectOptions {
  readonly timeoutMs: number;
  /** One file at a time: the real engine and a browser want the machine for themselves. */
  readonly serial?: boolean;
  /** Attempts after the first, for tests of real processes on a machine that may do other work too. */
  readonly retry?: number;
}

/** One project for each folder under test/, run one after the other in this order. */
const project = (
  name: string,
  { timeoutMs, serial = false, retry = 0 }: ProjectOptions,
  order: number,
) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`, ...(name === 'unit' ? ['test/*.test.ts'] : [])],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    fileParallelism: !serial,
    retry,
    pool: 'forks' as const,
    sequence: { groupOrder: order },
  },
});

const projects: [name: string, options: ProjectOptions][] = [
  ['unit', { timeoutMs: 10_000 }],
  ['property', { timeoutMs: 60_000 }],
  ['golden', { timeoutMs: 10_000 }],
  ['contract', { timeoutMs: 60_000, serial: true }],
  ['integration', { timeoutMs: 120_000, serial: true, retry: 1 }],
  ['e2e', { timeoutMs: 180_000, serial: true, retry: 1 }],
];

export default defineConfig({
  test: {
    reporters: ['default', './test/support/tally-reporter.ts'],
    projects: projects.map(([name, options], order) => project(name, options, order)),
  },
});
