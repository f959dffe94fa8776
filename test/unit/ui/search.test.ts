import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closeNames, compileSearch, findMatches } from '../../../ui/src/flame/search.ts';
import { buildFlameTree } from '../../../ui/src/flame/tree.ts';
import { flamegraphOf, parseTree } from '../../support/ui-fixture-tree.ts';

const f = (name: string, file = '', owner = '') => ({ name, file, package: owner });
const columnsOf = (...functions: ReturnType<typeof f>[]) => ({
  name: functions.map(({ name }) => name),
  file: functions.map(({ file }) => file),
  package: functions.map((of) => of.package),
});
const finds = (typed: string, ...functions: ReturnType<typeof f>[]) =>
  [...compileSearch(typed)!.hits(columnsOf(...functions))].flatMap((hit, row) =>
    hit === 1 ? [functions[row]!.name] : [],
  );

test('plain text is looked for as it stands, in any case', () => {
  expect(finds('foo(', f('call foo(bar)'), f('foo'))).toEqual(['call foo(bar)']);
  expect(finds('json', f('JSON.parse'), f('toJson'), f('other'))).toEqual(['JSON.parse', 'toJson']);
  expect(finds('.*', f('RegExp: .*'), f('x'))).toEqual(['RegExp: .*']);
});

test('files and packages are found too', () => {
  expect(finds('src/pricing', f('a', 'src/pricing/config.ts'), f('b', 'src/x.ts'))).toEqual(['a']);
  expect(finds('fastify', f('route', 'fastify/lib/r.js', 'fastify'), f('b'))).toEqual(['route']);
});

test('between slashes it is an expression, with its own flags', () => {
  expect(finds('/^get/', f('getCart'), f('widget'), f('GetCart'))).toEqual(['getCart']);
  expect(finds('/^get/i', f('getCart'), f('GetCart'))).toEqual(['getCart', 'GetCart']);
});

test('an expression that does not compile finds nothing and says why', () => {
  const search = compileSearch('/foo(/')!;
  expect([...search.hits(columnsOf(f('foo(')))]).toEqual([0]);
  expect(search.problem).toContain('Unterminated group');
});

test('nothing typed is no search', () => {
  expect(compileSearch('   ')).toBe(null);
});

test('property: text is found in the rows that hold it, and in no other', () => {
  const word = fc.stringMatching(/^[a-cA-C İ/.]{0,4}$/);
  const row = fc.tuple(word, word, word).map((parts) => f(...parts));
  fc.assert(
    fc.property(fc.array(row), word, (rows, typed) => {
      fc.pre(typed.trim() !== '');
      const needle = typed.trim().toLowerCase();
      const holds = ({ name, file, package: owner }: (typeof rows)[number]) =>
        [name, file, owner].some((text) => text.toLowerCase().includes(needle));
      fc.pre(!/^\/.+\/$/.test(typed.trim()));
      expect([...compileSearch(typed)!.hits(columnsOf(...rows))]).toEqual(
        rows.map((one) => (holds(one) ? 1 : 0)),
      );
    }),
  );
});

test('property: no text makes a search throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (typed, name) => {
      compileSearch(typed)?.hits(columnsOf(f(name, name, name)));
    }),
  );
});

test('matches count distinct functions, and their value once on every stack', () => {
  const tree = buildFlameTree(
    flamegraphOf(
      parseTree(`
all | root | 100
  getCart | src/a.ts | 60
    findCart | src/a.ts | 40
      getCart | src/a.ts | 10
  priceCart | src/b.ts | 30
  other | src/b.ts | 10`),
      { service: 's', type: 't', unit: 'count', from: 0, to: 1 },
    ),
  );
  const matches = findMatches(tree, compileSearch('cart')!);
  expect(matches.functions).toBe(3);
  expect([...matches.rows]).toEqual([1, 2, 3, 4]);
  expect(matches.value).toBe(90);
  expect([...matches.byRow]).toEqual([0, 1, 1, 1, 1, 0]);
});

test('names near to what was typed are offered', () => {
  const names = ['deserializeConfig', 'deserialize', 'JSON.parse'];
  expect(closeNames(names, 'deserialise')).toEqual(['deserialize', 'deserializeConfig']);
  expect(closeNames(names, 'zz')).toEqual([]);
});
