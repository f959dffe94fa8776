import { describe, expect, test } from 'vitest';
import { classify, parseRetryAfterMs, retryDelayMs } from '../../../agent/src/retry.ts';

test('what a status means', () => {
  const statuses = [200, 204, 301, 400, 401, 408, 413, 422, 429, 500, 502, 503, 0];
  expect(statuses.map((status) => `${status} ${classify(status)}`)).toEqual([
    '200 done',
    '204 done',
    '301 rejected',
    '400 rejected',
    '401 rejected',
    '408 retry',
    '413 rejected',
    '422 rejected',
    '429 retry',
    '500 retry',
    '502 retry',
    '503 retry',
    '0 rejected',
  ]);
});

describe('the wait', () => {
  const delays = (random: number, retryAfterMs = 0) =>
    [1, 2, 3, 6, 7, 50, 2000].map((failures) => retryDelayMs({ failures, retryAfterMs, random }));

  test('doubles to a minute, with full jitter', () => {
    expect(delays(1)).toEqual([1000, 2000, 4000, 32_000, 60_000, 60_000, 60_000]);
    expect(delays(0.5)).toEqual([500, 1000, 2000, 16_000, 30_000, 30_000, 30_000]);
    expect(delays(0)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test('is never shorter than the server asked for, and never endless', () => {
    expect(delays(0, 3000)).toEqual([3000, 3000, 3000, 3000, 3000, 3000, 3000]);
    expect(retryDelayMs({ failures: 1, retryAfterMs: 1e12, random: 0 })).toBe(300_000);
  });
});

test('Retry-After in seconds, as a date, and as neither', () => {
  const nowMs = Date.parse('2026-11-20T12:00:00Z');
  const read = (header: string | null) => parseRetryAfterMs(header, nowMs);
  expect(read('7')).toBe(7000);
  expect(read('Fri, 20 Nov 2026 12:00:30 GMT')).toBe(30_000);
  expect(read('Fri, 20 Nov 2026 11:00:00 GMT')).toBe(0);
  expect(read('soon')).toBe(0);
  expect(read(null)).toBe(0);
});
