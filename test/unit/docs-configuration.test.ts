import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readConfig as readAgentConfig } from '../../agent/src/config.ts';
import { agentVariables, exampleVariables, serverVariables } from '../support/known-variables.ts';
import { ROOT } from '../support/processes.ts';

const page = readFileSync(`${ROOT}docs/configuration.md`, 'utf8');

/** The text below a heading, up to the next of the same level. */
function section(heading: string): string {
  const [, after = ''] = page.split(`\n## ${heading}\n`);
  return after.split('\n## ')[0]!;
}

/** The variables that a section's tables explain, one row each. */
function explained(heading: string): string[] {
  return [...section(heading).matchAll(/^\| `([A-Z_]+)` +\|/gm)].map((match) => match[1]!).sort();
}

describe('docs/configuration.md', () => {
  test('explains each variable of the agent once, and no other', () => {
    expect(explained('Agent')).toEqual([...agentVariables()].sort());
  });

  test('explains each variable of the server once, and no other', () => {
    expect(explained('Server')).toEqual([...serverVariables()].sort());
  });

  test('names the variables of the example', () => {
    for (const name of exampleVariables())
      expect(section('Example service')).toContain(`\`${name}\``);
  });

  test('mentions no Flamehouse or ClickHouse variable that nothing reads', () => {
    const known = new Set([...agentVariables(), ...serverVariables()]);
    const mentioned = page.match(/\b(?:FLAMEHOUSE|CLICKHOUSE)_[A-Z_]+\b/g) ?? [];
    expect(mentioned.filter((name) => !known.has(name))).toEqual([]);
  });

  test.each([
    ['FLAMEHOUSE_SERVICE', 'service'],
    ['FLAMEHOUSE_VERSION', 'version'],
    ['FLAMEHOUSE_ENVIRONMENT', 'environment'],
    ['FLAMEHOUSE_INSTANCE', 'instance'],
  ] as const)('the fall-backs of %s are tried in the order of the page', (variable, field) => {
    const row = section('Agent')
      .split('\n')
      .find((line) => line.startsWith(`| \`${variable}\``))!;
    const names = [...row.split('|')[3]!.matchAll(/`([\w.]+)`/g)].map((match) => match[1]!);
    expect(names.length).toBeGreaterThan(0);
    for (const [place, name] of names.entries()) {
      const rest = names.slice(place).map((one) => [one, `by-${one}`] as const);
      const { config } = readAgentConfig({
        env: environmentOf(rest),
        entry: undefined,
        cwd: '/',
        hostName: 'host',
        pid: 1,
        workerId: 0,
      });
      expect(config[field]).toBe(`by-${name}`);
    }
  });
});

/** Names with a dot are resource attributes of OpenTelemetry, the others variables. */
function environmentOf(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const attributes = pairs.filter(([name]) => name.includes('.'));
  return {
    ...Object.fromEntries(pairs.filter(([name]) => !name.includes('.'))),
    OTEL_RESOURCE_ATTRIBUTES: attributes.map(([name, value]) => `${name}=${value}`).join(','),
  };
}
