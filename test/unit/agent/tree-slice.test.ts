import { expect, test } from 'vitest';
import type { SampleContext } from '../../../agent/src/sample-context.ts';
import {
  FrameIndex,
  IDLE_FRAME,
  type RawNode,
  type RawProfile,
  sliceOfTree,
} from '../../../agent/src/tree-slice.ts';
import type { CpuSlice, StallAt } from '../../../agent/src/v8-profiler.ts';

const contextOf = (name: string): SampleContext => ({ work: null, span: null, labels: { name } });
const tick = (context: unknown, micros = 0, cpuTime = 0) => ({
  context,
  timestamp: BigInt(micros),
  cpuTime,
});

function node(name: string, given: Partial<RawNode> = {}): RawNode {
  const place = { scriptName: '/srv/app.js', scriptId: 7, lineNumber: 1, columnNumber: 1 };
  return { name, ...place, hitCount: 0, contexts: [], children: [], ...given };
}
const state = (name: string, given: Partial<RawNode> = {}) =>
  node(name, { scriptName: '', scriptId: 0, lineNumber: 0, columnNumber: 0, ...given });

function slice(children: RawNode[], stallAt: StallAt | null = null, given: object = {}): CpuSlice {
  const profile: RawProfile = {
    topDownRoot: state('(root)', { children }),
    startTime: 1000,
    endTime: 101_000,
    ...given,
  };
  return sliceOfTree(profile, { index: new FrameIndex(), intervalMicros: 10_000, stallAt });
}

/** `leaf<caller ticks context stall` of every row. */
const rowsOf = ({ frames, stacks, ticks, contexts, stalls }: CpuSlice) =>
  stacks.map((stack, i) => {
    const names = stack.map((row) => frames[row]!.name).join('<');
    return [names, ticks[i], contexts[i]?.labels?.['name'] ?? '-', stalls[i]].join(' ');
  });

test('ticks are grouped by stack and context, leaf first, whichever path set the context', () => {
  const [a, b] = [contextOf('a'), contextOf('b')];
  const hot = node('hot', {
    hitCount: 4,
    contexts: [tick(a), tick({ ref: b }), tick(a), tick(undefined)],
  });
  const main = node('main', { hitCount: 1, contexts: [tick({ ref: undefined })], children: [hot] });
  const answer = slice([main]);
  expect(rowsOf(answer)).toEqual([
    'main 1 - -1',
    'hot<main 2 a -1',
    'hot<main 1 b -1',
    'hot<main 1 - -1',
  ]);
  expect(answer.stacks[1]).toBe(answer.stacks[3]); // rows of one stack share the array
});

test('ticks inside a stall are apart, with a context or without', () => {
  const a = contextOf('a');
  const hot = node('hot', {
    hitCount: 3,
    contexts: [tick(a, 99), tick(a, 100), tick(undefined, 101)],
  });
  expect(rowsOf(slice([hot], (micros) => (micros >= 100 ? 3 : -1)))).toEqual([
    'hot 1 a -1',
    'hot 1 a 3',
    'hot 1 - 3',
  ]);
});

test('no more ticks are given out than the node has', () => {
  const hot = node('hot', { hitCount: 1, contexts: [tick(contextOf('a')), tick(contextOf('a'))] });
  expect(rowsOf(slice([hot]))).toEqual(['hot 1 a -1']);
});

test("V8's own states: idle is one row without a context, (program) none, garbage collection a stack", () => {
  const answer = slice([
    state('(program)', { hitCount: 2 }),
    state('(idle)', { hitCount: 5, contexts: [tick(contextOf('a'), 0, 30)] }),
    state('(garbage collector)', { hitCount: 1, contexts: [tick(undefined, 0, 12)] }),
    node('(idle)', { hitCount: 1 }), // a function of the application
  ]);
  expect(rowsOf(answer)).toEqual(['(idle) 5 - -1', 'Garbage Collection 1 - -1', '(idle) 1 - -1']);
  expect(answer.frames[0]).toBe(IDLE_FRAME);
  expect(answer.frames[2]).not.toBe(IDLE_FRAME);
  expect(answer.threadCpuNanos).toBe(42);
});

test('a platform without signals has ticks all the same', () => {
  const { contexts: _, ...bare } = node('hot', { hitCount: 3 });
  const { contexts: __, ...idle } = state('(idle)', { hitCount: 4 });
  expect(rowsOf(slice([bare, idle]))).toEqual(['hot 3 - -1', '(idle) 4 - -1']);
});

test.each([
  ['as V8 managed it', 8, 12_500_000],
  ['not shorter than asked for', 50, 10_000_000],
  ['at most twice as long', 1, 20_000_000],
  ['as asked for without a tick', 0, 10_000_000],
])('the time of a tick is %s', (_, hitCount, tickNanos) => {
  const answer = slice([node('hot', { hitCount })]);
  expect([answer.tickNanos, answer.durationNanos]).toEqual([tickNanos, 100_000_000]);
});

test('CPU of other threads comes with the profile', () => {
  expect(slice([], null, { hasCpuTime: true, nonJSThreadsCpuTime: 77 }).nonJsCpuNanos).toBe(77);
});

test('functions are told apart by script and place; names and files are said as everywhere', () => {
  const places: Partial<RawNode>[] = [
    {},
    { columnNumber: 9 },
    { lineNumber: 4 },
    { scriptId: 8, scriptName: 'file:///srv/other.mjs' },
    { name: '', lineNumber: 3, columnNumber: 5 },
    { name: '', lineNumber: 3, columnNumber: 0 },
    { name: '', lineNumber: 0, columnNumber: 0 },
    {}, // the first again
  ];
  const { frames } = slice(places.map((place) => node('get length', { hitCount: 1, ...place })));
  expect(frames.map(({ name, file, line, column }) => `${name} ${file}:${line}:${column}`)).toEqual(
    [
      'get length /srv/app.js:1:1',
      'get length /srv/app.js:1:9',
      'get length /srv/app.js:4:1',
      'get length /srv/other.mjs:1:1',
      '(anonymous:L#3:C#5) /srv/app.js:3:5',
      '(anonymous:L#3) /srv/app.js:3:0',
      '(anonymous) /srv/app.js:0:0',
    ],
  );
});

test('a function keeps its frame from one stop to the next', () => {
  const index = new FrameIndex();
  expect(index.frameOf(node('hot'))).toBe(index.frameOf(node('hot')));
});
