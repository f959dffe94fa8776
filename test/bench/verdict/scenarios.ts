import { HARSH, type NoiseSettings, ORDINARY } from './noise-settings.ts';
import type { PlantKind } from './plant.ts';

/** One row of the tables: what is simulated, and the rates published for it. */
export interface Scenario {
  readonly name: string;
  readonly noise: NoiseSettings;
  readonly plant: PlantKind;
  readonly size: number; // planted, as a share of the service's CPU per request
  readonly functions: number;
  readonly instances: number; // a side
  readonly minutes: number;
  readonly headLoad: number;
  readonly canary: boolean;
  readonly published: string; // statistics.md section 8, with history
}

const usual = {
  noise: ORDINARY,
  plant: 'none',
  size: 0,
  functions: 500,
  instances: 2,
  minutes: 10,
  headLoad: 1,
  canary: false,
} satisfies Partial<Scenario>;

const row = (name: string, published: string, change: Partial<Scenario> = {}): Scenario => ({
  ...usual,
  ...change,
  name,
  published,
});
const at = (utilisation: number): NoiseSettings => ({ ...ORDINARY, utilisation });

/** Identical builds: every difference that is called is false. */
export const IDENTICAL: readonly Scenario[] = [
  row('ordinary', '0.3'),
  row('harsh', '2.3', { noise: HARSH }),
  row('traffic doubled', '0.0', { headLoad: 2 }),
  row('harsh, traffic doubled', '2.0', { noise: HARSH, headLoad: 2 }),
  row('canary', '0.0', { canary: true }),
  row('canary, harsh', '3.5', { canary: true, noise: HARSH }),
  row('utilisation 5 %', '0.0', { noise: at(0.05) }),
  row('utilisation 90 %', '1.3', { noise: at(0.9) }),
  row('1 instance a side', '0.0', { instances: 1 }),
  row('4 instances a side', '0.0', { instances: 4 }),
  row('5 minutes', '0.7', { minutes: 5 }),
  row('30 minutes', '0.0', { minutes: 30 }),
  row('2,000 functions', '0.0', { functions: 2000 }),
  row('unequal load 0.5', '0.0', { noise: { ...ORDINARY, loadSpread: 0.5 } }),
  row('endpoint mix moves 0.4', '0.0', { noise: { ...ORDINARY, mixWindow: 0.4 } }),
  row('a function renamed', '4.7', { plant: 'renamed' }),
];

const planted = (plant: PlantKind, size = 0.1, change: Partial<Scenario> = {}) => ({
  plant,
  size,
  ...change,
});

/** A change is there; published: found / right function first / interval. */
export const PLANTED: readonly Scenario[] = [
  row('10 % leaf', '100 / 96.0 / 98.4', planted('leaf')),
  row('10 % inner', '100 / 100 / 98.0', planted('inner')),
  row('10 % subtree', '98.4 / 97.2 / 99.6', planted('subtree')),
  row('10 % leaf, harsh', '100 / 96.0 / 96.0', planted('leaf', 0.1, { noise: HARSH })),
  row('10 % subtree, harsh', '90.7 / 88.7 / 96.7', planted('subtree', 0.1, { noise: HARSH })),
  row('10 % leaf, traffic doubled', '100 / 100 / 98.0', planted('leaf', 0.1, { headLoad: 2 })),
  row(
    '10 % subtree, traffic doubled',
    '76.0 / 68.0 / 100',
    planted('subtree', 0.1, { headLoad: 2 }),
  ),
  row('10 % leaf, utilisation 5 %', '100 / 96.0 / 100', planted('leaf', 0.1, { noise: at(0.05) })),
  row(
    '10 % subtree, utilisation 5 %',
    '90.0 / 88.0 / 98.0',
    planted('subtree', 0.1, { noise: at(0.05) }),
  ),
  row('10 % leaf, 1 instance', '100 / 97.5 / 98.8', planted('leaf', 0.1, { instances: 1 })),
  row('10 % subtree, 1 instance', '78.7 / 77.5 / 100', planted('subtree', 0.1, { instances: 1 })),
  row('10 % leaf, canary', '100 / 96.0 / 94.0', planted('leaf', 0.1, { canary: true })),
  row('3 % leaf', '96.7 / 95.0 / 97.5', planted('leaf', 0.03)),
  row('3 % subtree', '78.3 / 77.5 / 100', planted('subtree', 0.03)),
  row('5 % leaf', '97.5 / 93.3 / 100', planted('leaf', 0.05)),
  row('5 % subtree', '91.7 / 90.0 / 99.2', planted('subtree', 0.05)),
  row('30 % leaf', '100 / 95.0 / 96.3', planted('leaf', 0.3)),
  row('30 % subtree', '100 / 100 / 92.5', planted('subtree', 0.3)),
  row('new function, 10 %', '100 / 97.0 / 98.0', planted('new')),
  row('function gone, about 5 %', '100 / 97.0 / 98.0', planted('gone', -0.05)),
];

/** Section 6: cumulative over the looks at 2, 5, 10 and 15 minutes. */
export const REPEATED: readonly Scenario[] = [
  row('ordinary', '0.0', { minutes: 15 }),
  row('harsh', '3.5', { minutes: 15, noise: HARSH }),
  row(
    '10 % leaf, utilisation 5 %',
    '88 / 100 / 100 / 100',
    planted('leaf', 0.1, { minutes: 15, noise: at(0.05) }),
  ),
  row('10 % subtree', '92 / 98 / 100 / 100', planted('subtree', 0.1, { minutes: 15 })),
  row(
    '10 % subtree, utilisation 5 %',
    '33 / 72 / 85 / 88',
    planted('subtree', 0.1, { minutes: 15, noise: at(0.05) }),
  ),
];
