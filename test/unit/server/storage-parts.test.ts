import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { boundSettings } from '../../../server/src/storage/bound-settings.ts';
import { lockDataDir } from '../../../server/src/storage/data-dir-lock.ts';
import { passesLater, storageError } from '../../../server/src/storage/engine-errors.ts';
import { Slots } from '../../../server/src/storage/slots.ts';
import { chooseTier } from '../../../server/src/storage/tier.ts';
import { tsvId, tsvText } from '../../../server/src/storage/tsv.ts';
import { RETENTION } from '../../support/server-storage.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('text on its way to the engine', () => {
  test('has no character that ends a field, a row or a literal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(tsvText(text)).not.toMatch(/[\t\n\r\0]|\p{Surrogate}/u);
        expect(boundSettings({ text }).param_text).toMatch(/^(?:[A-Za-z0-9]|\\\\x[0-9a-f]{2})*$/);
      }),
    );
  });

  test('is escaped as ClickHouse reads it', () => {
    expect(tsvText('a\tb\\c\nd\r\0')).toBe('a\\tb\\\\c\\nd\\r\\0');
    expect(boundSettings({ a: "x'\\", n: 5, ids: [1n, 2n] })).toEqual({
      param_a: 'x\\\\x27\\\\x5c',
      param_n: '5',
      param_ids: '[1,2]',
    });
    expect(tsvId('ffffffffffffffff')).toBe('18446744073709551615');
  });
});

describe('errors of the engine', () => {
  const engineError = (code: string, type: string) =>
    Object.assign(new Error(`Something about table x. ${type}`), { code, type });

  test.each([
    [engineError('159', 'TIMEOUT_EXCEEDED'), 'QUERY_LIMIT_EXCEEDED', true],
    [engineError('241', 'MEMORY_LIMIT_EXCEEDED'), 'QUERY_LIMIT_EXCEEDED', true],
    [engineError('427', 'CANNOT_COMPILE_REGEXP'), 'QUERY_FILTER_INVALID', false],
    [engineError('60', 'UNKNOWN_TABLE'), 'INTERNAL', false],
    [Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), 'STORAGE_UNAVAILABLE', true],
  ])('%s is %s', (error, code, later) => {
    const known = storageError(error);
    expect([known.code, known.cause, passesLater(known)]).toEqual([code, error, later]);
    expect(storageError(known)).toBe(known);
  });
});

describe('slots', () => {
  test('run one piece of work each; the rest waits in order', async () => {
    const slots = new Slots(['x', 'y']);
    const running = new Set<string>();
    const order: number[] = [];
    const work = (i: number) => async (slot: string) => {
      expect(running.has(slot)).toBe(false);
      running.add(slot);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running.delete(slot);
      order.push(i);
    };
    await Promise.all(Array.from({ length: 9 }, (_, i) => slots.run(work(i))));
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('come back when work whose asker is gone has really ended', async () => {
    const slots = new Slots([1]);
    let end = () => {};
    const asker = new AbortController();
    const first = slots.run(() => new Promise<void>((resolve) => (end = resolve)), asker.signal);
    const waiting = new AbortController();
    const second = slots.run(async () => 'never', waiting.signal);
    const third = slots.run(async () => 'third');
    asker.abort(new Error('left'));
    waiting.abort(new Error('left too'));
    await expect(first).rejects.toThrow('left');
    await expect(second).rejects.toThrow('left too');
    let answered = false;
    void third.then(() => (answered = true));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(answered).toBe(false);
    end();
    expect(await third).toBe('third');
  });

  test('survive work that fails, and refuse when closed or crowded', async () => {
    const slots = new Slots([1]);
    await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await slots.run(async () => 'yes')).toBe('yes');
    const stuck = slots.run(() => new Promise<void>(() => {}));
    const waiting = Array.from({ length: 101 }, () => slots.run(async () => {}));
    const unavailable = { code: 'STORAGE_UNAVAILABLE', statusCode: 503 };
    const busy = { code: 'QUERY_BUSY', statusCode: 503 };
    await expect(waiting.at(-1)).rejects.toMatchObject(busy);
    expect([slots.running, slots.waiting]).toEqual([1, 100]);
    slots.close();
    for (const one of await Promise.allSettled(waiting)) expect(one.status).toBe('rejected');
    await expect(slots.run(async () => {})).rejects.toMatchObject(unavailable);
    expect(stuck).toBeInstanceOf(Promise);
  });
});

describe('the tier', () => {
  const now = 1_800_000_000_000;
  const ago = (fromMs: number, toMs = 0) => ({ range: { from: now - fromMs, to: now - toMs } });
  const choose = (asked: Parameters<typeof chooseTier>[0]) =>
    chooseTier(asked, RETENTION, now).tier;

  test.each([
    [ago(HOUR_MS), 'raw'],
    [ago(DAY_MS), 'raw'],
    [ago(DAY_MS + 1), 'minute'],
    [ago(7 * DAY_MS), 'minute'],
    [ago(8 * DAY_MS), 'hour'],
    [ago(7 * DAY_MS, 7 * DAY_MS - HOUR_MS), 'raw'],
    [ago(8 * DAY_MS, 8 * DAY_MS - HOUR_MS), 'minute'],
    [ago(31 * DAY_MS, 31 * DAY_MS - HOUR_MS), 'hour'],
    [{ ...ago(7 * DAY_MS), instance: 'i' }, 'raw'],
    [{ ...ago(7 * DAY_MS), groupBy: ['version', 'region'] }, 'raw'],
    [{ ...ago(7 * DAY_MS), groupBy: ['version', 'endpoint'] }, 'minute'],
  ] as const)('of %j is %s', (asked, tier) => {
    expect(choose(asked)).toBe(tier);
  });

  test('is none when raw rows are gone', () => {
    const matchers = [{ name: 'region', op: '=', value: 'eu' }] as const;
    expect(() => choose({ ...ago(8 * DAY_MS), matchers })).toThrow(
      /label region is kept for 7 days/,
    );
  });
});

describe('the lock of a data directory', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'flamehouse-test-'));
  });
  afterEach(() => rm(dir, { recursive: true }));
  const path = () => join(dir, 'flamehouse.lock');
  const holder = async () => JSON.parse(await readFile(path(), 'utf8'));

  test('is held once, and free again after its release', async () => {
    const lock = await lockDataDir(dir);
    await expect(lockDataDir(dir)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining(`in use by this process (${process.pid})`),
    });
    await lock.release();
    await (await lockDataDir(dir)).release();
  });

  test('of a living process is respected', async () => {
    const lock = await lockDataDir(dir);
    const own = await holder();
    await lock.release();
    const parent = { ...own, pid: process.ppid, processStart: '' };
    await writeFile(path(), JSON.stringify(parent));
    await expect(lockDataDir(dir)).rejects.toThrow(`in use by process ${process.ppid}`);
  });

  test.each([
    ['of a process that is gone', (own: object) => JSON.stringify({ ...own, pid: 2 ** 22 + 1 })],
    [
      'of an earlier process with the id of a living one',
      (own: object) => JSON.stringify({ ...own, pid: process.ppid, processStart: '1' }),
    ],
    [
      'of a container that is gone',
      (own: object) => JSON.stringify({ ...own, pid: process.ppid, host: 'other' }),
    ],
    ['that a crash cut short', () => '{"pid": 1'],
    ['that is empty', () => ''],
  ])('%s is taken over', async (_name, write) => {
    const lock = await lockDataDir(dir);
    const own = await holder();
    await lock.release();
    await writeFile(path(), write(own));
    const taken = await lockDataDir(dir);
    expect((await holder()).pid).toBe(process.pid);
    await taken.release();
  });
});
