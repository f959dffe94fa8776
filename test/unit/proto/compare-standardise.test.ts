import { describe, expect, test } from 'vitest';
import { commonMix } from '../../../proto/src/compare/endpoint-mix.ts';
import { standardise } from '../../../proto/src/compare/standardise.ts';
import { compareInput } from '../../support/compare-input.ts';

const TICK = 10_000;

function standardised(input: ReturnType<typeof compareInput>) {
  return standardise({ groups: [input.base, input.head], functions: input.functions });
}

describe('standardise', () => {
  test('CPU per request of every instance, and its counting variance', () => {
    const input = compareInput('main;parse 400 | 100', { requests: [1000, 500] });
    const { normaliser, self, total, load } = standardised(input);
    expect(normaliser).toBe('request');
    // main has no self; parse takes 400 ticks over 1,000 requests, then 100 over 500.
    expect([...self.value]).toEqual([0, (400 * TICK) / 1000, 0, (100 * TICK) / 500]);
    expect([...total.value]).toEqual([4000, 4000, 2000, 2000]);
    // A Poisson count k that stands for z has the variance z² / k.
    expect(self.variance[1]).toBeCloseTo(4000 ** 2 / 400, 6);
    expect(load).toEqual([100, 50]); // requests per instance-minute
  });

  test('the process clock makes the total exact', () => {
    const input = compareInput('main;parse 400 | 100');
    const [instance] = input.base.instances;
    const doubled = { ...instance!, processCpuMicros: 2 * instance!.processCpuMicros };
    const { self } = standardised({ ...input, base: { ...input.base, instances: [doubled] } });
    expect(self.value[1]).toBe(2 * 400 * (TICK / 10_000));
  });

  test('background work is divided by time, the collector by requests', () => {
    const text = `
      main;parse         300 | 600
      (background);flush 100 | 100
      (gc)                40 | 80`;
    const kinds = { '(gc)': 'gc' } as const;
    const input = compareInput(text, { requests: [1000, 2000], kinds });
    const { self, functionCount } = standardised(input);
    const of = (name: string) => {
      const func = input.functions.findIndex((one) => one.name === name);
      return [self.value[func], self.value[functionCount + func]];
    };
    expect(of('parse')).toEqual([3000, 3000]);
    expect(of('(gc)')).toEqual([400, 400]);
    // 10 minutes each; 150 requests a minute on average over both sides.
    expect(of('flush')).toEqual([(100 * TICK) / (10 * 150), (100 * TICK) / (10 * 150)]);
  });

  test('idle functions are left out', () => {
    const kinds = { '(idle)': 'idle' } as const;
    const input = compareInput('main;parse 300 | 300\n(idle) 100 | 200', { kinds });
    const { self } = standardised(input);
    expect(self.value[2]).toBe(0);
    expect(self.value[1]).toBe(400); // all CPU of the clock belongs to busy functions
    expect(self.value[4]).toBeCloseTo(500, 9);
  });

  test('without requests: cores of like instances, else shares', () => {
    const none = { requests: [0, 0] };
    const alike = standardised(compareInput('main;parse 300 | 360', none));
    expect(alike.normaliser).toBe('cores');
    expect(alike.self.value[1]).toBeCloseTo((300 * TICK) / (10 * 60e6), 12);
    const text = 'main;parse 300 900 | 360 300\nmain;send 100 100 | 40 100';
    const unequal = standardised(compareInput(text, { requests: [0, 0, 0, 0] }));
    expect(unequal.normaliser).toBe('share');
    expect(unequal.self.value[1]).toBeCloseTo(0.75, 12);
  });
});

describe('the common mix', () => {
  const instance = (...requests: number[]) => ({
    id: 'i',
    minutes: 10,
    processCpuMicros: 1,
    requests,
  });

  test('is the mean of both sides, so a shift of traffic is no change', () => {
    const mix = commonMix([[instance(900, 100)], [instance(500, 500)]])!;
    // Common mix 70 : 30; the weight of an endpoint's CPU is its share over its requests.
    expect([...mix.factor[0]!]).toEqual([0.7 / 900, 0.3 / 100]);
    expect([...mix.factor[1]!]).toEqual([0.7 / 500, 0.3 / 500]);
    expect(mix.leftOut).toEqual([]);
  });

  test('leaves out an endpoint that one side hardly serves, and says so', () => {
    const mix = commonMix([[instance(1000, 0)], [instance(500, 500)]])!;
    expect(mix.leftOut).toEqual([1]);
    expect([...mix.factor[1]!]).toEqual([1 / 500, 0]);
  });

  test('takes endpoints together that some instance hardly served', () => {
    const base = [instance(800, 10, 190), instance(800, 190, 10)];
    const head = [instance(800, 100, 100), instance(800, 100, 100)];
    const mix = commonMix([base, head])!;
    // One slot for endpoints 1 and 2: 400 of 2,000 requests on each side.
    expect(mix.factor[0]![1]).toBeCloseTo(0.2 / 200, 12);
    expect(mix.factor[0]![1]).toBe(mix.factor[0]![2]);
  });

  test('is null when nothing was counted', () => {
    expect(commonMix([[instance()], [instance()]])).toBeNull();
  });
});
