import { expect, test } from 'vitest';
import { parseHeapJson } from '../../../agent/src/heap-json.ts';

/** As the native writer puts it down: nothing is escaped. */
const node = (name: string, script: string, children = '', allocations = '') =>
  `{"name":"${name}","scriptName":"${script}","scriptId":7,"lineNumber":3,"columnNumber":5,` +
  `"children":[${children}],"allocations":[${allocations}]}`;

test('stacks are leaf first, and names may hold any character', () => {
  const inner = node('', 'file:///srv/a.mjs', '', '{"sizeBytes":24,"count":2}');
  const outer = node('say "hi"', 'C:\\new\\app.js', inner, '{"sizeBytes":8,"count":1}');
  const { frames, stacks, objects, bytes } = parseHeapJson(node('(root)', '', outer));
  const named = stacks.map((stack) => stack.map((row) => frames[row]));
  expect(named).toEqual([
    [{ name: 'say "hi"', file: 'C:\\new\\app.js', line: 3, column: 5 }],
    [
      { name: '(anonymous:L#3:C#5)', file: '/srv/a.mjs', line: 3, column: 5 },
      { name: 'say "hi"', file: 'C:\\new\\app.js', line: 3, column: 5 },
    ],
  ]);
  expect({ objects, bytes }).toEqual({ objects: [1, 2], bytes: [8, 48] });
});

test('what is no profile is an error', () => {
  expect(() => parseHeapJson('{"name":')).toThrow();
});
