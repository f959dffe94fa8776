import {
  applyTransformStep,
  buildCallTree,
  type FrameKind,
  formatTransformStep,
  functionId,
  parseFolded,
  parseTransformStep,
  type StackTable,
} from '@flamehouse/proto';
import { expect, test } from 'vitest';
import { formatCallTree } from '../../support/text-profile.ts';

const { names, stacks, values } = parseFolded(`
  main;walk;walk;lib/log;lib/write 30
  main;lib/log;walk                10
  main;(gc)                         4
`);

const file = (name: string) =>
  name === '(gc)' ? '' : name.startsWith('lib/') ? 'lib/index.js' : `src/${name}.ts`;
const kind = (name: string): FrameKind =>
  name === '(gc)' ? 'gc' : name.startsWith('lib/') ? 'dependency' : 'user';
const idOf = (name: string) => functionId({ name, file: file(name), kind: kind(name) });

const table: StackTable = {
  stacks,
  values,
  frames: {
    id: names.map((name) => idOf(name)),
    functionId: names.map(idOf),
    name: names,
    file: names.map(file),
    package: names.map((name) => (name.startsWith('lib/') ? 'lib' : '')),
    kind: names.map(kind),
    line: names.map(() => 1),
  },
};

function treeAfter(...steps: string[]): string[] {
  const result = steps.map(parseTransformStep).reduce(applyTransformStep, table);
  return formatCallTree(buildCallTree(result.stacks, result.values), result.frames.name);
}

test.each([
  [`only:${idOf('walk')}`, 40],
  [`not:${idOf('walk')}`, 4],
  [`from:${idOf('lib/log')}`, 40],
  [`merge:${idOf('main')}`, 44],
  ['hide:dependency', 44],
  ['hide:idle', 44],
  ['collapse:recursion', 44],
  ['group:package', 44],
  ['group:file', 44],
  [`only:${'0'.repeat(16)}`, 0],
])('%s leaves a total of %i, and is written as it is read', (text, total) => {
  expect(treeAfter(text)[0]).toContain(`(root) total=${total} `);
  expect(formatTransformStep(parseTransformStep(text))).toBe(text);
});

test('recursion collapses into one frame, not through others', () => {
  expect(treeAfter('collapse:recursion', `only:${idOf('lib/write')}`)).toEqual([
    '(root) total=30 self=0',
    '  main total=30 self=0',
    '    walk total=30 self=0',
    '      lib/log total=30 self=0',
    '        lib/write total=30 self=30',
  ]);
});

test('packages are frames; what has none is named by its kind', () => {
  expect(treeAfter('group:package')).toEqual([
    '(root) total=44 self=0',
    '  (user) total=44 self=0',
    '    lib total=40 self=30',
    '      (user) total=10 self=10',
    '    (gc) total=4 self=4',
  ]);
});

test('steps after a group name its frames', () => {
  const grouped = applyTransformStep(table, { does: 'group', by: 'file' });
  const id = grouped.frames.functionId[grouped.frames.name.indexOf('lib/index.js')]!;
  expect(treeAfter('group:file', `from:${id}`)).toEqual([
    '(root) total=40 self=0',
    '  lib/index.js total=40 self=30',
    '    src/walk.ts total=10 self=10',
  ]);
});

test('a stack of which nothing is left belongs to the root', () => {
  expect(treeAfter('hide:user', 'hide:gc', 'hide:dependency')).toEqual(['(root) total=44 self=44']);
});

test.each(['', 'only:', 'only:ABCDEF0123456789', 'hide:all', 'group:line', 'drop:1'])(
  '%j is no step',
  (text) => {
    expect(() => parseTransformStep(text)).toThrow(`x is ${JSON.stringify(text)}`);
  },
);
