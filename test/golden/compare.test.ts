import { compare } from '@flamehouse/proto';
import { test } from 'vitest';
import { HARSH } from '../bench/verdict/noise-settings.ts';
import { IDENTICAL, PLANTED, type Scenario } from '../bench/verdict/scenarios.ts';
import { makeTrial } from '../bench/verdict/trial.ts';
import { comparisonText } from '../support/compare-text.ts';
import { expectGolden } from '../support/golden.ts';

const scenario = (name: string): Scenario => ({
  ...[...IDENTICAL, ...PLANTED].find((one) => one.name === name)!,
  functions: 200,
});

/** Seeded deploys of a simulated service; the file's name is the case. */
test.each([
  ['compare-subtree-traffic-doubled', scenario('10 % subtree, traffic doubled'), 5],
  ['compare-renamed', scenario('a function renamed'), 2],
  ['compare-identical-harsh', { ...scenario('ordinary'), noise: HARSH }, 3],
])('%s', (name, one, seed) => {
  const input = makeTrial(one, seed).inputs[0]!;
  expectGolden(name, comparisonText(input, compare(input)));
});
