import { expect, test } from 'vitest';
import { DeployBook } from '../../../server/src/deploys/deploy-book.ts';
import { DeployWatch } from '../../../server/src/deploys/deploy-watch.ts';
import type { ComparisonStore } from '../../../server/src/storage/comparison-store.ts';
import { fakeComparisons } from '../../support/server-fake-comparisons.ts';
import { FakeDeployStore, fakeDeploys } from '../../support/server-fake-deploys.ts';
import { FAKE_NOW_MS, FakeStore } from '../../support/server-fake-store.ts';

const FOLDED = 'main;parse 3\nmain 1';

/** A deploy that runs and that nobody has judged, and servers on its store that share nothing else. */
function watched() {
  const deploy = { ...fakeDeploys(FAKE_NOW_MS)[1]!, judgement: null };
  const store = new FakeDeployStore([deploy]);
  const saved: number[] = [];
  const save = store.saveJudgement.bind(store);
  store.saveJudgement = async (entry, judgement) => {
    saved.push(judgement.verdict.version);
    await save(entry, judgement);
  };
  const server = (comparisons: ComparisonStore) => {
    const now = () => FAKE_NOW_MS;
    const errors: unknown[] = [];
    const watch = new DeployWatch({
      store,
      book: new DeployBook({ store, now }),
      stores: { store: new FakeStore(FOLDED), comparisons },
      now,
      log: { info: () => {}, error: (fields) => errors.push(fields) },
      sharedAs: null,
      after: [],
    });
    return { watch, errors };
  };
  return { id: deploy.entry.id, store, saved, server };
}

test('a look that another server took meanwhile is not stored again', async () => {
  const { id, store, saved, server } = watched();
  const comparisons = fakeComparisons(FOLDED);
  const fast = server(comparisons);
  let overtaken = false;
  const slow = server({
    ...comparisons,
    sumMinutes: async (...asked) => {
      if (!overtaken) {
        overtaken = true;
        await fast.watch.tick();
      }
      return comparisons.sumMinutes(...asked);
    },
  });
  await slow.watch.tick();
  expect([slow.errors, fast.errors]).toEqual([[], []]);
  expect(overtaken).toBe(true);
  expect(saved).toEqual([1]);
  const { looks, version } = (await store.get(id))!.judgement!.verdict;
  expect([looks.map(({ minutes }) => minutes), version]).toEqual([[2], 1]);
});

test('a server alone takes the look', async () => {
  const { saved, server } = watched();
  const { watch, errors } = server(fakeComparisons(FOLDED));
  await watch.tick();
  await watch.tick();
  expect([errors, saved]).toEqual([[], [1]]);
});
