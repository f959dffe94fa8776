import { expect, test } from 'vitest';
import { graftAnswer } from '../../../ui/src/flame/graft.ts';
import {
  buildFlameTree,
  type FlameTree,
  hasFolded,
  idOf,
  pathTo,
  REST_FRAME,
  rowAt,
} from '../../../ui/src/flame/tree.ts';
import { flamegraphOf, parseTree } from '../../support/ui-fixture-tree.ts';

const HEAD = {
  service: 'shop',
  type: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
  unit: 'microseconds',
  from: 0,
  to: 1000,
} as const;

const answerOf = (text: string, root?: string) =>
  flamegraphOf(parseTree(text), HEAD, root === undefined ? {} : { root });

/** `name start..end`, two spaces a level. */
function printTree(tree: FlameTree): string[] {
  return Array.from({ length: tree.count }, (_, row) => {
    const frame = tree.frame[row]!;
    const name =
      frame >= 0 ? tree.frames.name[frame] : frame === REST_FRAME ? `+${tree.folded[row]}` : 'all';
    const start = tree.start[row]!;
    return `${'  '.repeat(tree.depth[row]!)}${name} ${start}..${start + tree.total[row]!}`;
  });
}

const TEXT = `
all | root | 100
  light | src/a.ts | 20
  heavy | src/a.ts | 70
    inner | src/a.ts | 40
    +3 smaller | rest | 10`;

test('children are laid out heaviest first, what was folded comes last', () => {
  expect(printTree(buildFlameTree(answerOf(TEXT)))).toEqual([
    'all 0..100',
    '  heavy 0..70',
    '    inner 0..40',
    '    +3 40..70',
    '  light 70..90',
  ]);
});

test('the sums of what was folded come from the rest blocks', () => {
  const tree = buildFlameTree(answerOf(TEXT));
  expect([tree.foldedNodes, tree.foldedValue, tree.depthMax]).toEqual([3, 30, 2]);
  expect(hasFolded(tree, 1)).toBe(true);
  expect(hasFolded(tree, 4)).toBe(false);
});

test('a point finds the frame that covers it, and nothing where only self time is', () => {
  const tree = buildFlameTree(answerOf(TEXT));
  expect(rowAt(tree, 0, 99)).toBe(0);
  expect(rowAt(tree, 1, 0)).toBe(1);
  expect(rowAt(tree, 1, 69.9)).toBe(1);
  expect(rowAt(tree, 1, 70)).toBe(4);
  expect(rowAt(tree, 1, 95)).toBe(-1);
  expect(rowAt(tree, 2, 39)).toBe(2);
  expect(rowAt(tree, 5, 0)).toBe(-1);
  expect(rowAt(tree, 0, 100)).toBe(-1);
  expect(pathTo(tree, 2)).toEqual([1, 2]);
});

test('an answer for one frame is grafted in place of what is below it', () => {
  const base = answerOf(TEXT);
  const heavy = idOf(buildFlameTree(base), 1);
  const detail = answerOf(
    `
all | root | 100
  heavy | src/a.ts | 70
    inner | src/a.ts | 40
      leaf | src/b.ts | 40
    other | src/b.ts | 20
    +1 smaller | rest | 10`,
    heavy,
  );
  const tree = buildFlameTree(graftAnswer(base, detail, heavy));
  expect(printTree(tree)).toEqual([
    'all 0..100',
    '  heavy 0..70',
    '    inner 0..40',
    '      leaf 0..40',
    '    other 40..60',
    '    +1 60..70',
    '  light 70..90',
  ]);
  expect(idOf(tree, 1)).toBe(heavy);
});

test('an answer of other samples is not mixed in', () => {
  const base = answerOf(TEXT);
  const heavy = idOf(buildFlameTree(base), 1);
  const other = answerOf('all | root | 100\n  heavy | src/a.ts | 71', heavy);
  expect(graftAnswer(base, other, heavy)).toBe(base);
  expect(graftAnswer(base, base, 'ffffffffffffffff')).toBe(base);
});

test('a stack of 20,000 frames is laid out without recursion', () => {
  const n = 20_000;
  const columns = Array.from({ length: n }, (_, i) => i);
  const tree = buildFlameTree({
    ...HEAD,
    tier: 'raw',
    total: 1,
    foldedNodes: 0,
    foldedValue: 0,
    frames: {
      id: ['f'],
      functionId: ['f'],
      name: ['f'],
      file: [''],
      package: [''],
      kind: ['user'],
      line: [1],
    },
    nodes: {
      id: columns.map((i) => i.toString(16).padStart(16, '0')),
      parent: columns.map((i) => i - 1),
      frame: columns.map((i) => (i === 0 ? -1 : 0)),
      self: columns.map((i) => (i === n - 1 ? 1 : 0)),
      total: columns.map(() => 1),
      folded: columns.map(() => 0),
    },
  });
  expect([tree.count, tree.depthMax, tree.end[0]]).toEqual([n, n - 1, n]);
});

test('an answer without nodes is an empty tree', () => {
  const empty = answerOf('all | root | 0');
  const tree = buildFlameTree({
    ...empty,
    nodes: { id: [], parent: [], frame: [], self: [], total: [], folded: [] },
  });
  expect([tree.count, rowAt(tree, 0, 0)]).toEqual([0, -1]);
});
