import { describe, expect, test } from 'vitest';
import { ORDINARY } from '../bench/verdict/noise-settings.ts';
import { plant } from '../bench/verdict/plant.ts';
import { Random } from '../bench/verdict/random.ts';
import { rateOf } from '../bench/verdict/rates.ts';
import { IDENTICAL } from '../bench/verdict/scenarios.ts';
import { makeService, REQUEST_MICROS, totalsAt } from '../bench/verdict/service.ts';
import { makeTrial } from '../bench/verdict/trial.ts';

// The instrument of bench:verdict is itself checked: a rate is worth what its simulator is worth.

describe('rates', () => {
  // scipy.stats.binomtest(hits, n).proportion_ci(method='exact')
  test.each([
    [0, 20, 0, 0.16843347098],
    [5, 100, 0.01643187918, 0.11283491111],
    [98, 100, 0.92961606753, 0.99756866318],
    [20, 20, 0.83156652902, 1],
  ])('%d of %d', (hits, n, low, high) => {
    expect(rateOf(hits, n).low).toBeCloseTo(low, 8);
    expect(rateOf(hits, n).high).toBeCloseTo(high, 8);
  });
});

describe('random numbers', () => {
  const draws = (draw: (random: Random) => number) => {
    const random = new Random(7);
    const values = Array.from({ length: 20_000 }, () => draw(random));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { mean, variance };
  };

  test.each([0.5, 5, 29, 200])('Poisson of %d has its mean and variance', (mean) => {
    const seen = draws((random) => random.poisson(mean));
    expect(seen.mean / mean).toBeCloseTo(1, 1);
    expect(seen.variance / mean).toBeCloseTo(1, 1);
  });

  test('normal, gamma', () => {
    const normal = draws((random) => random.normal(2));
    expect(normal.mean).toBeCloseTo(0, 1);
    expect(normal.variance / 4).toBeCloseTo(1, 1);
    const gamma = draws((random) => random.gamma(3));
    expect(gamma.mean / 3).toBeCloseTo(1, 1);
    expect(gamma.variance / 3).toBeCloseTo(1, 1);
  });

  test('the same seed gives the same deploy', () => {
    const small = { ...IDENTICAL[0]!, functions: 60 };
    expect(makeTrial(small, 3).inputs).toEqual(makeTrial(small, 3).inputs);
    expect(makeTrial(small, 3).inputs).not.toEqual(makeTrial(small, 4).inputs);
  });
});

describe('the simulated service', () => {
  const service = makeService(500, new Random(1));
  const totals = totalsAt(service.places, service.mix);
  const roots = service.places.flatMap(({ parent }, row) => (parent < 0 ? [totals[row]!] : []));

  test('takes 5 ms a request', () => {
    expect(roots.reduce((sum, total) => sum + total, 0)).toBeCloseTo(REQUEST_MICROS, 6);
  });

  test('a planted subtree adds what was asked for', () => {
    const { truthAt, share } = plant(service, 'subtree', 0.1, new Random(2));
    expect(truthAt(service.mix)).toBeCloseTo(0.1, 12);
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(0.35);
  });

  test('uses the CPU and gives the ticks that its utilisation says', () => {
    const { base } = makeTrial({ ...IDENTICAL[0]!, functions: 60 }, 5).inputs[0]!;
    for (const [row, { minutes, processCpuMicros }] of base.instances.entries()) {
      const utilisation = processCpuMicros / (minutes * 60e6);
      expect(utilisation / ORDINARY.utilisation).toBeGreaterThan(0.75);
      expect(utilisation / ORDINARY.utilisation).toBeLessThan(1.3);
      const ticks = Array.from(base.rows.selfTicks).filter((_, i) => base.rows.instance[i] === row);
      const expected = (processCpuMicros / 1e6) * 99;
      expect(ticks.reduce((sum, count) => sum + count, 0) / expected).toBeCloseTo(1, 1);
    }
  });
});
