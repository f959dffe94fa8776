import { buildCallTree, hash64, NodeIds, PrefixTree, ROOT_NODE_ID } from '@flamehouse/proto';
import { expect, test } from 'vitest';
import { formatCallTree } from '../../support/text-profile.ts';

const NAMES = ['main', 'parse', 'walk'];

test('a tree folds the stacks that are asked for, also when it knows others', () => {
  const tree = new PrefixTree();
  const parse = tree.add([0, 1]);
  const walk = tree.add([0, 1, 2]);
  const main = tree.add([0]);
  tree.add([2, 0]);
  expect(tree.add([0, 1])).toBe(parse);
  const folded = tree.fold([walk, main, parse], [30, 5, 10]);
  expect(formatCallTree(folded, NAMES)).toEqual([
    '(root) total=45 self=0',
    '  main total=45 self=5',
    '    parse total=40 self=10',
    '      walk total=30 self=30',
  ]);
  expect(Array.from(folded.node, (node) => tree.depthOf(node))).toEqual([0, 1, 2, 3]);
});

test('a stack without frames is the root, and one without value is there all the same', () => {
  const tree = new PrefixTree();
  const folded = tree.fold([tree.add([]), tree.add([1])], [7, 0]);
  expect(formatCallTree(folded, NAMES)).toEqual([
    '(root) total=7 self=7',
    '  parse total=0 self=0',
  ]);
});

test('nodes are found again past every growth', () => {
  const tree = new PrefixTree();
  const stacks = Array.from({ length: 4_000 }, (_, i) => [i % 7, i % 11, i % 13, i]);
  const nodes = stacks.map((stack) => tree.add(stack));
  expect(stacks.map((stack) => tree.add(stack))).toEqual(nodes);
  expect(new Set(nodes).size).toBe(4_000);
  expect(tree.bytes).toBeGreaterThan(tree.size * 8);
});

test('the id of a node is the hash of its path, and is found once it was asked for', () => {
  const tree = new PrefixTree();
  const ids = new NodeIds(tree, ['a', 'b']);
  const deep = tree.add(Array.from({ length: 100_000 }, (_, i) => i % 2));
  const a = hash64([ROOT_NODE_ID, 'a']);
  expect(ids.knownAs(a)).toBe(null);
  expect(ids.of(deep)).toMatch(/^[0-9a-f]{16}$/);
  expect([ids.of(0), ids.of(tree.add([0])), ids.of(tree.add([0, 1]))]).toEqual([
    ROOT_NODE_ID,
    a,
    hash64([a, 'b']),
  ]);
  expect(ids.knownAs(a)).toBe(tree.add([0]));
});

test('a call tree has its rows in the order of its stacks', () => {
  const { parent, func } = buildCallTree([[2, 1], [0], [2, 0]], [1, 1, 1]);
  expect(func).toEqual([-1, 2, 1, 0, 0]);
  expect(parent).toEqual([-1, 0, 1, 0, 1]);
});
