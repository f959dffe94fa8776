import { describe, expect, test } from 'vitest';
import type { DeployLook, InstanceMinute } from '../../../proto/src/index.ts';
import {
  endOfLook,
  looksDue,
  minutesOfHead,
  nextLookAt,
} from '../../../server/src/deploys/looks-due.ts';
import { isNews } from '../../../server/src/deploys/notify.ts';
import { pastWindows } from '../../../server/src/deploys/past-windows.ts';
import { sidesOf } from '../../../server/src/deploys/sides.ts';
import { closedVerdict, statusOf } from '../../../server/src/deploys/verdict-of.ts';
import { fakeDeploys } from '../../support/server-fake-deploys.ts';

const MINUTE_MS = 60_000;

/** Complete minutes of one process, by default past its warm-up. */
function minutes(
  instance: string,
  from: number,
  count: number,
  options: { readonly startedAt?: number; readonly requests?: number } = {},
): InstanceMinute[] {
  return Array.from({ length: count }, (_, i) => ({
    instance,
    minute: from + i,
    coveredSeconds: 60,
    startedAtMinute: options.startedAt ?? from - 100,
    requests: options.requests ?? 600,
  }));
}

describe('which looks are due', () => {
  test('the middle instance counts, so one that keeps restarting holds nothing up', () => {
    const head = [...minutes('a', 0, 6), ...minutes('b', 0, 5), ...minutes('c', 0, 1)];
    expect(minutesOfHead(head)).toBe(5);
    expect(minutesOfHead(minutes('a', 0, 6, { startedAt: 0 }))).toBe(4); // two of warm-up
    expect(minutesOfHead([])).toBe(0);
  });

  test('each once and in order, also those that were missed', () => {
    expect(looksDue(1, [])).toEqual([]);
    expect(looksDue(2, [])).toEqual([2]);
    expect(looksDue(4, [{ minutes: 2 }])).toEqual([]);
    expect(looksDue(12, [{ minutes: 2 }])).toEqual([5, 10]);
    expect(looksDue(40, [])).toEqual([2, 5, 10, 15]);
    expect(looksDue(40, [{ minutes: 15 }])).toEqual([]);
  });

  test('a look ends with its own minutes, however late it is taken', () => {
    const head = minutes('a', 100, 30);
    expect(endOfLook(head, 5)).toBe(105 * MINUTE_MS);
    expect(endOfLook(head.slice(0, 5), 5)).toBe(105 * MINUTE_MS);
    expect(endOfLook(head.slice(0, 4), 5)).toBeNull();
  });

  test('the next one is expected when its minutes can have arrived', () => {
    const at = 100 * MINUTE_MS;
    const fresh = nextLookAt({ at, minutes: 0, taken: [], nowMs: at })!;
    expect((fresh - at) / MINUTE_MS).toBeCloseTo(5.33, 1);
    expect(nextLookAt({ at, minutes: 15, taken: [{ minutes: 15 }], nowMs: at })).toBeNull();
  });
});

describe('the state after some looks', () => {
  const look = (at: number, state: DeployLook['state']): DeployLook => ({
    minutes: at,
    at: 0,
    state,
    effect: { value: 0, low: 0, high: 0 },
    smallestChange: 0.1,
  });

  test.each([
    [[], 'judging'],
    [[look(2, 'not-enough-data')], 'judging'],
    [[look(2, 'more')], 'likely'],
    [[look(2, 'more'), look(5, 'more')], 'settled'],
    [[look(2, 'more'), look(5, 'no-change')], 'likely'],
    [[look(2, 'no-change'), look(5, 'no-change'), look(10, 'less')], 'settled'],
    [[look(10, 'no-change'), look(15, 'no-change')], 'settled'],
    [[look(10, 'not-enough-data'), look(15, 'not-enough-data')], 'settled'],
  ] as const)('%j', (looks, status) => {
    expect(statusOf(looks)).toBe(status);
  });

  test('a deploy that ends early keeps what was likely, and else lacked data', () => {
    const [, judged] = fakeDeploys(0);
    const likely = judged!.judgement!.verdict;
    expect(closedVerdict(likely, '1.1.0', 7)).toMatchObject({
      status: 'settled',
      state: 'more',
      version: 2,
      sentence: likely.sentence,
    });
    expect(closedVerdict(null, '1.1.0', 7)).toMatchObject({ state: 'not-enough-data', version: 1 });
  });

  test('an alarm is news, and its end; what is expected is not', () => {
    const [, judged] = fakeDeploys(0);
    const { entry, judgement } = judged!;
    const withLooks = (status: 'likely' | 'settled', ...looks: DeployLook[]) => {
      const { state } = looks.at(-1)!;
      return {
        entry,
        judgement: { ...judgement!, verdict: { ...judgement!.verdict, status, state, looks } },
      };
    };
    expect(isNews(judged!)).toBe(true);
    expect(isNews({ entry: { ...entry, expected: true }, judgement })).toBe(false);
    expect(isNews({ entry: { ...entry, kind: 'restart' }, judgement })).toBe(false);
    expect(isNews(withLooks('likely', look(2, 'no-change')))).toBe(false);
    expect(isNews(withLooks('likely', look(2, 'more'), look(5, 'no-change')))).toBe(true);
    expect(isNews(withLooks('settled', look(15, 'no-change')))).toBe(true);
    expect(isNews(withLooks('settled', look(15, 'not-enough-data')))).toBe(false);
  });
});

describe('past windows', () => {
  const options = { length: 5, before: 100, load: 600 };

  test('do not overlap, end before the base of the comparison, and are at most 12', () => {
    const windows = pastWindows({ ...options, minutes: minutes('a', 0, 120) });
    expect(windows).toHaveLength(12);
    const all = windows.flat().map(({ minute }) => minute);
    expect(new Set(all).size).toBe(all.length);
    expect(Math.max(...all)).toBe(99);
    for (const window of windows) expect(window).toHaveLength(5);
    expect(Math.min(...all)).toBeLessThan(10); // spread over all of the time
  });

  test('leave out other load, and times that were not watched', () => {
    const busy = minutes('a', 80, 10, { requests: 2_000, startedAt: 0 });
    const usual = minutes('a', 90, 10, { startedAt: 0 });
    const gap = minutes('a', 71, 2, { startedAt: 0 });
    const windows = pastWindows({ ...options, minutes: [...gap, ...busy, ...usual] });
    expect(windows.map((window) => window[0]!.minute)).toEqual([95, 90]);
  });

  test('hold at most four instances', () => {
    const many = Array.from({ length: 20 }, (_, i) =>
      minutes(`pod-${i}`, 90, 10, { startedAt: 0 }),
    );
    const windows = pastWindows({ ...options, minutes: many.flat() });
    for (const window of windows) {
      expect(new Set(window.map(({ instance }) => instance)).size).toBe(4);
    }
  });
});

test('the sides of a deploy: base may run beside head, an unchanged version may not', () => {
  const at = 1_000 * MINUTE_MS + 20_000;
  const entry = { ...fakeDeploys(0)[1]!.entry, at };
  const { base, head } = sidesOf(entry, at + 10 * MINUTE_MS);
  expect(base.selection).toMatchObject({ version: '1.0.0', range: { to: at + 10 * MINUTE_MS } });
  expect(head.selection).toMatchObject({ version: '1.1.0', range: { from: 1_000 * MINUTE_MS } });
  const same = sidesOf({ ...entry, baseVersion: '1.1.0', kind: 'mark' }, at + 10 * MINUTE_MS);
  expect(same.base.selection.range.to).toBe(1_000 * MINUTE_MS);
  expect(same.head.selection.range.from).toBe(1_001 * MINUTE_MS);
});
