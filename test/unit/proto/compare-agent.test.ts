import { compare, learnHistory, type SideSums } from '@flamehouse/proto';
import { describe, expect, test } from 'vitest';
import { commonMode } from '../../../proto/src/compare/common-mode.ts';
import { standardise } from '../../../proto/src/compare/standardise.ts';
import { compareInput } from '../../support/compare-input.ts';

const AGENT = {
  packages: { takeHeap: '@flamehouse/agent' },
  kinds: { takeHeap: 'dependency' },
} as const;
const LIBRARY = { ...AGENT, packages: { takeHeap: 'heap-tools' } };
const STEADY = Array.from({ length: 30 }, (_, i) => `main;steady${i} 3000 3020 | 3010 2990`);
/** 4 % of the service, all of it gained in head. */
const BURST = ['main;takeHeap 1000 1010 | 5000 5050', ...STEADY].join('\n');

function compared(options: typeof AGENT | typeof LIBRARY) {
  const input = compareInput(BURST, options);
  const answer = compare(input);
  const func = input.functions.findIndex(({ name }) => name === 'takeHeap');
  return { answer, func, row: answer.functions.find((one) => one.func === func)! };
}

describe("the agent's own functions", () => {
  test('are shown without a test, and named by nobody', () => {
    const { answer, func, row } = compared(AGENT);
    expect(answer.origins.map((origin) => origin.func)).not.toContain(func);
    expect(row.self).toMatchObject({ p: null, low: null, flagged: false });
    expect(row.total).toMatchObject({ p: null, low: null, flagged: false });
    expect(row.total.effect).toBeGreaterThan(0.03);
    expect(answer.tested).toBe(compared(LIBRARY).answer.tested - 1);
  });

  test('the same change in any other package is named', () => {
    const { answer, func } = compared(LIBRARY);
    expect(answer.origins.map((origin) => origin.func)).toEqual([func]);
  });

  test('count in the totals as those of any other package', () => {
    const [agent, library] = [compared(AGENT), compared(LIBRARY)];
    expect(agent.answer.base).toEqual(library.answer.base);
    expect(agent.answer.head).toEqual(library.answer.head);
    expect(agent.row.total.baseTicks).toBe(2010);
  });

  test('say nothing about what moved all functions alike', () => {
    const weightOf = (options: typeof AGENT | typeof LIBRARY) => {
      const { functions, base, head } = compareInput(
        ['main;takeHeap 1000 1010 | 1010 1000', ...STEADY].join('\n'),
        options,
      );
      const data = standardise({ groups: [base, head], functions });
      const { weight, eligible } = commonMode(data, functions, new Set());
      const row = functions.findIndex(({ name }) => name === 'takeHeap');
      return [weight[row]!, eligible[row]!];
    };
    expect(weightOf(AGENT)).toEqual([0, 0]);
    expect(Math.min(...weightOf(LIBRARY))).toBeGreaterThan(0);
  });

  test('are no earlier name of a function of the application', () => {
    const pairsOf = (options: typeof AGENT | typeof LIBRARY) => {
      const input = compareInput(
        ['main;takeHeap 3000 3010 | 0 0', 'main;inspect 0 0 | 3010 3000', ...STEADY].join('\n'),
        { ...options, kinds: { takeHeap: 'dependency', inspect: 'dependency' } },
      );
      return compare(input).functions.filter(({ state }) => state === 'moved');
    };
    expect(pairsOf(AGENT)).toEqual([]);
    expect(pairsOf(LIBRARY)).toHaveLength(1);
  });

  test('do not make the noise of a service that its history shows', () => {
    const poolOf = (options: typeof AGENT | typeof LIBRARY) => {
      const windows = Array.from({ length: 12 }, (_, i) => {
        const ticks = i % 2 === 0 ? 80_000 : 120_000;
        const lines = [`main;takeHeap ${ticks} ${ticks} | 1 1`, 'main;work 100000 100000 | 1 1'];
        return compareInput(lines.join('\n'), options);
      });
      const sides: readonly SideSums[] = windows.map(({ base }) => base);
      return learnHistory(sides, windows[0]!.functions)!.self.pool;
    };
    expect(poolOf(AGENT)).toBeLessThan(poolOf(LIBRARY) / 10);
  });
});
