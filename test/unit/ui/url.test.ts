import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  EXPLORE_DEFAULTS,
  type ExploreState,
  exploreUrl,
  formatExplore,
  parseExplore,
  SORTS,
  VIEWS,
} from '../../../ui/src/state/url.ts';

const hex = fc.stringMatching(/^[0-9a-f]{16}$/);
const time = fc.oneof(
  fc.constantFrom('now', 'now-15m', 'now-24h', 'now-7d'),
  fc.integer({ min: 0, max: 4e12 }).map(String),
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
