import type { SpanDetailAnswer } from '@flamehouse/proto';
import { expect, test } from 'vitest';
import { compareShares } from '../../../ui/src/screens/trace/compare-shares.ts';
import { functionsOfGraph } from '../../../ui/src/screens/trace/function-sums.ts';
import { toolOf } from '../../../ui/src/screens/trace/words.ts';
import { flamegraphOf, functionsOf, parseTree } from '../../support/ui-fixture-tree.ts';

const head = { service: 'checkout', type: 'cpu', unit: 'microseconds', from: 0, to: 1 } as const;

const RECURSIVE = `
all | root | 100
  walk | src/walk.ts | 90
    walk | src/walk.ts | 60
      parse | src/parse.ts | 40
    parse | src/parse.ts | 10
`;

function profile(text: string, samples: number): SpanDetailAnswer {
  return {
    ...flamegraphOf(parseTree(text), head),
    traceId: null,
    spanId: '0'.repeat(16),
    name: '',
    endpoint: '',
    version: '',
    scope: 'subtree',
    children: 'included',
    samples,
    spans: 1,
    uncertainty: null,
    durationMicros: null,
    speed: 'all',
    similar: null,
  };
}

test('functions of a graph count recursion once, from the outermost frame', () => {
  const { functions } = functionsOfGraph(profile(RECURSIVE, 10));
  const rows = functions.name.map(
    (name, i) => `${name} ${functions.self[i]}/${functions.total[i]}`,
  );
  expect(rows).toEqual(['walk 40/90', 'parse 50/50']);
});

test('the sums are those of the server for the same tree', () => {
  const own = functionsOfGraph(flamegraphOf(parseTree(RECURSIVE), head));
  const exact = functionsOf(parseTree(RECURSIVE), head);
  const pairs = ({ functions: f }: typeof own) =>
    f.id.map((id, i) => `${id} ${f.self[i]} ${f.total[i]}`).sort();
  expect(pairs(own)).toEqual(pairs(exact));
});

const SLOW = `
all | root | 100
  load | src/load.ts | 90
    parse | src/parse.ts | 80
  reply | src/reply.ts | 10
`;
const FAST = `
all | root | 1000
  load | src/load.ts | 450
    parse | src/parse.ts | 50
  reply | src/reply.ts | 540
`;

const said = (samplesHere: number) =>
  compareShares(profile(SLOW, samplesHere), profile(FAST, 400)).map(
    ({ name, change, sure }) => `${name} ${Math.round(change * 100)}${sure ? ' sure' : ''}`,
  );

test('shares are compared function by function, the most different first', () => {
  expect(said(40)).toEqual(['parse 75 sure', 'load 45 sure', 'reply -44 sure']);
});

test('what few samples show may be chance, and is not called sure', () => {
  expect(said(3)).toEqual(['parse 75 sure', 'load 45', 'reply -44']);
  expect(said(0)).toEqual(['parse 75', 'load 45', 'reply -44']);
});

test('a function of one side only has a share of nothing on the other', () => {
  const [first] = compareShares(
    profile('all | root | 10\n  only | src/only.ts | 10\n', 50),
    profile(FAST, 400),
  );
  expect(first).toMatchObject({ name: 'only', here: 1, there: 0, sure: true });
});

test('a link out is called by the tool that it leads to', () => {
  expect(toolOf('https://jaeger.example.com/trace/1')).toBe('Jaeger');
  expect(toolOf('https://app.datadoghq.com/apm/trace/1')).toBe('Datadog');
  expect(toolOf('https://traces.example.com/1')).toBe('tracing tool');
});
