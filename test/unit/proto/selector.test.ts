import { formatSelector, parseSelector } from '@flamehouse/proto';
import { expect, test } from 'vitest';

test('all operators, escapes, dots in names and a comma at the end', () => {
  expect(
    parseSelector('{endpoint="GET /x", region=~"eu.*",k8s.pod!="a\\"b\\\\c\\n", x!~"" , }'),
  ).toEqual([
    { name: 'endpoint', op: '=', value: 'GET /x' },
    { name: 'region', op: '=~', value: 'eu.*' },
    { name: 'k8s.pod', op: '!=', value: 'a"b\\c\n' },
    { name: 'x', op: '!~', value: '' },
  ]);
});

test('nothing and {} select everything', () => {
  expect(parseSelector('')).toEqual([]);
  expect(parseSelector(' { } ')).toEqual([]);
});

test.each([
  ['endpoint="x"', 'does not stand in braces'],
  ['{endpoint}', 'expected name="value" at character 2, found "endpoint"'],
  ['{a="1" b="2"}', 'expected a comma at character 8, found "b="2""'],
  ['{a="1}', 'expected name="value" at character 2'],
  [`{a="${'x'.repeat(5000)}"}`, 'it has 5006 characters, more than 4096'],
])('%s is refused with position and text', (text, message) => {
  expect(() => parseSelector(text)).toThrow(message);
});

test('formatting reads back', () => {
  const matchers = parseSelector('{a="x\\"y", b!~"(z|w)"}');
  expect(parseSelector(formatSelector(matchers))).toEqual(matchers);
});
