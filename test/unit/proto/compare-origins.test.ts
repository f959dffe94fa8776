import { describe, expect, test } from 'vitest';
import { callGraph, partAbove } from '../../../proto/src/compare/call-graph.ts';
import { nameOrigins } from '../../../proto/src/compare/origins.ts';
import type { FunctionTest } from '../../../proto/src/compare/test-functions.ts';
import type { FrameKind } from '../../../proto/src/index.ts';

const NAMES = ['main', 'search', 'checkout', 'loadRules', 'parse', 'lex'];
const MAIN = 0;
const SEARCH = 1;
const CHECKOUT = 2;
const LOAD = 3;
const PARSE = 4;
const LEX = 5;

/** main calls search and checkout, both call loadRules, which calls parse and lex of a library. */
function graph() {
  const edges = [
    [MAIN, SEARCH, 400, 800],
    [MAIN, CHECKOUT, 200, 400],
    [SEARCH, LOAD, 0, 400],
    [CHECKOUT, LOAD, 0, 200],
    [LOAD, PARSE, 0, 596],
    [PARSE, LEX, 0, 592],
  ] as const;
  const column = (i: 0 | 1 | 2 | 3) => edges.map((edge) => edge[i]);
  return callGraph({
    edges: { caller: column(0), callee: column(1), baseMicros: column(2), headMicros: column(3) },
    functionCount: NAMES.length,
    countedAs: Int32Array.from(NAMES.keys()),
  });
}

const SERVICE = 600;

/** A sure test of a total. */
function changed(func: number, base: number, head: number): FunctionTest {
  return {
    func,
    part: 'total',
    base,
    head,
    effect: (head - base) / SERVICE,
    p: 1e-9,
    q: 1e-9,
    df: 10,
    sd: 0.01,
  } as unknown as FunctionTest;
}

function originsWith(kinds: readonly FrameKind[], mainHead = 1200): string[] {
  const tests = [
    changed(MAIN, 600, mainHead),
    changed(SEARCH, 400, 800),
    changed(CHECKOUT, 200, 400),
    changed(LOAD, 0, 600),
    changed(PARSE, 0, 596),
    changed(LEX, 0, 592),
  ];
  const functions = NAMES.map((name, i) => ({ id: name, name, file: '', kind: kinds[i]! }));
  const setting = { graph: graph(), serviceBase: SERVICE, relativeNoise: 0.01 };
  return nameOrigins({ functions, tests, flagged: tests, ...setting }).map(
    ({ test }) => NAMES[test.func]!,
  );
}

describe('origins', () => {
  const own: FrameKind[] = ['user', 'user', 'user', 'user'];

  test('a library that did not run before is named by its caller in the own code', () => {
    expect(originsWith([...own, 'dependency', 'dependency'])).toEqual(['loadRules']);
  });

  test('without a caller of the own code that explains as much, the library is named', () => {
    const others: FrameKind[] = Array.from(NAMES, () => 'dependency');
    expect(originsWith(others)).toEqual(['lex']);
  });

  test('own code that is new is named itself, and callers of a part of it are not', () => {
    expect(originsWith([...own, 'user', 'user'])).toEqual(['lex']);
  });

  test('what the runtime calls code through is not named, even where more than that code grew in it', () => {
    const kinds: FrameKind[] = ['runtime', 'user', 'user', 'user', 'dependency', 'dependency'];
    expect(originsWith(kinds, 1600)).toEqual(['loadRules']);
  });

  test('the runtime itself is named when little of its change is in the code that it calls', () => {
    const kinds: FrameKind[] = ['runtime', 'user', 'user', 'user', 'dependency', 'dependency'];
    expect(originsWith(kinds, 3000)[0]).toBe('main');
  });

  test('a caller whose calls go through wrappers that all use is not named for what they hide', () => {
    // Half of what wrap passes on seems to come from other, though all of it came from handle.
    const names = ['handle', 'other', 'wrap', 'load', 'small'];
    const edges = [
      [0, 2, 300, 600],
      [1, 2, 300, 600],
      [2, 3, 0, 600],
      [0, 4, 50, 70],
    ] as const;
    const column = (i: 0 | 1 | 2 | 3) => edges.map((edge) => edge[i]);
    const hidden = callGraph({
      edges: { caller: column(0), callee: column(1), baseMicros: column(2), headMicros: column(3) },
      functionCount: names.length,
      countedAs: Int32Array.from(names.keys()),
    });
    const tests = [changed(0, 400, 1000), changed(3, 0, 600), changed(4, 50, 70)];
    const functions = names.map((name) => ({ id: name, name, file: '', kind: 'user' as const }));
    const setting = { graph: hidden, serviceBase: SERVICE, relativeNoise: 0.01 };
    const origins = nameOrigins({ functions, tests, flagged: tests, ...setting });
    expect(origins.map(({ test: { func } }) => names[func])).toEqual(['load', 'small']);
  });

  test('a caller passes on what comes along its own way', () => {
    const parts = partAbove(graph(), LEX);
    expect(NAMES.map((_, func) => Number(parts[func]!.toFixed(2)))).toEqual([
      1, 0.67, 0.33, 1, 1, 1,
    ]);
  });
});
