import type { DiffAnswer } from '@flamehouse/proto';
import { beforeAll, describe, expect, test } from 'vitest';
import { plotX, scaleOver, scaleTicks } from '../../../ui/src/components/interval-plot.tsx';
import { compileSearch } from '../../../ui/src/flame/search.ts';
import { diffCommand, frozen, shellWord } from '../../../ui/src/screens/compare/diff-command.ts';
import {
  countShown,
  largestUnchanged,
  tableRows,
} from '../../../ui/src/screens/compare/diff-rows-table.ts';
import { lineRange, movedTo } from '../../../ui/src/screens/compare/side-times.ts';
import {
  sayPoints,
  sayProbability,
  sayRange,
  sizeWords,
} from '../../../ui/src/screens/compare/size-words.ts';
import { sameSides } from '../../../ui/src/screens/compare/use-compare-data.ts';
import { drawnWindow, moveWindow } from '../../../ui/src/screens/compare/window-line.tsx';
import { COMPARE_DEFAULTS, NO_SIDE } from '../../../ui/src/state/compare-url.ts';
import { comparisonOf } from '../../support/ui-fixture-compare.ts';

const MINUTE = 60_000;
const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const STATE = {
  ...COMPARE_DEFAULTS,
  service: 'shop',
  a: { ...NO_SIDE, selector: 'version:1' },
  b: { ...NO_SIDE, selector: 'version:1@now-2h~now-1h' },
};

describe('rows of the table', () => {
  let diff: DiffAnswer;
  beforeAll(async () => {
    const params = { service: 'shop', base: 'version:1', head: 'version:2' };
    ({ diff } = await comparisonOf(new URLSearchParams(params)));
  });
  const names = (options: Partial<Parameters<typeof tableRows>[1]>) =>
    tableRows(diff, { shown: 'changed', sort: 'change', search: null, ...options }).map(
      ({ name }) => name,
    );

  test('origins come first, and each filter says how many it keeps', () => {
    expect(names({})).toEqual(['deserializeConfig', 'retryRequest', 'lookupCached']);
    expect(names({ shown: 'shrank' })).toEqual(['lookupCached']);
    expect(countShown(diff)).toEqual({
      all: diff.rows,
      changed: 3,
      grew: 2,
      shrank: 1,
      new: 1,
      gone: 1,
    });
    expect(names({ shown: 'all', sort: 'after' }).slice(0, 2)).toEqual(['server', 'route']);
    expect(names({ shown: 'all', search: compileSearch('STOCK') })).toEqual([
      'retryRequest',
      'reserveStock',
    ]);
  });

  test('of what did not change the largest is named', () => {
    const largest = largestUnchanged(diff)!;
    expect(names({})).not.toContain(largest.name);
    expect(largest.total.low).toBeLessThan(0);
  });
});

test('numbers keep one unit in a table, and say nothing as a dash', () => {
  const ms = sizeWords('request', 18_400);
  expect([ms.column, ms.short(6_570), ms.short(0), plain(ms.long(6_570))]).toEqual([
    'ms',
    '6.57',
    '–',
    '6.57 ms/request',
  ]);
  expect([sizeWords('request', 420).column, sizeWords('cores', 1).column]).toEqual(['µs', 'cores']);
  expect(plain(sizeWords('share', 1).long(0.125))).toBe('12.5 %');
  expect([0.064, -0.009, 0.0004, 0].map(sayPoints).map(plain)).toEqual([
    '+6.4 pp',
    '−0.9 pp',
    '+0.04 pp',
    '0 pp',
  ]);
  expect(sayRange(0.052, 0.077)).toBe('+5.2 … +7.7');
  expect([0.0004, 0.0023, 0.61].map(sayProbability)).toEqual(['<.001', '.002', '.61']);
});

test('the same question as a command, quoted where a shell would read something into it', () => {
  expect(diffCommand(STATE, 'http://localhost:4040')).toBe(
    'flamehouse diff --service shop --base version:1 --head version:1@now-2h~now-1h',
  );
  const other = {
    ...STATE,
    environment: "bob's place",
    norm: 'cores' as const,
  };
  expect(diffCommand(other, 'https://flame.example')).toContain(
    `--environment 'bob'\\''s place' --normalise cores --server https://flame.example`,
  );
  const filtered = { ...STATE, a: { ...STATE.a, filter: '{endpoint="GET /x"}' } };
  expect(diffCommand(filtered, 'http://localhost:4040')).toMatch(/^curl '.*base\.filter=%7B/);
  expect(shellWord('$(rm -rf x)')).toBe("'$(rm -rf x)'");
});

test('a copied link does not move on, and two equal sides are seen', () => {
  const fixed = frozen(STATE, 10 * 3_600_000);
  expect(fixed.b.selector).toBe('version:1@28800000~32400000');
  expect(fixed.a.selector).toBe('version:1');
  expect(sameSides(STATE)).toBe(false);
  expect(sameSides({ ...STATE, b: STATE.a })).toBe(true);
  expect(sameSides({ ...STATE, b: { ...STATE.a, service: 'other' } })).toBe(false);
  expect(sameSides({ ...STATE, b: { ...STATE.a, service: 'shop' } })).toBe(true);
});

test('a window moves by whole minutes, stays in its range, and keeps three of them', () => {
  const range = { from: 0, to: 20 * MINUTE };
  const window = { from: 5 * MINUTE, to: 10 * MINUTE };
  const minutes = ({ from, to }: typeof range) => [from / MINUTE, to / MINUTE];
  expect(minutes(moveWindow(window, 'both', 2.4 * MINUTE, range))).toEqual([7, 12]);
  expect(minutes(moveWindow(window, 'both', 99 * MINUTE, range))).toEqual([15, 20]);
  expect(minutes(moveWindow(window, 'from', 99 * MINUTE, range))).toEqual([7, 10]);
  expect(minutes(moveWindow(window, 'to', -99 * MINUTE, range))).toEqual([5, 8]);
  expect(minutes(drawnWindow(9 * MINUTE, 2 * MINUTE, range)!)).toEqual([2, 9]);
  expect(drawnWindow(5 * MINUTE, 5.2 * MINUTE, range)).toBeNull();
  expect(movedTo('version:1', window)).toBe('version:1@300000~600000');
  expect(movedTo('range:now-1h~now', window)).toBe('range:300000~600000');
});

test('both lines are as long, around their windows, and end by now', () => {
  const kept = { from: 100 * MINUTE, to: 110 * MINUTE };
  expect(lineRange(kept, 20 * MINUTE, 1_000 * MINUTE)).toEqual({
    from: 95 * MINUTE,
    to: 115 * MINUTE,
  });
  expect(lineRange(kept, 20 * MINUTE, 111 * MINUTE)).toEqual({
    from: 91 * MINUTE,
    to: 111 * MINUTE,
  });
});

describe('intervals on a scale', () => {
  test('the scale holds them and "same", and its ticks are round', () => {
    const scale = scaleOver([{ value: 0.081, low: 0.059, high: 0.104 }], { least: 0.04, most: 2 });
    expect(scale.min).toBe(-0.04);
    expect(scale.max).toBeGreaterThan(0.104);
    expect(scaleTicks(scale)).toEqual([0, 0.05, 0.1]);
    expect(scaleTicks({ min: -0.04, max: 0.04 })).toEqual([-0.04, -0.02, 0, 0.02, 0.04]);
  });

  test('a wide one does not take the room of all others, and what lies beyond stands at the edge', () => {
    const wide = { value: 0.02, low: -0.9, high: 900 };
    expect(scaleOver([wide], { least: 0.04, most: 1 }).max).toBe(1);
    expect(plotX(5, { min: -1, max: 1 }, 100)).toBe(98);
    expect(plotX(0, { min: -1, max: 1 }, 100)).toBe(50);
  });
});
