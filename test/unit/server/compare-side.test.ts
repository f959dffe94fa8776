import { describe, expect, test } from 'vitest';
import { exitCodeOf, readFailOn } from '../../../server/src/cli/fail-on.ts';
import { callEdges } from '../../../server/src/compare/call-edges.ts';
import { readSide } from '../../../server/src/compare/side.ts';
import { stacksFromFolded } from '../../support/server-fake-store.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const HOUR = 3_600_000;
const read = (selector: string, filter?: string) =>
  readSide(
    { parameter: 'base', selector, service: 'shop', ...(filter === undefined ? {} : { filter }) },
    NOW,
  );

describe('a side of a comparison', () => {
  test('a version is looked for in the last day', () => {
    expect(read('version:1.2.3-rc.1')).toEqual({
      selector: 'version:1.2.3-rc.1',
      name: '1.2.3-rc.1',
      ranged: false,
      selection: {
        service: 'shop',
        version: '1.2.3-rc.1',
        range: { from: NOW - 24 * HOUR, to: NOW },
      },
    });
  });

  test('a version in a time, and a time alone', () => {
    expect(read('version:4f2c1e9@now-2h~now-1h').selection).toEqual({
      service: 'shop',
      version: '4f2c1e9',
      range: { from: NOW - 2 * HOUR, to: NOW - HOUR },
    });
    expect(read('range:2026-11-20T10:00~2026-11-20T11:00')).toMatchObject({
      name: '2026-11-20T10:00~2026-11-20T11:00',
      ranged: true,
      selection: { range: { from: NOW - 2 * HOUR, to: NOW - HOUR } },
    });
  });

  test('a filter by the labels that minutes keep', () => {
    expect(read('version:1', '{endpoint="GET /x", instance="pod-1"}').selection).toMatchObject({
      endpoint: 'GET /x',
      instance: 'pod-1',
    });
    expect(() => read('version:1', '{endpoint=~"GET.*"}')).toThrow(
      'base.filter has endpoint=~"GET.*"',
    );
  });

  test.each(['', 'version', 'version:', '1.2.3', 'range:', 'range:a~b~c', 'version:1@now-1h'])(
    '"%s" is refused with its text',
    (selector) => {
      expect(() => read(selector)).toThrow(`base is ${JSON.stringify(selector)}`);
    },
  );
});

test('calls are summed by function on both sides, recursion once', () => {
  const base = stacksFromFolded(
    'main@src/a.js:1;walk@src/a.js:2;walk@src/a.js:2;log@src/a.js:9 30',
  );
  const head = stacksFromFolded(
    'main@src/a.js:1;walk@src/a.js:2 5\nmain@src/a.js:1;log@src/a.js:9 7',
  );
  const rows = new Map(
    [...new Set([...base.frames.functionId, ...head.frames.functionId])].map((id, row) => [
      id,
      row,
    ]),
  );
  const { caller, callee, baseMicros, headMicros } = callEdges([base, head], rows);
  const edges = Array.from(caller, (from, i) => [from, callee[i], baseMicros[i], headMicros[i]]);
  // Rows: 0 main, 1 walk, 2 log.
  expect(edges).toEqual([
    [0, 1, 30, 5],
    [1, 2, 30, 0],
    [0, 2, 0, 7],
  ]);
});

describe('--fail-on', () => {
  const answer = (state: string, exitCode: number, value: number) =>
    ({ verdict: { state, exitCode, effect: { value } }, origins: [] }) as unknown as Parameters<
      typeof exitCodeOf
    >[0];

  test.each([
    [undefined, answer('more', 1, 0.02), 1],
    [undefined, answer('less', 0, -0.2), 0],
    ['cpu>5%', answer('more', 1, 0.04), 0],
    ['cpu > 5.5 %', answer('more', 1, 0.06), 1],
    ['any', answer('less', 0, -0.2), 1],
    ['any', answer('no-change', 0, 0), 0],
    ['any', answer('not-enough-data', 3, 0), 3],
  ])('%s', (text, given, code) => {
    expect(exitCodeOf(given, readFailOn(text))).toBe(code);
  });

  test('anything else is refused', () => {
    expect(() => readFailOn('wall>5%')).toThrow(`--fail-on is "wall>5%": write any, or 'cpu>5%'`);
  });
});
