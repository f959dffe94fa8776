import {
  buildCallTree,
  calleesOf,
  callersOf,
  collapseRuns,
  fromHere,
  invert,
  mergeAway,
  notThrough,
  onlyThrough,
  parseFolded,
  type StackTransform,
  transformStacks,
} from '@flamehouse/proto';
import { expect, test } from 'vitest';
import { formatCallTree } from '../../support/text-profile.ts';

const { names, stacks, values } = parseFolded(`
  main;walk;walk;log 30
  main;walk;log      10
  main;parse;log      4
  main;parse          5
`);

const is = (name: string) => (frame: number) => names[frame] === name;

function treeAfter(...transforms: StackTransform[]): string[] {
  const result = transformStacks({ stacks, values }, transforms);
  return formatCallTree(buildCallTree(result.stacks, result.values), names);
}

test('only through a function', () => {
  expect(treeAfter(onlyThrough(is('parse')))).toEqual([
    '(root) total=9 self=0',
    '  main total=9 self=0',
    '    parse total=9 self=5',
    '      log total=4 self=4',
  ]);
});

test('not through a function', () => {
  expect(treeAfter(notThrough(is('walk')))[0]).toBe('(root) total=9 self=0');
});

test('from a function on, with recursion counted once', () => {
  expect(treeAfter(fromHere(is('walk')))).toEqual([
    '(root) total=40 self=0',
    '  walk total=40 self=0',
    '    walk total=30 self=0',
    '      log total=30 self=30',
    '    log total=10 self=10',
  ]);
});

test('merging away gives what a function held to its callers', () => {
  expect(treeAfter(mergeAway(is('log')), mergeAway(is('walk')))).toEqual([
    '(root) total=49 self=0',
    '  main total=49 self=40',
    '    parse total=9 self=9',
  ]);
});

test('recursion collapses into one frame', () => {
  expect(treeAfter(collapseRuns((frame) => frame))).toEqual([
    '(root) total=49 self=0',
    '  main total=49 self=0',
    '    walk total=40 self=0',
    '      log total=40 self=40',
    '    parse total=9 self=5',
    '      log total=4 self=4',
  ]);
});

test('bottom-up', () => {
  expect(
    treeAfter(
      collapseRuns((frame) => frame),
      invert,
    ),
  ).toEqual([
    '(root) total=49 self=0',
    '  log total=44 self=0',
    '    walk total=40 self=0',
    '      main total=40 self=40',
    '    parse total=4 self=0',
    '      main total=4 self=4',
    '  parse total=5 self=0',
    '    main total=5 self=5',
  ]);
});

test('callers and callees of a function both sum to its total', () => {
  expect(treeAfter(callersOf(is('walk')))).toEqual([
    '(root) total=40 self=0',
    '  walk total=40 self=0',
    '    main total=40 self=40',
  ]);
  expect(treeAfter(calleesOf(is('walk')))[0]).toBe('(root) total=40 self=0');
});
