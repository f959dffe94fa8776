import { describe, expect, test } from 'vitest';
import type { Profile } from '../../../proto/src/index.ts';
import { windowOf } from '../../../server/src/ingest/window.ts';

const NOW = 1_800_000_000_000;
const SECOND = 1_000_000_000n;
const NOW_NANOS = BigInt(NOW) * 1_000_000n;
const limits = { receivedAtMs: NOW, retentionMs: 86_400_000 };
const NO_TIME = { from: null, to: null };

function profile(timeNanos: bigint, durationNanos: bigint, sampleType = 'samples'): Profile {
  const sampleTypes = [{ type: sampleType, unit: 'count' }];
  return { timeNanos, durationNanos, sampleTypes } as unknown as Profile;
}

describe('from and to of the upload', () => {
  test('win over the profile, in whole seconds', () => {
    const meta = { from: NOW_NANOS - 15n * SECOND - 1n, to: NOW_NANOS };
    expect(windowOf(meta, [profile(5n, 5n)], limits)).toEqual({
      startSeconds: NOW / 1000 - 16,
      seconds: 15,
      atArrival: false,
    });
  });

  test.each([
    [
      'older than raw retention',
      NOW_NANOS - 86_401n * SECOND,
      NOW_NANOS - 86_400n * SECOND,
      'older than raw retention',
    ],
    ['ahead of the clock', NOW_NANOS, NOW_NANOS + 601n * SECOND, '10 minutes ahead'],
    ['longer than a day', NOW_NANOS - 86_399n * SECOND, NOW_NANOS + 3n * SECOND, 'more than a day'],
    ['backwards', NOW_NANOS, NOW_NANOS - SECOND, 'is not before'],
    ['far out of any calendar', -(10n ** 30n), -(10n ** 30n), 'older than raw retention'],
  ])('%s are refused', (_name, from, to, message) => {
    expect(() => windowOf({ from, to }, [], limits)).toThrow(
      expect.objectContaining({
        code: 'INGEST_TIME_OUT_OF_RANGE',
        statusCode: 422,
        message: expect.stringContaining(message),
      }),
    );
  });

  test('up to the limits are taken', () => {
    const meta = { from: NOW_NANOS - 86_400n * SECOND, to: NOW_NANOS };
    expect(windowOf(meta, [], limits).seconds).toBe(86_400);
    const ahead = { from: NOW_NANOS + 599n * SECOND, to: NOW_NANOS + 600n * SECOND };
    expect(windowOf(ahead, [], limits).seconds).toBe(1);
  });
});

describe('without them', () => {
  test('the profile`s time is the start of its window', () => {
    const own = profile(NOW_NANOS - 60n * SECOND, 10n * SECOND);
    const window = { startSeconds: NOW / 1000 - 60, seconds: 10, atArrival: false };
    expect(windowOf(NO_TIME, [own], limits)).toEqual(window);
  });

  test('that of @datadog/pprof, which says `sample`, is the end', () => {
    const own = profile(NOW_NANOS - 60n * SECOND, 10n * SECOND, 'sample');
    expect(windowOf(NO_TIME, [own], limits).startSeconds).toBe(NOW / 1000 - 70);
  });

  test('a snapshot lasts a second', () => {
    expect(windowOf(NO_TIME, [profile(NOW_NANOS, 0n)], limits).seconds).toBe(1);
  });

  test.each([
    ['none', 0n, 10n * SECOND, 10],
    ['in microseconds', NOW_NANOS / 1000n, 10n * SECOND, 10],
    ['in the future', NOW_NANOS + 3_600n * SECOND, 10n * SECOND, 10],
    ['of last year', NOW_NANOS - 31_536_000n * SECOND, 10n * SECOND, 10],
    ['with a duration of years', NOW_NANOS, 99_999_999n * SECOND, 1],
    ['with a negative duration', 0n, -5n * SECOND, 1],
  ])('a time that is unusable (%s) becomes the arrival', (_name, time, duration, seconds) => {
    expect(windowOf(NO_TIME, [profile(time, duration)], limits)).toEqual({
      startSeconds: Math.floor(NOW / 1000) - (seconds === 1 ? 0 : seconds),
      seconds,
      atArrival: true,
    });
  });
});
