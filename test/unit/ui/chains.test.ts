import { expect, test } from 'vitest';
import { collapseChains } from '../../../ui/src/flame/chains.ts';
import { buildFlameTree } from '../../../ui/src/flame/tree.ts';
import { printTree } from '../../support/server-tree.ts';
import { fakeId, flamegraphOf, parseTree } from '../../support/ui-fixture-tree.ts';

const HEAD = {
  service: 'shop',
  type: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
  unit: 'microseconds',
  from: 0,
  to: 1000,
} as const;

const TEXT = `
all | root | 1000
  listen | node:net | 900
    emit | node:events | 899
      lookup | find-my-way | 898
        handler | src/a.ts | 898
          query | pg | 600
            submit | pg | 600
              write | node:net | 500
          sort | native | 100
  tick | node:timers | 100
    run | node:timers | 50`;

const answer = flamegraphOf(parseTree(TEXT), HEAD);
const idOf = (name: string): string =>
  answer.nodes.id[answer.nodes.frame.indexOf(answer.frames.name.indexOf(name))]!;

test('frames that only call one other become one row, and own code stays', () => {
  expect(printTree(collapseChains(answer, ''))).toEqual([
    '(root) total=1000 self=0',
    '  ⋯ 3 frames total=900 self=2',
    '    handler total=898 self=198',
    '      query total=600 self=0',
    '        submit total=600 self=100',
    '          write total=500 self=500',
    '      sort total=100 self=100',
    '  tick total=100 self=50',
    '    run total=50 self=50',
  ]);
});

test('the chain that is zoomed to is open, and links keep their ids', () => {
  const opened = collapseChains(answer, idOf('emit'));
  expect(opened).toBe(answer);
  const row = collapseChains(answer, '').nodes.id.indexOf(idOf('listen'));
  expect(row).toBe(1);
  expect(collapseChains(answer, fakeId('elsewhere')).nodes.id).toContain(idOf('handler'));
});

test('every sum stays: self of all rows is the total', () => {
  const tree = buildFlameTree(collapseChains(answer, ''));
  expect(tree.self.reduce((sum, value) => sum + value, 0)).toBe(1000);
});
