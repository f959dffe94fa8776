import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Sentinel } from '../../../agent/src/sentinel.ts';
import { ManualClock } from '../../support/agent-clock.ts';

let directory = '';
let starts = 0;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'flamehouse-sentinel-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A start of process `pid`; all others are gone but those in `alive`. */
function start(pid: number, { alive = [] as number[], version = '1' } = {}) {
  const clock = new ManualClock();
  starts += 1;
  clock.suspend(starts);
  const sentinel = new Sentinel({
    key: ['app.js', version],
    pid,
    clock,
    directory,
    isAlive: (other) => alive.includes(other),
  });
  const { tripped } = sentinel;
  if (!tripped) sentinel.begin();
  return { sentinel, clock, tripped };
}

test('two crashes in a row keep it off, whatever their number', () => {
  expect([1, 2, 3, 4].map((pid) => start(pid).tripped)).toEqual([false, false, true, true]);
});

test('a container starts every process under the same id', () => {
  expect([1, 1, 1].map((pid) => start(pid).tripped)).toEqual([false, false, true]);
});

test('an orderly end is no crash', () => {
  for (const pid of [1, 2, 3, 4]) {
    const { sentinel, tripped } = start(pid);
    expect(tripped).toBe(false);
    sentinel.end();
  }
});

test('a start that lives for a minute takes the blame away', async () => {
  start(1);
  const { clock } = start(2);
  await clock.advance(60_000);
  expect(start(3).tripped).toBe(false);
});

test('processes that run side by side have not crashed', () => {
  expect([1, 2, 3, 4].map((pid) => start(pid, { alive: [1, 2, 3, 4] }).tripped)).toEqual(
    Array(4).fill(false),
  );
});

test('another version starts afresh', () => {
  expect([1, 2, 3].map((pid) => start(pid).tripped).at(-1)).toBe(true);
  expect(start(4, { version: '2' }).tripped).toBe(false);
});

test('without a disk there is no sentinel and no error', () => {
  const sentinel = new Sentinel({
    key: [],
    pid: 1,
    clock: new ManualClock(),
    directory: '/proc/flamehouse',
  });
  sentinel.begin();
  sentinel.end();
  expect(sentinel.tripped).toBe(false);
});
