import { describe, expect, test } from 'vitest';
import { callGraph } from '../../../proto/src/compare/call-graph.ts';
import { noiseLeft } from '../../../proto/src/compare/concentration.ts';

/** Calls as [caller, callee, CPU]; sizes as self and total of each function. */
function left(
  edges: readonly (readonly [number, number, number])[],
  sizes: readonly (readonly [self: number, total: number])[],
) {
  const graph = callGraph({
    edges: {
      caller: edges.map(([caller]) => caller),
      callee: edges.map(([, callee]) => callee),
      baseMicros: edges.map(([, , micros]) => micros),
      headMicros: edges.map(() => 0),
    },
    functionCount: sizes.length,
    countedAs: Int32Array.from(sizes, (_, func) => func),
  });
  const result = noiseLeft(
    graph,
    sizes.map(([self]) => self),
    sizes.map(([, total]) => total),
  );
  return [...result].map((one) => Number(one.toFixed(9)));
}

describe('noise left of a total', () => {
  test('a function that stands alone has all of it, a caller of alike ones less', () => {
    const four = Array.from({ length: 4 }, (_, i) => [0, i + 1, 10] as const);
    const sizes = [[0, 40] as const, ...four.map(() => [10, 10] as const)];
    // A fifth is shared, of the rest a quarter is left.
    expect(left(four, sizes)).toEqual([0.2 + 0.8 / 4, 1, 1, 1, 1]);
  });

  test('a caller of one large function has nearly all of it', () => {
    expect(
      left(
        [[0, 1, 90]],
        [
          [10, 100],
          [90, 90],
        ],
      ),
    ).toEqual([0.856, 1]);
  });

  test('a function that two call counts for each by what comes through it', () => {
    const edges = [
      [0, 2, 30],
      [1, 2, 10],
    ] as const;
    const sizes = [
      [0, 30],
      [30, 40],
      [40, 40],
    ] as const;
    // What the second one calls is a quarter of its total.
    expect(left(edges, sizes)).toEqual([1, 0.2 + 0.8 * (0.25 ** 2 + 0.75 ** 2), 1]);
  });

  test('recursion through another function ends', () => {
    const edges = [
      [0, 1, 50],
      [1, 0, 20],
    ] as const;
    const sizes = [
      [50, 100],
      [50, 60],
    ] as const;
    expect(left(edges, sizes)).toEqual([0.6, 1]);
  });

  test('without calls all stand alone', () => {
    expect(
      left(
        [],
        [
          [1, 1],
          [2, 3],
        ],
      ),
    ).toEqual([1, 1]);
  });
});
