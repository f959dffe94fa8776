import { expect, test } from 'vitest';
import { functionId } from '../../../proto/src/index.ts';
import { linesAnswer } from '../../../server/src/routes/lines-answer.ts';
import { sourceUrl } from '../../../server/src/routes/source-url.ts';
import { stacksFromFolded } from '../../support/server-fake-store.ts';

const idOf = (name: string, file = 'src/a.ts') => functionId({ name, file, kind: 'user' });

const TEXT = `
  main@src/main.ts:1;parse@src/a.ts:10;lex@src/a.ts:30 100
  main@src/main.ts:1;parse@src/a.ts:10                  20
  main@src/main.ts:1;parse@src/a.ts:10;parse@src/a.ts:10 5
  parse@src/a.ts:10                                      1
  main@src/main.ts:1                                     7
`;
/** Pairs with the lines of TEXT: which line of each frame ran. */
const RAN = [[3, 12, 31], [3, 14], [4, 12, 14], [0], null];

const answer = (id = idOf('parse'), template: string | null = null) =>
  linesAnswer(
    { service: 'shop', type: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds' },
    {
      stacks: stacksFromFolded(TEXT),
      lines: RAN.map((lines) => (lines === null ? null : Uint32Array.from(lines))),
      releases: [
        { version: '1', revision: 'aaa' },
        { version: '2', revision: 'bbb' },
      ],
    },
    { functionId: id, template },
  );

test('a stack counts once for each definition and for each line of the file', () => {
  const { functions, lines, withoutLine, total, file } = answer();
  expect({ functions, lines, withoutLine, total, file }).toEqual({
    file: 'src/a.ts',
    total: 133,
    functions: {
      id: [idOf('parse'), idOf('lex')],
      name: ['parse', 'lex'],
      line: [10, 30],
      self: [26, 100],
      total: [126, 100],
    },
    lines: { line: [12, 14, 31], self: [0, 25, 100], total: [105, 25, 100] },
    withoutLine: { self: 1, total: 1 },
  });
});

test('callers come by the line that calls, and recursion has none of its own', () => {
  const { callers, function: parse } = answer();
  expect(callers).toMatchObject({ name: ['main', 'main'], line: [3, 4], total: [120, 5] });
  const begun = 1;
  const sum = callers.total.reduce((a, b) => a + b, 0) + begun;
  expect(parse).toEqual({ name: 'parse', self: 26, total: sum });
});

test('a function that no stack has answers with nothing in it', () => {
  const { file, functions, lines, callers, total } = answer(idOf('nobody'));
  expect({ file, functions: functions.id, lines: lines.line, callers: callers.id, total }).toEqual({
    file: '',
    functions: [],
    lines: [],
    callers: [],
    total: 133,
  });
});

test.each([
  ['https://git.test/r/{revision}/{file}#L{line}', 'https://git.test/r/bbb/src/a.ts#L{line}'],
  ['https://git.test/{service}/{version}', 'https://git.test/shop/2'],
  ['https://git.test/{unknown}/{file}', 'https://git.test/{unknown}/src/a.ts'],
])('%s becomes %s', (template, expected) => {
  expect(answer(idOf('parse'), template).sourceUrl).toBe(expected);
});

test('no address is guessed: not for packages, and not without the revision that it needs', () => {
  const place = {
    service: 'shop',
    file: 'src/a b/[id].ts',
    package: '',
    kind: 'user' as const,
    version: 'v1',
    revision: '',
  };
  const template = 'https://git.test/{revision}/{file}#L{line}';
  // Many name a version after its revision.
  expect(sourceUrl(template, place)).toBe('https://git.test/v1/src/a%20b/%5Bid%5D.ts#L{line}');
  expect(sourceUrl(template, { ...place, version: '' })).toBe(null);
  expect(sourceUrl(template, { ...place, package: 'ajv', kind: 'dependency' })).toBe(null);
  expect(sourceUrl(template, { ...place, file: '' })).toBe(null);
});
