import { expect, test } from 'vitest';
import { SharedDiffs } from '../../../server/src/compare/shared-diffs.ts';
import { readSide } from '../../../server/src/compare/side.ts';
import type { ComparisonStore } from '../../../server/src/storage/comparison-store.ts';
import { fakeComparisons } from '../../support/server-fake-comparisons.ts';
import { FAKE_NOW_MS, FakeStore } from '../../support/server-fake-store.ts';

const FOLDED = 'main;parse 3\nmain 1';
const OPTIONS = { byRequest: true };
const sides = (nowMs = FAKE_NOW_MS) => ({
  base: readSide({ parameter: 'base', selector: 'version:1.0.0', service: 'shop' }, nowMs),
  head: readSide({ parameter: 'head', selector: 'version:1.1.0', service: 'shop' }, nowMs),
});

/** Lists of minutes are counted, and wait until they are let go. */
function heldComparisons() {
  const comparisons = fakeComparisons(FOLDED);
  const seen = { lists: 0, signal: undefined as AbortSignal | undefined };
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const held: ComparisonStore = {
    ...comparisons,
    listMinutes: async (side, signal) => {
      seen.lists++;
      seen.signal = signal;
      await gate;
      return comparisons.listMinutes(side, signal);
    },
  };
  const diffs = new SharedDiffs({ store: new FakeStore(FOLDED), comparisons: held });
  return { diffs, seen, letGo };
}

test('requests for the same comparison at the same time share one, later ones do not', async () => {
  const { diffs, seen, letGo } = heldComparisons();
  const table = diffs.run(sides(), OPTIONS);
  const graph = diffs.run(sides(FAKE_NOW_MS + 20), OPTIONS);
  letGo();
  expect(await graph).toBe(await table);
  expect(seen.lists).toBe(2);
  expect(await diffs.run(sides(), OPTIONS)).not.toBe(await table);
  expect(seen.lists).toBe(4);
});

test('what differs is not shared', async () => {
  const { diffs, seen, letGo } = heldComparisons();
  const all = [
    diffs.run(sides(), OPTIONS),
    diffs.run(sides(), { byRequest: false }),
    diffs.run(sides(FAKE_NOW_MS + 1_000), OPTIONS),
    diffs.run({ ...sides(), head: { ...sides().head, ranged: true } }, OPTIONS),
  ];
  letGo();
  expect(new Set(await Promise.all(all)).size).toBe(4);
  expect(seen.lists).toBe(8);
});

test('a comparison ends early when everyone who waits has left', async () => {
  const { diffs, seen, letGo } = heldComparisons();
  const [first, second] = [new AbortController(), new AbortController()];
  const both = [first, second].map(({ signal }) => diffs.run(sides(), OPTIONS, signal));
  first.abort();
  expect(seen.signal?.aborted).toBe(false);
  second.abort();
  expect(seen.signal?.aborted).toBe(true);
  const fresh = diffs.run(sides(), OPTIONS);
  expect(seen.lists).toBe(4);
  letGo();
  expect(await fresh).not.toBe(await both[0]);
});
