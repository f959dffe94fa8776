import { type CompareInput, type Comparison, type CpuRows, compare } from '@flamehouse/proto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HARSH } from '../bench/verdict/noise-settings.ts';
import { Random } from '../bench/verdict/random.ts';
import { IDENTICAL, PLANTED, type Scenario } from '../bench/verdict/scenarios.ts';
import { makeTrial } from '../bench/verdict/trial.ts';
import { compareInput } from '../support/compare-input.ts';

// Simulated deploys, small enough to make many: SEED=… repeats one.
const SEEDS = process.env['SEED']
  ? [Number(process.env['SEED'])]
  : Array.from({ length: 6 }, (_, i) => 100 + i);

const scenario = (name: string): Scenario => ({
  ...[...IDENTICAL, ...PLANTED].find((one) => one.name === name)!,
  functions: 120,
});
const SCENARIOS = [
  scenario('10 % leaf'),
  scenario('10 % subtree'),
  { ...scenario('ordinary'), noise: HARSH },
];

const INPUTS = SEEDS.flatMap((seed) =>
  SCENARIOS.map((one) => ({ seed, name: one.name, input: makeTrial(one, seed).inputs[0]! })),
);

function forEachInput(check: (input: CompareInput, random: Random) => void): void {
  for (const { seed, name, input } of INPUTS) {
    try {
      check(input, new Random(seed));
    } catch (error) {
      throw new Error(`SEED=${seed}, ${name}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** What is said of each function: flags and signs, no numbers. */
function flags({ functions }: Comparison): string[] {
  return functions
    .map(
      ({ func, origin, self, total }) =>
        `${func} origin ${origin} self ${self.flagged ? Math.sign(self.effect) : 0} total ${total.flagged ? Math.sign(total.effect) : 0}`,
    )
    .sort();
}

function withSide(input: CompareInput, side: 'base' | 'head', factor: number): CompareInput {
  const { instances, rows } = input[side];
  const times = (column: ArrayLike<number>) => Array.from(column, (value) => value * factor);
  return {
    ...input,
    [side]: {
      instances: instances.map((one) => ({
        ...one,
        processCpuMicros: one.processCpuMicros * factor,
      })),
      rows: { ...rows, selfMicros: times(rows.selfMicros), totalMicros: times(rows.totalMicros) },
    },
  };
}

test('scaling all of head moves what everything has in common, never a function', () => {
  forEachInput((input) => {
    const before = compare(input);
    const after = compare(withSide(input, 'head', 1.5));
    expect(flags(after)).toEqual(flags(before));
    expect(after.code.change).toBeCloseTo(before.code.change, 9);
    expect(1 + after.common.change).toBeCloseTo(1.5 * (1 + before.common.change), 9);
    expect(after.origins.map(({ func }) => func)).toEqual(before.origins.map(({ func }) => func));
  });
});

test('swapping the sides flips the signs', () => {
  forEachInput((input) => {
    const { caller, callee, baseMicros, headMicros } = input.edges;
    const there = compare(input);
    const back = compare({
      ...input,
      base: input.head,
      head: input.base,
      edges: { caller, callee, baseMicros: headMicros, headMicros: baseMicros },
    });
    expect(Math.log1p(back.code.change)).toBeCloseTo(-Math.log1p(there.code.change), 9);
    expect(Math.log1p(back.common.change)).toBeCloseTo(-Math.log1p(there.common.change), 9);
    const rows = new Map(back.functions.map((one) => [one.func, one]));
    for (const { func, total } of there.functions) {
      const other = rows.get(func)!.total;
      // The share is of the other side's service; a change at the floor may pass it on one side only.
      expect(Math.sign(other.effect)).toBe(-Math.sign(total.effect));
      if (total.flagged && Math.abs(total.effect) > 0.013) expect(other.flagged).toBe(true);
    }
  });
});

test('an idle instance changes nothing', () => {
  forEachInput((input) => {
    const idle = {
      id: 'idle',
      minutes: 1,
      processCpuMicros: 0,
      requests: input.endpoints.map(() => 0),
    };
    for (const side of ['base', 'head'] as const) {
      const instances = [idle, ...input[side].instances];
      const rows = input[side].rows;
      const shifted = { ...rows, instance: Array.from(rows.instance, (instance) => instance + 1) };
      const added = { ...input, [side]: { instances, rows: shifted } };
      expect(compare(added)).toEqual(compare(input));
    }
  });
});

test('renaming a function leaves the verdict', () => {
  forEachInput((input, random) => {
    const before = compare(input);
    // A leaf that is renamed and takes half as much again cannot be told from another function.
    const tested = before.functions.filter(
      ({ func, total, self }) =>
        input.functions[func]!.kind === 'user' &&
        total.p !== null &&
        total.baseTicks > 100 &&
        !self.flagged,
    );
    const { func } = tested[random.below(tested.length)]!;
    const renamed = input.functions.length;
    const as = (column: ArrayLike<number>) =>
      Array.from(column, (one) => (one === func ? renamed : one));
    const { caller, callee, baseMicros, headMicros } = input.edges;
    const edges = Array.from(caller, (_, edge) => edge).flatMap((edge) => [
      { caller: caller[edge]!, callee: callee[edge]!, base: baseMicros[edge]!, head: 0 },
      { caller: as(caller)[edge]!, callee: as(callee)[edge]!, base: 0, head: headMicros[edge]! },
    ]);
    const after = compare({
      ...input,
      functions: [
        ...input.functions,
        { ...input.functions[func]!, id: 'renamed', name: 'renamed' },
      ],
      head: { ...input.head, rows: { ...input.head.rows, func: as(input.head.rows.func) } },
      edges: {
        caller: edges.map((edge) => edge.caller),
        callee: edges.map((edge) => edge.callee),
        baseMicros: edges.map((edge) => edge.base),
        headMicros: edges.map((edge) => edge.head),
      },
    });
    expect(after.verdict).toEqual(before.verdict);
    expect(after.functions.find((one) => one.func === renamed)).toMatchObject({
      state: 'moved',
      movedFrom: func,
    });
  });
});

test('the order of rows does not matter', () => {
  forEachInput((input, random) => {
    const shuffle = (rows: CpuRows): CpuRows => {
      const order = random.shuffled(rows.func.length);
      const pick = (column: ArrayLike<number>) => order.map((row) => column[row]!);
      return {
        instance: pick(rows.instance),
        endpoint: pick(rows.endpoint),
        func: pick(rows.func),
        selfMicros: pick(rows.selfMicros),
        totalMicros: pick(rows.totalMicros),
        selfTicks: pick(rows.selfTicks),
        totalTicks: pick(rows.totalTicks),
      };
    };
    const { base, head } = input;
    const before = compare(input);
    const after = compare({
      ...input,
      base: { ...base, rows: shuffle(base.rows) },
      head: { ...head, rows: shuffle(head.rows) },
    });
    expect(flags(after)).toEqual(flags(before));
    expect(after.verdict.state).toBe(before.verdict.state);
    expect(after.verdict.effect.value).toBeCloseTo(before.verdict.effect.value, 9);
  });
});

test('the same input gives the same answer', () => {
  forEachInput((input) => expect(compare(input)).toEqual(compare(input)));
});

test('a side of any size gives an answer with numbers', () => {
  const ticks = fc.array(fc.nat(400), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(
      fc.array(ticks, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(0, 1, 40, 10_000),
      fc.boolean(),
      (rows, requests, simultaneous) => {
        const lines = rows.map((row, i) => {
          const [a, b, c, d] = row;
          return `main;${i % 2 ? 'mid;' : ''}f${i} ${a} ${b} | ${c} ${d}`;
        });
        const input = compareInput(lines.join('\n'), {
          requests: [requests, requests, requests, requests],
          change: { simultaneous },
        });
        const comparison = compare(input);
        expect([0, 1, 3]).toContain(comparison.verdict.exitCode);
        // JSON has neither NaN nor infinity.
        expect(JSON.parse(JSON.stringify(comparison))).toEqual(comparison);
      },
    ),
    { numRuns: 200 },
  );
});
