import { compare, lookAt, standingVerdict, type VerdictState } from '@flamehouse/proto';
import { describe, expect, test } from 'vitest';
import { judge, type VerdictOptions } from '../../../proto/src/compare/verdict.ts';
import type { RelativeChange } from '../../../proto/src/compare/whole-service.ts';
import { compareInput } from '../../support/compare-input.ts';

const steady: RelativeChange = {
  change: 0.005,
  low: -0.02,
  high: 0.03,
  sd: 0.01,
  df: 12,
  p: 0.6,
  flagged: false,
};
const grown = { ...steady, change: 0.08, low: 0.05, high: 0.11, flagged: true };

function origin(effect: number) {
  const test = {
    func: 1,
    part: 'total' as const,
    base: 1,
    head: 2,
    effect,
    sd: 0.005,
    df: 10,
    t: 9,
    p: 0,
    q: 0,
  };
  return { test, ownCode: true, children: [] };
}

const quiet: VerdictOptions = {
  origins: [],
  service: steady,
  common: steady,
  coveredShare: 0.1,
  smallestChange: 0.03,
  shortage: null,
  simultaneous: false,
  instancesMin: 2,
  serviceMeans: true,
};

describe('judge', () => {
  test('nothing flagged, and a change would have been seen', () => {
    expect(judge(quiet)).toMatchObject({ state: 'no-change', exitCode: 0, from: 'service' });
  });

  test('nothing flagged, but a change of 10 % could have hidden', () => {
    const verdict = judge({ ...quiet, smallestChange: 0.13 });
    expect(verdict).toMatchObject({
      state: 'not-enough-data',
      shortage: 'smallest-change',
      exitCode: 3,
    });
  });

  test('origins add up, their errors as squares', () => {
    const { state, effect, exitCode } = judge({ ...quiet, origins: [origin(0.06), origin(0.02)] });
    expect([state, exitCode]).toEqual(['more', 1]);
    expect(effect.value).toBeCloseTo(0.08, 12);
    // 2.228 is t with 10 degrees at 97.5 %.
    expect(effect.high - effect.value).toBeCloseTo(Math.SQRT2 * 2.228 * 0.005, 5);
  });

  test('less is no failure', () => {
    expect(judge({ ...quiet, origins: [origin(-0.06)] })).toMatchObject({
      state: 'less',
      exitCode: 0,
    });
  });

  test('origins that cancel are no change of the total', () => {
    const verdict = judge({ ...quiet, origins: [origin(0.06), origin(-0.05)] });
    expect(verdict).toMatchObject({ state: 'no-change', cancelled: true, exitCode: 0 });
  });

  test('origins of both signs add up when the total moved', () => {
    const service = { ...grown, change: 0.03 };
    const verdict = judge({ ...quiet, service, origins: [origin(0.06), origin(-0.02)] });
    expect(verdict).toMatchObject({ state: 'more', cancelled: false, from: 'origins' });
    expect(verdict.effect.value).toBeCloseTo(0.04, 12);
  });

  test('the sum of all functions alone is enough', () => {
    expect(judge({ ...quiet, service: grown })).toMatchObject({ state: 'more', from: 'service' });
  });

  test('everything alike blocks only a canary of three or more a side', () => {
    const alike = { ...quiet, common: grown };
    expect(judge(alike)).toMatchObject({ state: 'more', from: 'common', exitCode: 0 });
    const canary = { ...alike, simultaneous: true };
    expect(judge(canary).exitCode).toBe(0);
    expect(judge({ ...canary, instancesMin: 3 }).exitCode).toBe(1);
  });

  test('a change of half of the service is told with the common mode, or not at all', () => {
    const half = { ...quiet, origins: [origin(0.3)], coveredShare: 0.5 };
    expect(judge(half)).toMatchObject({ state: 'not-enough-data', shortage: 'direction' });
    const service = { ...grown, change: 0.3, low: 0.25, high: 0.35 };
    expect(judge({ ...half, service })).toMatchObject({
      state: 'more',
      from: 'service-and-common',
    });
  });

  test('a share of itself cannot say that the service takes more', () => {
    expect(judge({ ...quiet, service: grown, serviceMeans: false }).state).toBe('no-change');
  });
});

describe('too little to judge', () => {
  const lines = Array.from({ length: 20 }, (_, i) => `main;f${i} 500 500 | 500 500`).join('\n');

  test.each([
    ['minutes', compareInput(lines, { minutes: 1 })],
    ['ticks', compareInput('main;f 200 200 | 300 300')],
    ['requests', compareInput(lines, { requests: [0, 0, 100, 100] })],
    ['minutes', compareInput('main;f 200 200 | 0 0')],
  ])('%s', (shortage, input) => {
    expect(compare(input).verdict).toMatchObject({
      state: 'not-enough-data',
      shortage,
      exitCode: 3,
    });
  });
});

describe('looks', () => {
  test('early looks spend a part of the level', () => {
    const spends = [1, 2, 4.5, 5, 10, 14, 15, 40].map((minutes) => lookAt(minutes, 'looks').spend);
    expect(spends).toEqual([0.1, 0.1, 0.1, 0.4, 1, 1, 1, 1]);
    expect(lookAt(3, 'once').spend).toBe(1);
  });

  const standing = (...states: VerdictState[]) =>
    standingVerdict(states.map((state, i) => ({ minutes: [2, 5, 10, 15][i]!, state })));

  test('an early change is likely, and settles when seen twice or at 10 minutes', () => {
    expect(standing()).toBeNull();
    expect(standing('more')).toEqual({ state: 'more', settled: false, atMinutes: 2 });
    expect(standing('more', 'more')).toEqual({ state: 'more', settled: true, atMinutes: 5 });
    expect(standing('more', 'less')?.settled).toBe(false);
    expect(standing('no-change', 'no-change', 'less')?.settled).toBe(true);
  });

  test('no change settles at the last look', () => {
    expect(standing('no-change', 'no-change', 'no-change')?.settled).toBe(false);
    expect(standing('no-change', 'no-change', 'no-change', 'no-change')?.settled).toBe(true);
  });

  test('what settled is not taken back', () => {
    const verdict = standing('more', 'more', 'no-change', 'no-change');
    expect(verdict).toEqual({ state: 'more', settled: true, atMinutes: 5 });
  });
});
