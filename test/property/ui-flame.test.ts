import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  buildDiffTree,
  type ComparedFunction,
  calleesOf,
  callersOf,
  type DiffTree,
  type FlamegraphAnswer,
  type FunctionChange,
  isFunction,
  sumByFunction,
  transformStacks,
} from '../../proto/src/index.ts';
import { flamegraphAnswer } from '../../server/src/routes/flamegraph-answer.ts';
import { collapseChains } from '../../ui/src/flame/chains.ts';
import { graftAnswer } from '../../ui/src/flame/graft.ts';
import { findHotPath } from '../../ui/src/flame/hot-path.ts';
import {
  buildFlameTree,
  type FlameTree,
  functionIdOf,
  idOf,
  REST_FRAME,
  rowAt,
} from '../../ui/src/flame/tree.ts';
import {
  CHAINS,
  type ExploreState,
  formatExplore,
  ORDERS,
  parseExplore,
  READINGS,
  ROOTS,
  SORTS,
  SPLITS,
  VIEWS,
} from '../../ui/src/state/url.ts';
import { stacksFromFolded } from '../support/server-fake-store.ts';

const SELECTION = { service: 'shop', type: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds' };
const NAMES = [
  'a@src/a.ts:1',
  'b@src/b.ts:2',
  'c@pack/lib/c.js:3',
  'd@pack/lib/d.js:4',
  'e@node:e:5',
];

/** Folded text of stacks over a few names: prefixes, recursion and chains are common. */
const folded = fc
  .array(
    fc.tuple(
      fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 7 }),
      fc.integer({ min: 1, max: 1_000 }),
    ),
    { minLength: 1, maxLength: 25 },
  )
  .map((stacks) => stacks.map(([names, value]) => `${names.join(';')} ${value}`).join('\n'));
const nodesMax = fc.integer({ min: 1, max: 40 });

const rowsOf = (tree: FlameTree): number[] => Array.from({ length: tree.count }, (_, row) => row);
const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

/** At every node: self, callees and what was folded are its total, side by side and in order. */
function checkTree(tree: FlameTree, { nodes }: FlamegraphAnswer): void {
  const children = rowsOf(tree).map((): number[] => []);
  for (const row of rowsOf(tree)) if (row > 0) children[tree.parent[row]!]!.push(row);
  for (const row of rowsOf(tree)) {
    const rest = tree.frame[row] === REST_FRAME;
    const below = children[row]!;
    expect(tree.rowOfId.get(idOf(tree, row))).toBe(rest ? undefined : row);
    if (!rest)
      expect(sum(below.map((child) => tree.total[child]!)) + tree.self[row]!).toBe(tree.total[row]);
    expect(tree.end[row]).toBe(below.length === 0 ? row + 1 : tree.end[below.at(-1)!]);
    let from = tree.start[row]!;
    for (const child of below) {
      expect([tree.start[child], tree.depth[child]]).toEqual([from, tree.depth[row]! + 1]);
      from += tree.total[child]!;
      expect(rowAt(tree, tree.depth[child]!, tree.start[child]! + tree.total[child]! / 2)).toBe(
        child,
      );
    }
    const frames = below.filter((child) => tree.frame[child] !== REST_FRAME);
    const sorted = [...frames].sort((x, y) => tree.total[y]! - tree.total[x]!);
    expect(frames.map((child) => tree.total[child])).toEqual(
      sorted.map((child) => tree.total[child]),
    );
    expect(below.length - frames.length).toBe(tree.folded[row]! > 0 && !rest ? 1 : 0);
  }
  expect(tree.nodeIds.length).toBe(nodes.id.length);
}

test('property: root is callees and self at every node, rest blocks make up the difference', async () => {
  await fc.assert(
    fc.asyncProperty(folded, nodesMax, fc.nat(), async (text, maxNodes, pick) => {
      const stacks = stacksFromFolded(text);
      const answer = await flamegraphAnswer(SELECTION, stacks, { maxNodes });
      const tree = buildFlameTree(answer);
      checkTree(tree, answer);
      expect([tree.foldedNodes, tree.foldedValue]).toEqual([
        answer.foldedNodes,
        answer.foldedValue,
      ]);
      const chained = collapseChains(answer, '');
      checkTree(buildFlameTree(chained), chained);
      const root = answer.nodes.id[pick % answer.nodes.id.length]!;
      const detail = await flamegraphAnswer(SELECTION, stacks, { maxNodes: 1_000, root });
      const grafted = graftAnswer(answer, detail, root);
      checkTree(buildFlameTree(grafted), grafted);
    }),
    { numRuns: 60 },
  );
});

test('property: callers and callees of a function both come to its total', () => {
  fc.assert(
    fc.property(folded, fc.nat(), (text, pick) => {
      const { frames, stacks, values } = stacksFromFolded(text);
      const frame = pick % frames.id.length;
      const is = isFunction(frames, frames.functionId[frame]!);
      const { total } = sumByFunction(
        stacks,
        values,
        frames.id.map((_, i) => i),
        frames.id.length,
      );
      for (const half of [callersOf, calleesOf])
        expect(sum(transformStacks({ stacks, values }, [half(is)]).values)).toBe(total[frame]);
    }),
    { numRuns: 100 },
  );
});

const COMPARED = NAMES.map((id): ComparedFunction => ({ id, name: id, file: '', kind: 'user' }));

/** The tree as sorted lines of paths, so that the order of rows does not matter. */
function diffPaths(tree: DiffTree, swapped: boolean): string[] {
  const path: string[] = [];
  const sides = [tree.baseTotal, tree.headTotal];
  if (swapped) sides.reverse();
  return tree.parent
    .map((parent, row) => {
      path[row] = parent < 0 ? '' : `${path[parent]};${tree.func[row]}`;
      return `${path[row]} ${sides.map((side) => side[row]!.toPrecision(9)).join(' ')}`;
    })
    .sort();
}

test('property: a comparison turned round mirrors every frame', () => {
  const sideOf = (text: string) => {
    const { frames, stacks, values } = stacksFromFolded(text);
    const functionId = frames.name.map((name) => NAMES.find((id) => id.startsWith(`${name}@`))!);
    return { functionId, stacks, values };
  };
  const sizes = fc.array(fc.nat(1_000), { minLength: NAMES.length, maxLength: NAMES.length });
  fc.assert(
    fc.property(folded, folded, sizes, sizes, (first, second, before, after) => {
      const changes = (base: number[], head: number[]): FunctionChange[] =>
        NAMES.map((_, func) => ({
          func,
          movedFrom: -1,
          self: { base: base[func]!, head: head[func]! },
        })) as unknown as FunctionChange[];
      const [a, b] = [sideOf(first), sideOf(second)];
      const there = buildDiffTree({
        functions: COMPARED,
        changes: changes(before, after),
        base: a,
        head: b,
      });
      const back = buildDiffTree({
        functions: COMPARED,
        changes: changes(after, before),
        base: b,
        head: a,
      });
      expect(diffPaths(back, true)).toEqual(diffPaths(there, false));
    }),
    { numRuns: 60 },
  );
});

test('property: the sentence names a function with its exact total, recursion counted once', async () => {
  await fc.assert(
    fc.asyncProperty(folded, async (text) => {
      const stacks = stacksFromFolded(text);
      const tree = buildFlameTree(await flamegraphAnswer(SELECTION, stacks, { maxNodes: 10_000 }));
      const path = findHotPath(tree)!;
      const { frames } = stacks;
      const all = sumByFunction(
        stacks.stacks,
        stacks.values,
        frames.id.map((_, i) => i),
        frames.id.length,
      );
      const named = functionIdOf(tree, path.subject);
      expect(path.subjectTotal).toBe(all.total[frames.functionId.indexOf(named)]);
      const widest = rowsOf(tree).filter(
        (row) => tree.frame[row]! >= 0 && functionIdOf(tree, row) === named,
      );
      expect(tree.total[path.subject]).toBe(Math.max(...widest.map((row) => tree.total[row]!)));
      expect(path.rows).toContain(path.subject);
    }),
    { numRuns: 60 },
  );
});

const id = fc.oneof(fc.constant(''), fc.stringMatching(/^[0-9a-f]{16}$/));
const said = fc.string({ unit: 'grapheme', maxLength: 40 });
const step = fc.oneof(
  fc.record({
    step: fc.record({
      does: fc.constantFrom('only' as const, 'not' as const, 'from' as const, 'merge' as const),
      functionId: fc.stringMatching(/^[0-9a-f]{16}$/),
    }),
    name: said,
  }),
  fc.constant({ step: { does: 'collapse' as const, what: 'recursion' as const }, name: '' }),
  fc.constant({ step: { does: 'hide' as const, kind: 'runtime' as const }, name: '' }),
  fc.constant({ step: { does: 'group' as const, by: 'file' as const }, name: '' }),
);
const time = fc.oneof(fc.constantFrom('now', 'now-15m', 'now-30d'), fc.nat().map(String));

const state: fc.Arbitrary<ExploreState> = fc.record({
  service: said,
  type: fc.constantFrom('cpu', 'wall', 'heap', 'alloc-objects', 'block:contentions:count:x:count'),
  from: time,
  to: time,
  selection: fc.option(
    fc
      .tuple(fc.nat(), fc.integer({ min: 1, max: 1e9 }))
      .map(([from, ms]) => ({ from, to: from + ms })),
  ),
  environment: said,
  version: said,
  filter: said,
  view: fc.constantFrom(...VIEWS),
  sort: fc.constantFrom(...SORTS),
  search: said,
  focus: id,
  focusName: said,
  reading: fc.constantFrom(...READINGS),
  root: fc.constantFrom(...ROOTS),
  order: fc.constantFrom(...ORDERS),
  chains: fc.constantFrom(...CHAINS),
  steps: fc.array(step, { maxLength: 16 }),
  sandwich: id,
  sandwichName: said,
  split: fc.constantFrom(...SPLITS),
});

test('property: the address of a state of Explore reads back as that state', () => {
  fc.assert(
    fc.property(state, (known) => {
      expect(parseExplore(formatExplore(known))).toEqual(known);
    }),
    { numRuns: 200 },
  );
});
