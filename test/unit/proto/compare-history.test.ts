import { compare, learnHistory, type SideSums } from '@flamehouse/proto';
import { describe, expect, test } from 'vitest';
import { timeVariance } from '../../../proto/src/compare/history.ts';
import { compareInput } from '../../support/compare-input.ts';

const NAMES = Array.from({ length: 20 }, (_, i) => `f${i}`);

/** A window in which every function takes 100,000 ticks, apart from those given. */
function windowOf(ticks: Readonly<Record<string, number>> = {}) {
  const count = (name: string) => ticks[name] ?? 100_000;
  const input = compareInput(
    NAMES.map((name) => `main;${name} ${count(name)} ${count(name)} | 1 1`).join('\n'),
  );
  return { side: input.base, functions: input.functions };
}

function learn(sides: readonly SideSums[]) {
  return learnHistory(sides, windowOf().functions);
}

describe('learnHistory', () => {
  const quiet = Array.from({ length: 12 }, () => windowOf().side);

  test('needs six windows', () => {
    expect(learn(quiet.slice(0, 5))).toBeNull();
    expect(learn(quiet.slice(0, 6))?.windows).toBe(6);
  });

  test('a service that never moved has the smallest noise', () => {
    const history = learn(quiet)!;
    expect(history.self.pool).toBeCloseTo(0.005 ** 2, 12);
    // Eleven quiet differences and two of the default: 2 · 0.06² / 13.
    expect(history.commonVariance).toBeCloseTo((2 * 0.06 ** 2) / 13, 9);
  });

  test('a function that wandered gets its own noise', () => {
    const sides = Array.from(
      { length: 12 },
      (_, i) => windowOf({ f3: i % 2 ? 90_000 : 110_000 }).side,
    );
    const history = learn(sides)!;
    // Variance of ±10 % with n - 1: 12/11 · 0.01, less 1 / 200,000 of counting, eleven parts of 17;
    // the common mode takes a twentieth of it along.
    const own = (12 / 11) * 0.01 - 0.000005;
    expect(history.self.byFunction.get('f3')).toBeCloseTo((6 * 0.005 ** 2 + 11 * own) / 17, 3);
    expect(history.self.byFunction.get('f4')).toBeLessThan(0.0001);
  });

  test('what was never seen takes the pool, the collector and the kernel their own', () => {
    const { self } = learn(quiet)!;
    const func = { id: 'unseen', name: 'unseen', file: '', kind: 'user' as const };
    const usual = { left: 1, windows: 12 };
    expect(timeVariance(self, func, usual)).toBe(self.pool);
    expect(timeVariance(self, { ...func, kind: 'gc' }, usual)).toBeCloseTo(0.0144, 12);
    expect(timeVariance(null, func, usual)).toBeCloseTo(0.0049, 12);
  });

  test('a wide total leans on less than the pool, and a service without history on all of the default', () => {
    const { self } = learn(quiet)!;
    const func = { id: 'unseen', name: 'unseen', file: '', kind: 'user' as const };
    const wide = { left: 0.4, windows: 12 };
    expect(timeVariance(self, func, wide)).toBeCloseTo(0.4 * self.pool, 12);
    expect(timeVariance(null, func, wide)).toBeCloseTo(0.0049, 12);
    const known = self.byFunction.get('f3')!;
    const seen = timeVariance(self, { ...func, id: 'f3' }, wide);
    expect(seen).toBeCloseTo(known - (6 / 17) * self.pool * 0.6, 12);
  });

  test('the collector leans on its own default, however quiet it was', () => {
    const gc = windowOf().functions.map((one) =>
      one.id === 'f7' ? { ...one, kind: 'gc' as const } : one,
    );
    const { self } = learnHistory(quiet, gc)!;
    expect(self.byFunction.get('f7')).toBeCloseTo((6 * 0.12 ** 2) / 17, 4);
  });

  test('narrows the answer', () => {
    const text = NAMES.map((name) => `main;${name} 9000 9100 | 9050 9020`).join('\n');
    const without = compare(compareInput(text));
    const learnt = compare(compareInput(text, { change: { history: learn(quiet) } }));
    expect(learnt.smallest.ofService).toBeLessThan(without.smallest.ofService / 2);
    expect(without.warnings.map(({ code }) => code)).toContain('no-history');
    expect(learnt.warnings.map(({ code }) => code)).not.toContain('no-history');
  });
});
