import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findHotPath, pathToShow } from '../../../ui/src/flame/hot-path.ts';
import { keyAction, stepOut } from '../../../ui/src/flame/keys.ts';
import { buildFlameTree, type FlameTree } from '../../../ui/src/flame/tree.ts';
import { flamegraphOf, parseTree } from '../../support/ui-fixture-tree.ts';

const treeOf = (text: string): FlameTree =>
  buildFlameTree(
    flamegraphOf(parseTree(text), {
      service: 's',
      type: 't',
      unit: 'microseconds',
      from: 0,
      to: 1,
    }),
  );
const nameOf = (tree: FlameTree, row: number) => tree.frames.name[tree.frame[row]!] ?? 'all';
const rowOf = (tree: FlameTree, name: string) =>
  Array.from({ length: tree.count }, (_, row) => row).find((row) => nameOf(tree, row) === name)!;

const checkout = treeOf(
  readFileSync(join(import.meta.dirname, '../../fixtures/ui/checkout.txt'), 'utf8'),
);

test('the sentence names the own function that passes least of it on', () => {
  const path = findHotPath(checkout)!;
  expect(nameOf(checkout, path.subject)).toBe('deserializeConfig');
  expect(path.subjectTotal).toBe(330);
  expect(pathToShow(checkout, path).map((row) => nameOf(checkout, row))).toEqual([
    'handler checkout',
    'priceCart',
    'loadPriceRules',
    'deserializeConfig',
    'JSON.parse',
  ]);
});

test('own frames and the leaf keep their colour, others on the path step back', () => {
  const { emphasis } = findHotPath(checkout)!;
  const of = (name: string) => emphasis[rowOf(checkout, name)];
  expect([of('emit'), of('priceCart'), of('JSON.parse'), of('findCart')]).toEqual([1, 2, 2, 0]);
});

test('a function that is called from several places counts them all, recursion once', () => {
  const tree = treeOf(`
all | root | 100
  main | src/a.ts | 90
    walk | src/a.ts | 60
      walk | src/a.ts | 50
    other | src/a.ts | 30
      walk | src/a.ts | 25`);
  const path = findHotPath(tree)!;
  expect(nameOf(tree, path.subject)).toBe('walk');
  expect(path.subjectTotal).toBe(85);
});

test('the answer is own code even where the machinery around it is wider', () => {
  const tree = treeOf(`
all | root | 100
  processTicks | node:internal | 50
    runMicrotasks | native | 45
      send | fastify | 35
      search | src/search.ts | 10
  serve | node:http | 40
    route | fastify | 40
      search | src/search.ts | 28
        rank | src/rank.ts | 16`);
  const path = findHotPath(tree)!;
  expect(nameOf(tree, path.subject)).toBe('search');
  expect(path.subjectTotal).toBe(38);
  expect(pathToShow(tree, path).map((row) => nameOf(tree, row))).toEqual(['search', 'rank']);
});

test('an entry function that holds everything does not hide what it calls', () => {
  const tree = treeOf(`
all | root | 100
  main | src/main.ts | 100
    serve | src/serve.ts | 62
      config | src/config.ts | 46
        parse | src/parse.ts | 20`);
  expect(nameOf(tree, findHotPath(tree)!.subject)).toBe('config');
});

test('own code that holds almost nothing leaves the answer to packages', () => {
  const tree = treeOf(`
all | root | 100
  main | src/a.ts | 3
  send | fastify | 60
    write | native | 50`);
  expect(nameOf(tree, findHotPath(tree)!.subject)).toBe('send');
});

test('idle time is the answer only when there is nothing else', () => {
  const tree = treeOf('all | root | 100\n  (idle) | idle | 90\n  tick | node:timers | 10');
  expect(nameOf(tree, findHotPath(tree)!.subject)).toBe('tick');
  const idle = treeOf('all | root | 100\n  (idle) | idle | 90');
  expect(nameOf(idle, findHotPath(idle)!.subject)).toBe('(idle)');
});

test('the path ends where the heaviest callee holds only a small part', () => {
  const tree = treeOf(`
all | root | 100
  main | src/a.ts | 90
    a | src/a.ts | 20
    b | src/a.ts | 19
    c | src/a.ts | 18`);
  expect(findHotPath(tree)!.rows.map((row) => nameOf(tree, row))).toEqual(['main']);
});

test('without own code all frames count; below a leaf there is no path', () => {
  const tree = treeOf('all | root | 10\n  Garbage Collection | gc | 10');
  expect(nameOf(tree, findHotPath(tree)!.subject)).toBe('Garbage Collection');
  expect(findHotPath(tree, 1)).toBe(null);
});

test('keys walk the picture: callee, caller, neighbours, leaf', () => {
  const at = (name: string, rootAtBottom = false) => ({
    selected: rowOf(checkout, name),
    focus: 0,
    rootAtBottom,
  });
  const press = (key: string, shiftKey = false) => ({ key, shiftKey });
  const go = (key: string, from: ReturnType<typeof at>) => {
    const action = keyAction(press(key), checkout, from);
    return action !== null && 'row' in action
      ? `${action.do} ${nameOf(checkout, action.row)}`
      : action;
  };
  expect(go('ArrowDown', at('priceCart'))).toBe('select loadPriceRules');
  expect(go('ArrowUp', at('priceCart'))).toBe('select handler checkout');
  expect(go('ArrowRight', at('handler checkout'))).toBe('select handler getCart');
  expect(go('ArrowLeft', at('handler getCart'))).toBe('select handler checkout');
  expect(go('Enter', at('priceCart'))).toBe('focus priceCart');
  expect(go('h', at('emit'))).toBe('select JSON.parse');
  expect(go('Home', at('emit'))).toBe('focus all');
  expect(go('n', at('emit'))).toEqual({ do: 'match', step: 1 });
  expect(go('q', at('emit'))).toBe(null);
  expect(go('ArrowDown', at('JSON.parse'))).toBe(null);
  const nothing = { selected: -1, focus: 0, rootAtBottom: false };
  expect(keyAction(press('ArrowDown'), checkout, nothing)).toEqual({ do: 'select', row: 0 });
  expect(keyAction(press('x'), checkout, nothing)).toBe(null);
  // With the root at the bottom the arrows still follow the picture.
  expect(go('ArrowUp', at('priceCart', true))).toBe('select loadPriceRules');
  expect(go('ArrowDown', at('priceCart', true))).toBe('select handler checkout');
  expect(go('s', at('priceCart'))).toBe('command priceCart');
  expect(go('F10', at('priceCart'))).toBe(null);
  expect(keyAction(press('F10', true), checkout, at('priceCart'))).toMatchObject({ do: 'menu' });
});

test('one step out skips callers that are no wider', () => {
  const tree = treeOf(`
all | root | 100
  wide | src/a.ts | 60
    wrap | src/a.ts | 40
      wrap2 | src/a.ts | 40
        inner | src/a.ts | 40`);
  expect(nameOf(tree, stepOut(tree, rowOf(tree, 'inner')))).toBe('wide');
  expect(stepOut(tree, rowOf(tree, 'wide'))).toBe(0);
});
