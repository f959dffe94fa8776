import { describe, expect, test } from 'vitest';
import { DeployBook } from '../../../server/src/deploys/deploy-book.ts';
import type { ProcessRun } from '../../../server/src/deploys/entry.ts';
import { FakeDeployStore } from '../../support/server-fake-deploys.ts';

const MINUTE_MS = 60_000;
const START = Date.UTC(2026, 10, 20, 12);
const PLACE = { service: 'shop', environment: 'production' };
const SILENT = { revision: null, url: null, author: null };

/** A store whose processes and clock the test moves. */
function bookAt(minute: number) {
  const store = new FakeDeployStore();
  const processes: ProcessRun[] = [];
  const clock = { ms: START + minute * MINUTE_MS };
  store.listProcesses = async () => processes;
  const run = (version: string, first: number, last: number) => {
    processes.push({
      ...PLACE,
      version,
      instance: `${version}-pod`,
      startedAtMs: START + first * MINUTE_MS,
      firstMinute: START / MINUTE_MS + first,
      lastMinute: START / MINUTE_MS + last,
    });
    store.versions.push({
      ...PLACE,
      version,
      firstSeen: START + first * MINUTE_MS,
      lastSeen: START + last * MINUTE_MS,
    });
  };
  const book = () => new DeployBook({ store, now: () => clock.ms });
  const entries = () =>
    store.deploys.map(
      ({ entry }) =>
        `${entry.version} ${entry.kind} @${Math.round((entry.at - START) / MINUTE_MS)} ${entry.rollout} ${entry.revision}`,
    );
  return { store, run, book, entries, clock };
}

describe('the book of deploys', () => {
  test('stores what it finds once, whatever restarts and looks again', async () => {
    const { run, book, entries } = bookAt(60);
    run('1.0', 0, 30);
    run('1.1', 31, 60);
    const first = book();
    await first.detect();
    await first.detect();
    await book().detect();
    expect(entries()).toEqual(['1.0 first @0 replacement null', '1.1 new @31 replacement null']);
  });

  test('an early window that comes late is the same deploy; a canary is seen as one later', async () => {
    const { run, book, entries, store, clock } = bookAt(33);
    run('1.0', 0, 33);
    run('1.1', 31, 33);
    const one = book();
    await one.detect();
    run('1.1', 28, 45);
    run('1.0', 33, 45);
    clock.ms += 12 * MINUTE_MS;
    await one.detect();
    expect(entries()[1]).toBe('1.1 new @31 overlap null');
    expect(store.deploys).toHaveLength(2);
  });

  test('what CI announces becomes the deploy when the version runs', async () => {
    const { run, book, entries, clock } = bookAt(29);
    run('1.0', 0, 29);
    const one = book();
    await one.detect();
    const mark = { ...PLACE, ...SILENT, version: '1.1', revision: 'abc', at: clock.ms };
    const marked = await one.mark(mark);
    expect(marked.entry).toMatchObject({ kind: 'new', seen: false, baseVersion: '1.0' });
    clock.ms += 20 * MINUTE_MS;
    run('1.1', 35, 48);
    await one.detect();
    expect(entries()).toEqual(['1.0 first @0 replacement null', '1.1 new @35 replacement abc']);
  });

  test('what CI says afterwards is added, and a version that ran before is marked', async () => {
    const { run, book, entries, clock } = bookAt(60);
    run('1.0', 0, 30);
    run('1.1', 31, 120);
    const one = book();
    await one.detect();
    const said = { ...PLACE, ...SILENT, version: '1.1' };
    await one.mark({ ...said, author: 'ada', revision: 'abc', at: START + 40 * MINUTE_MS });
    clock.ms = START + 120 * MINUTE_MS;
    await one.mark({ ...said, revision: 'def', at: clock.ms });
    await one.mark({ ...said, revision: 'def', at: clock.ms + 1_000 }); // CI tries again
    expect(entries()).toEqual([
      '1.0 first @0 replacement null',
      '1.1 new @31 replacement abc',
      '1.1 mark @120 replacement def',
    ]);
  });

  test('a restart of an unchanged version is kept apart, and near a mark it is none', async () => {
    const { run, book, entries, store } = bookAt(200);
    run('1.0', 0, 60);
    run('1.0', 61, 200);
    store.versions.splice(0);
    await book().detect();
    expect(entries()).toEqual([
      '1.0 first @0 replacement null',
      '1.0 restart @61 replacement null',
    ]);
    const other = bookAt(200);
    other.run('1.0', 0, 60);
    other.run('1.0', 61, 200);
    other.store.versions[0] = { ...other.store.versions[0]!, lastSeen: START + 200 * MINUTE_MS };
    await other.book().mark({ ...PLACE, ...SILENT, version: '1.0', at: START + 58 * MINUTE_MS });
    await other.book().detect();
    expect(other.entries().filter((text) => text.includes('restart'))).toEqual([]);
  });

  test('a person says that a change is intended', async () => {
    const { run, book, store } = bookAt(60);
    run('1.0', 0, 30);
    run('1.1', 31, 60);
    const one = book();
    await one.detect();
    const { id } = store.deploys[1]!.entry;
    expect((await one.expect(id, true))?.entry).toMatchObject({ expected: true, changes: 2 });
    expect((await one.expect(id, true))?.entry.changes).toBe(2);
    expect(await one.expect('0000000000000000', true)).toBeNull();
  });
});
