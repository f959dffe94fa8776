import { describe, expect, test } from 'vitest';
import { ApiError } from '../../../server/src/errors.ts';
import { parseRange, parseTime } from '../../../server/src/http/time.ts';

const NOW = Date.UTC(2026, 10, 20, 12);

describe('parseTime', () => {
  test.each([
    ['1763640000000', 1_763_640_000_000],
    ['0', 0],
    ['now', NOW],
    ['now-45s', NOW - 45_000],
    ['now-15m', NOW - 900_000],
    ['now-24h', NOW - 86_400_000],
    ['now-7d', NOW - 7 * 86_400_000],
    ['now-2w', NOW - 14 * 86_400_000],
    ['2026-11-20', Date.UTC(2026, 10, 20)],
    ['2026-11-20T10:30', Date.UTC(2026, 10, 20, 10, 30)],
    ['2026-11-20T10:30:15Z', Date.UTC(2026, 10, 20, 10, 30, 15)],
    ['2026-11-20T10:30:15.250Z', Date.UTC(2026, 10, 20, 10, 30, 15, 250)],
    ['2026-11-20T10:30:15+02:00', Date.UTC(2026, 10, 20, 8, 30, 15)],
    ['2026-11-20T10:30:15 02:00', Date.UTC(2026, 10, 20, 8, 30, 15)],
  ])('%s', (text, expected) => {
    expect(parseTime('from', text, NOW)).toBe(expected);
  });

  test.each([
    '',
    'yesterday',
    'now-',
    'now-15',
    'now-15y',
    'now+1h',
    '-1',
    '1.5',
    '1e3',
    '1763640000000000000', // nanoseconds
    '9999999999999999',
    '2026-13-01',
    '2026-11-20T25:00:00Z',
    '20 Nov 2026',
    'now-999999999w',
  ])('%s is not a time', (text) => {
    expect(() => parseTime('from', text, NOW)).toThrow(ApiError);
    expect(() => parseTime('from', text, NOW)).toThrow(
      `from is ${JSON.stringify(text)}, which is not a time`,
    );
  });
});

describe('parseRange', () => {
  test('without from and to it is the last hour', () => {
    expect(parseRange({}, NOW)).toEqual({ from: NOW - 3_600_000, to: NOW });
  });

  test.each([
    [{ from: '2', to: '1' }, 'from 2 is not before to 1'],
    [{ from: '1', to: '1' }, 'from 1 is not before to 1'],
    [{ from: 'now' }, 'from now is not before to now'],
  ])('%o is refused', (query, message) => {
    expect(() => parseRange(query, NOW)).toThrow(message);
  });
});
