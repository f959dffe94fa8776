import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { main } from '../../server/src/cli/main.ts';
import { registerDeployMetrics } from '../../server/src/http/deploy-metrics.ts';
import { createMetrics } from '../../server/src/http/metrics.ts';
import { ROOT } from '../support/processes.ts';

const PAGES = ['canary-gate.md', 'deploys.md'] as const;

interface Block {
  readonly page: string;
  readonly text: string;
  readonly value: Record<string, unknown>;
}

const blocks: readonly Block[] = PAGES.flatMap((page) =>
  [...readFileSync(`${ROOT}docs/${page}`, 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(
    ([, text]) => ({ page, text: text!, value: parse(text!) }),
  ),
);

/** Every value below a key of this name, wherever it is. */
function valuesOf(name: string, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [
    ...(key === name ? [child] : []),
    ...valuesOf(name, child),
  ]);
}

describe('the YAML of the pages on gates and alerts', () => {
  test('is what each tool reads', () => {
    const kinds = blocks.map(({ value }) => value['kind'] ?? Object.keys(value).at(-1));
    expect(kinds).toEqual([
      'jobs',
      'canary',
      'Canary',
      'AnalysisTemplate',
      'AnalysisTemplate',
      'groups',
    ]);
    expect(valuesOf('type', blocks[2]!.value)).toEqual(['rollout', 'bash']);
    expect(valuesOf('jsonPath', blocks[4]!.value)).toEqual(['{$.deploys[0].verdict.state}']);
    expect(valuesOf('exit_codes', blocks[1]!.value)).toEqual([[3]]);
  });

  test('runs commands with options that there are', async () => {
    const [command] = valuesOf('command', blocks[3]!.value) as [string[]];
    const [args] = valuesOf('args', valuesOf('containers', blocks[3]!.value)[0]) as [string[]];
    let stderr = '';
    const code = await main([...command.slice(1), ...args, '--wait=0'], {
      env: { FLAMEHOUSE_SERVER_URL: 'http://127.0.0.1:9' },
      stdout: () => {},
      stderr: (text) => {
        stderr += text;
      },
    });
    expect(stderr).toContain('does not answer');
    expect(code).toBe(2);
  });

  test('alerts on metrics that there are', async () => {
    const { registry } = createMetrics();
    const nothing = { costs: [], functions: [], deploys: [], restarts: [] };
    registerDeployMetrics(registry, {
      current: () => nothing,
      webhookOutcomes: () => ({}),
    } as unknown as Parameters<typeof registerDeployMetrics>[1]);
    const known = (await registry.getMetricsAsJSON()).map(({ name }) => name);
    const text = readFileSync(`${ROOT}docs/deploys.md`, 'utf8');
    const named = text.match(/\bflamehouse_\w+/g)!;
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
    const own = known.filter((name) => /deploy|restart|webhook|flamehouse_\w*cpu/.test(name));
    expect(own.filter((name) => !text.includes(name.replace(/_(?:low|high)$/, '')))).toEqual([]);
  });
});
