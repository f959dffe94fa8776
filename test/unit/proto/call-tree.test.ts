import {
  buildCallTree,
  mergeCallTrees,
  parseFolded,
  pruneCallTree,
  subtreeOf,
  sumByFunction,
} from '@flamehouse/proto';
import { expect, test } from 'vitest';
import { formatCallTree } from '../../support/text-profile.ts';

const RECURSIVE = parseFolded(`
  main;walk;walk 30
  main;walk      10
  main;parse      5
`);

test('recursion adds rows, so each row counts a sample once', () => {
  const { names, stacks, values } = RECURSIVE;
  expect(formatCallTree(buildCallTree(stacks, values), names)).toEqual([
    '(root) total=45 self=0',
    '  main total=45 self=0',
    '    walk total=40 self=10',
    '      walk total=30 self=30',
    '    parse total=5 self=5',
  ]);
});

test('a function that occurs twice in a stack is counted once in its total', () => {
  const { names, stacks, values } = RECURSIVE;
  const sums = sumByFunction(stacks, values, [0, 1, 2], names.length);
  expect(names.map((name, i) => [name, sums.self[i], sums.total[i]])).toEqual([
    ['main', 0, 45],
    ['walk', 40, 40],
    ['parse', 5, 5],
  ]);
});

test('stacks and values of different length are refused with both numbers', () => {
  expect(() => buildCallTree([[0]], [])).toThrow('got 1 stacks but 0 values');
});

test('pruning keeps every number that is left, and says what it folded', () => {
  const { names, stacks, values } = parseFolded(`
    main;a;deep;deeper 3
    main;a             50
    main;b              2
    main;c             40
  `);
  const pruned = pruneCallTree(buildCallTree(stacks, values), 4);
  expect(formatCallTree(pruned.tree, names)).toEqual([
    '(root) total=95 self=0',
    '  main total=95 self=0',
    '    a total=53 self=50',
    '    c total=40 self=40',
  ]);
  expect(pruned.folded).toEqual([0, 1, 2, 0]);
  expect([pruned.foldedNodes, pruned.foldedValue]).toEqual([3, 5]);
});

test('pruning to fewer nodes than a chain has keeps the upper part of the chain', () => {
  const { names, stacks, values } = parseFolded('a;b;c;d 7');
  const pruned = pruneCallTree(buildCallTree(stacks, values), 2);
  expect(formatCallTree(pruned.tree, names)).toEqual([
    '(root) total=7 self=0',
    '  a total=7 self=0',
  ]);
  expect([pruned.folded, pruned.foldedNodes, pruned.foldedValue]).toEqual([[0, 3], 3, 7]);
});

test('the subtree below a node has that node as row 0', () => {
  const { names, stacks, values } = RECURSIVE;
  const tree = buildCallTree(stacks, values);
  const walk = tree.func.indexOf(names.indexOf('walk'));
  const below = subtreeOf(tree, walk);
  expect(formatCallTree(below.tree, names)).toEqual([
    'walk total=40 self=10',
    '  walk total=30 self=30',
  ]);
  expect(below.row[0]).toBe(walk);
});

test('merging adds equal paths and keeps the others', () => {
  const { names, stacks, values } = RECURSIVE;
  const first = buildCallTree(stacks.slice(0, 2), values.slice(0, 2));
  const second = buildCallTree(stacks.slice(1), values.slice(1));
  expect(formatCallTree(mergeCallTrees([first, second]), names)).toEqual([
    '(root) total=55 self=0',
    '  main total=55 self=0',
    '    walk total=50 self=20',
    '      walk total=30 self=30',
    '    parse total=5 self=5',
  ]);
});
