import { describe, expect, test } from 'vitest';
import { sourceRows } from '../../../ui/src/screens/source/source-rows.ts';
import { misfit, readSourceText } from '../../../ui/src/screens/source/source-text.ts';
import { formatSource, parseSource, sourceOf } from '../../../ui/src/state/source-url.ts';
import { EXPLORE_DEFAULTS } from '../../../ui/src/state/url.ts';

const FUNCTIONS = {
  id: ['a', 'b', 'c'],
  name: ['parse', 'lex', '(anonymous)'],
  line: [2, 6, 6],
  self: [1, 5, 2],
  total: [10, 7, 4],
};
const NO_LINES = { line: [], self: [], total: [] };
const TEXT = [
  '// one',
  'function parse() {',
  '  return lex();',
  '}',
  '',
  'const lex = () => each(() => 1);',
];

const print = (rows: ReturnType<typeof sourceRows>): string[] =>
  rows.map(({ line, self, total, defines, skipped, text }) =>
    [line, self, total, defines.map(({ name }) => name).join('+'), skipped, text ?? ''].join(' | '),
  );

describe('the rows of a file', () => {
  test('have the values of lines that ran, and say which functions begin there', () => {
    const lines = { line: [3, 6], self: [0, 7], total: [10, 7] };
    expect(print(sourceRows({ functions: FUNCTIONS, lines }, null, false))).toEqual([
      '2 |  |  | parse | 0 | ',
      '3 | 0 | 10 |  | 0 | ',
      '6 | 7 | 7 | lex+(anonymous) | 0 | ',
    ]);
  });

  test('without such lines have those of each function, never their sum', () => {
    expect(print(sourceRows({ functions: FUNCTIONS, lines: NO_LINES }, TEXT, true))).toEqual([
      '1 |  |  |  | 0 | // one',
      '2 | 1 | 10 | parse | 0 | function parse() {',
      '3 |  |  |  | 0 |   return lex();',
      '4 |  |  |  | 0 | }',
      '5 |  |  |  | 0 | ',
      '6 | 5 | 7 | lex | 0 | const lex = () => each(() => 1);',
      '6 | 2 | 4 | (anonymous) | 0 | ',
    ]);
  });

  test('leave lines out that are far from any value, and say how many', () => {
    const text = Array.from({ length: 60 }, (_, i) => `line ${i + 1}`);
    const functions = { ...FUNCTIONS, line: [2, 40, 0] };
    const rows = sourceRows({ functions, lines: NO_LINES }, text, false);
    expect(rows.map(({ line }) => line)).toEqual([
      ...[1, 2, 3, 4, 5, 6],
      ...[36, 37, 38, 39, 40, 41, 42, 43, 44],
    ]);
    expect(rows.find(({ line }) => line === 36)?.skipped).toBe(29);
  });
});

describe('an opened text', () => {
  test('comes from the file itself, or from a source map that holds it', () => {
    expect(readSourceText('a.ts', 'x\r\ny\n', 'src/a.ts')?.lines).toEqual(['x', 'y', '']);
    const map = JSON.stringify({
      sources: ['webpack://shop/./src/b.ts', '../src/a.ts'],
      sourcesContent: ['b', 'a'],
    });
    expect(readSourceText('bundle.js.map', map, 'src/a.ts')?.lines).toEqual(['a']);
    expect(readSourceText('bundle.js.map', map, 'src/b.ts')?.lines).toEqual(['b']);
    expect(readSourceText('bundle.js.map', map, 'src/aa.ts')).toBe(null);
    expect(readSourceText('bundle.js.map', '{"sources":["src/a.ts"]}', 'src/a.ts')).toBe(null);
    expect(readSourceText('bundle.js.map', 'no json', 'src/a.ts')).toBe(null);
  });

  test('that has not the names where they should be is another state of the file', () => {
    const text = { openedName: 'a.ts', lines: TEXT };
    expect(misfit(text, FUNCTIONS)).toBe(null);
    expect(misfit(text, { ...FUNCTIONS, line: [4, 6, 6] })).toEqual({ name: 'parse', line: 4 });
    expect(misfit(text, { ...FUNCTIONS, line: [2, 90, 6] })).toEqual({ name: 'lex', line: 90 });
  });
});

test('the address keeps what is asked, and nothing that is the default', () => {
  const state = sourceOf(
    { ...EXPLORE_DEFAULTS, service: 'shop', version: '2', selection: { from: 1.5, to: 9 } },
    '831409aa18073f04',
    'a b',
  );
  const text = formatSource(state);
  expect(text).toBe('?fn=831409aa18073f04&from=2&name=a+b&svc=shop&to=9&ver=2');
  expect(parseSource(text)).toEqual(state);
  expect(parseSource('?fn=nothing&t=cpu').functionId).toBe('');
});
