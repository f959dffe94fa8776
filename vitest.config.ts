import { defineConfig } from 'vitest/config';

// TZ and LC_ALL are pinned so that times and sort orders in goldens do not depend on the machine.
process.env['TZ'] = 'UTC';
process.env['LC_ALL'] = 'C';

interface ProjectOptions {
  readonly timeoutMs: number;
  /** Files at a time, where the real engine, browsers and other processes want the machine as well. */
  readonly maxWorkers?: number;
  /** What is started once, before the first of its files. */
  readonly globalSetup?: string;
}

/** One project for each folder under test/, run one after the other in this order. */
const project = (name: string, { timeoutMs, ...options }: ProjectOptions, order: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`, ...(name === 'unit' ? ['test/*.test.ts'] : [])],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    ...options,
    pool: 'forks' as const,
    sequence: { groupOrder: order },
  },
});

const projects: [name: string, options: ProjectOptions][] = [
  ['unit', { timeoutMs: 10_000 }],
  ['property', { timeoutMs: 60_000 }],
  ['golden', { timeoutMs: 10_000 }],
  ['contract', { timeoutMs: 60_000, maxWorkers: 2 }],
  ['integration', { timeoutMs: 120_000, maxWorkers: 2 }],
  ['e2e', { timeoutMs: 180_000, maxWorkers: 2, globalSetup: './test/support/browser-server.ts' }],
];

export default defineConfig({
  test: {
    reporters: ['default', './test/support/tally-reporter.ts'],
    projects: projects.map(([name, options], order) => project(name, options, order)),
  },
});
