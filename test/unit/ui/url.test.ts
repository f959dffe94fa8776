import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CHAINS,
  EXPLORE_DEFAULTS,
  type ExploreState,
  exploreUrl,
  formatExplore,
  ORDERS,
  parseExplore,
  READINGS,
  ROOTS,
  SORTS,
  SPLITS,
  VIEWS,
} from '../../../ui/src/state/url.ts';
import { addStep, sayStep, type ViewStep } from '../../../ui/src/state/view-steps.ts';

const hex = fc.stringMatching(/^[0-9a-f]{16}$/);
const time = fc.oneof(
  fc.constantFrom('now', 'now-15m', 'now-24h', 'now-7d'),
  fc.integer({ min: 0, max: 4e12 }).map(String),
);
const steps: fc.Arbitrary<ViewStep> = fc.oneof(
  fc.record({
    step: fc.record({ does: fc.constantFrom('only', 'not', 'from', 'merge'), functionId: hex }),
    name: fc.string({ maxLength: 40 }),
  }),
  fc.record({
    step: fc.constantFrom(
      { does: 'hide', kind: 'runtime' } as const,
      { does: 'collapse', what: 'recursion' } as const,
      { does: 'group', by: 'file' } as const,
    ),
    name: fc.constant(''),
  }),
);
const states: fc.Arbitrary<ExploreState> = fc.record({
  service: fc.string(),
  type: fc.constantFrom(
    'cpu',
    'wall',
    'heap',
    'alloc-objects',
    'goroutine:goroutine:count:goroutine:count',
  ),
  from: time,
  to: time,
  selection: fc.option(
    fc
      .tuple(fc.nat(4e12), fc.integer({ min: 1, max: 1e9 }))
      .map(([from, length]) => ({ from, to: from + length })),
  ),
  environment: fc.string(),
  version: fc.string({ unit: 'grapheme' }),
  filter: fc.string(),
  view: fc.constantFrom(...VIEWS),
  sort: fc.constantFrom(...SORTS),
  search: fc.string({ unit: 'grapheme' }),
  focus: fc.oneof(fc.constant(''), hex),
  focusName: fc.string(),
  reading: fc.constantFrom(...READINGS),
  root: fc.constantFrom(...ROOTS),
  order: fc.constantFrom(...ORDERS),
  chains: fc.constantFrom(...CHAINS),
  steps: fc.array(steps, { maxLength: 16 }),
  sandwich: fc.oneof(fc.constant(''), hex),
  sandwichName: fc.string(),
  split: fc.constantFrom(...SPLITS),
});

test('property: what is written is read back', () => {
  fc.assert(
    fc.property(states, (state) => {
      expect(parseExplore(formatExplore(state))).toEqual(state);
    }),
  );
});

test('property: any text is read without an error, and reading it again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const once = parseExplore(text);
      expect(parseExplore(formatExplore(once))).toEqual(once);
    }),
  );
});

test('defaults are left out and the rest is sorted', () => {
  expect(formatExplore(EXPLORE_DEFAULTS)).toBe('');
  expect(exploreUrl({ service: 'shop', view: 'table', from: 'now-15m', search: 'a b' })).toBe(
    '/explore?from=now-15m&s=a+b&svc=shop&view=table',
  );
});

test('what cannot be used becomes the default', () => {
  expect(parseExplore('?view=x&sort=y&t=a:b&from=yesterday&to=&f=zz&sel=9~3&unknown=1')).toEqual(
    EXPLORE_DEFAULTS,
  );
});

test('full types become their alias, ISO times become epoch milliseconds', () => {
  const state = parseExplore(
    '?t=process_cpu:cpu:nanoseconds:cpu:nanoseconds&from=2026-11-20T12:00:00Z',
  );
  expect([state.type, state.from]).toEqual(['cpu', '1795176000000']);
});

test('of a parameter that is there twice the last counts', () => {
  expect(parseExplore('?from=now-15m&svc=shop&from=now-3h').from).toBe('now-3h');
});

test('a step once more changes nothing, and one group replaces the other', () => {
  const not = { step: { does: 'not', functionId: '00000000000000aa' }, name: 'f' } as const;
  const byFile = { step: { does: 'group', by: 'file' }, name: '' } as const;
  const byPackage = { step: { does: 'group', by: 'package' }, name: '' } as const;
  expect(addStep(addStep([], not), not)).toEqual([not]);
  expect(addStep([byFile, not], byPackage)).toEqual([not, byPackage]);
  expect(sayStep(not)).toEqual({ verb: 'not through', what: 'f' });
});

test('what is no step is left out, and the rest of the link still opens', () => {
  const { steps: read } = parseExplore('?x=only:zz&x=hide:runtime&x=not:00000000000000aa~a~b');
  expect(read.map(sayStep)).toEqual([
    { verb: 'hide', what: 'node' },
    { verb: 'not through', what: 'a~b' },
  ]);
});
