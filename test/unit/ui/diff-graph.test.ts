import type { DiffFlamegraphAnswer } from '@flamehouse/proto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffLabel, diffStep } from '../../../ui/src/flame/diff-rows.ts';
import { buildDiffGraph, type DiffGraph, WIDTHS } from '../../../ui/src/flame/diff-tree.ts';
import { idOf, REST_FRAME } from '../../../ui/src/flame/tree.ts';

interface Node {
  readonly parent: number;
  readonly self: readonly [base: number, head: number];
  readonly folded?: number;
  readonly rest?: readonly [base: number, head: number]; // value of what was folded
  readonly of?: Partial<Record<'state' | 'origin' | 'significant' | 'effect', unknown>>;
}

/** One function for each node; row 0 is the root. */
function answerOf(nodes: readonly Node[]): DiffFlamegraphAnswer {
  const totals = nodes.map(({ self, rest = [0, 0] }) => [self[0] + rest[0], self[1] + rest[1]]);
  for (let row = nodes.length - 1; row > 0; row--) {
    const parent = totals[nodes[row]!.parent]!;
    parent[0]! += totals[row]![0]!;
    parent[1]! += totals[row]![1]!;
  }
  const functions = nodes.slice(1);
  const of = (key: 'state' | 'origin' | 'significant' | 'effect', otherwise: unknown) =>
    functions.map((node) => node.of?.[key] ?? otherwise);
  const side = (name: string, total: number) =>
    ({ name, service: 'shop', from: 0, to: 1, cost: total, total }) as const;
  return {
    type: 'cpu',
    normaliser: 'request',
    base: side('1', totals[0]![0]!),
    head: side('2', totals[0]![1]!),
    foldedNodes: 0,
    foldedBase: 0,
    foldedHead: 0,
    functions: {
      id: functions.map((_, i) => `f${i}`),
      name: functions.map((_, i) => `f${i}`),
      file: functions.map(() => ''),
      package: functions.map(() => ''),
      kind: functions.map(() => 'user'),
      state: of('state', 'same'),
      origin: of('origin', 0),
      significant: of('significant', false),
      effect: of('effect', 0),
    },
    nodes: {
      id: nodes.map((_, i) => `n${i}`),
      parent: nodes.map(({ parent }) => parent),
      function: nodes.map((_, i) => i - 1),
      baseSelf: nodes.map(({ self }) => self[0]),
      headSelf: nodes.map(({ self }) => self[1]),
      baseTotal: totals.map((total) => total[0]!),
      headTotal: totals.map((total) => total[1]!),
      folded: nodes.map(({ folded = 0 }) => folded),
    },
  } as DiffFlamegraphAnswer;
}

const rowOf = ({ tree }: DiffGraph, node: number): number => tree.rowOfId.get(`n${node}`) ?? -1;

const ANSWER = answerOf([
  { parent: -1, self: [0, 0] },
  { parent: 0, self: [50, 58], of: { significant: true, effect: 0.08, origin: 1 } },
  { parent: 0, self: [40, 39] },
  { parent: 2, self: [0, 4], of: { significant: true, effect: 0.04, state: 'new' } },
  { parent: 0, self: [6, 0], of: { significant: true, effect: -0.06, state: 'gone' } },
  // Significant as a whole, but not in this place, which moved the other way.
  { parent: 0, self: [4, 3], of: { significant: true, effect: 0.05 } },
]);

describe('both sides as one flame graph', () => {
  const graph = buildDiffGraph(ANSWER, { width: 'union', rootSignificant: true });
  const step = (node: number) => graph.rows.step[rowOf(graph, node)];

  test('only significant changes have a hue, in the way they went', () => {
    expect([1, 2, 3, 4, 5].map(step)).toEqual([6, 0, 3, -5, 0]);
    expect(graph.rows.domain).toBeCloseTo(0.08);
    expect(step(0)).toBe(3);
  });

  test('what is new, gone or an origin is told without colour', () => {
    const label = (node: number) => diffLabel(graph.rows, rowOf(graph, node));
    expect(label(1)).toEqual({ mark: '◆ ', share: '+8.0\u00a0%' });
    expect(label(2)).toEqual({ mark: '', share: '' });
    expect(label(3)).toEqual({ mark: '▲ ', share: 'new +4.0\u00a0%' });
    expect(label(4)).toEqual({ mark: '▼ ', share: 'gone −6.0\u00a0%' });
  });

  test('each width leaves out what its side has not', () => {
    const before = buildDiffGraph(ANSWER, { width: 'before', rootSignificant: true });
    const after = buildDiffGraph(ANSWER, { width: 'after', rootSignificant: true });
    expect([rowOf(before, 3), rowOf(after, 4)]).toEqual([-1, -1]);
    expect([before.tree.total[0], graph.tree.total[0], after.tree.total[0]]).toEqual([
      100, 102, 104,
    ]);
  });
});

test('a step for every change, the smallest the first', () => {
  expect([0.0001, 0.02, 0.0401, 0.08, 0.2, -0.0001, -0.08].map((d) => diffStep(d, 0.08))).toEqual([
    1, 2, 4, 6, 6, -1, -6,
  ]);
});

test('property: at every node both sides are its own value, its children and what was folded', () => {
  const amount = fc.integer({ min: 0, max: 1000 });
  const pair = fc.tuple(amount, amount);
  const tree = fc.array(
    fc.record({ up: fc.nat(), self: pair, folded: fc.integer({ min: 0, max: 2 }), rest: pair }),
    { minLength: 1, maxLength: 25 },
  );
  fc.assert(
    fc.property(tree, fc.constantFrom(...WIDTHS), (made, width) => {
      const answer = answerOf(
        made.map(({ up, self, folded, rest }, row) => ({
          parent: row === 0 ? -1 : up % row,
          self,
          folded,
          ...(folded > 0 ? { rest } : {}),
        })),
      );
      const graph = buildDiffGraph(answer, { width, rootSignificant: false });
      const part = { before: [1, 0], after: [0, 1], union: [0.5, 0.5] }[width] as [number, number];
      for (let row = 0; row < graph.tree.count; row++) {
        const { base, head } = graph.rows;
        expect(graph.tree.total[row]).toBeCloseTo(part[0] * base[row]! + part[1] * head[row]!, 6);
        if (graph.tree.frame[row] === REST_FRAME) continue;
        const node = answer.nodes.id.indexOf(idOf(graph.tree, row));
        let [inBase, inHead] = [answer.nodes.baseSelf[node]!, answer.nodes.headSelf[node]!];
        for (let at = row + 1; at < graph.tree.end[row]!; at = graph.tree.end[at]!) {
          inBase += base[at]!;
          inHead += head[at]!;
        }
        // Frames that are not on the side that is drawn are left out, and only they.
        if (width !== 'after') expect(inBase).toBeCloseTo(base[row]!, 6);
        if (width !== 'before') expect(inHead).toBeCloseTo(head[row]!, 6);
      }
    }),
    { numRuns: 100 },
  );
});
