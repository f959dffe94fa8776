import { describe, expect, test } from 'vitest';
import { detectRestarts, detectTakeovers, type Past } from '../../../server/src/deploys/detect.ts';
import type { ProcessRun } from '../../../server/src/deploys/entry.ts';

const NOBODY: Past = { lastVersion: null, versions: new Set<string>() };
const MINUTE_MS = 60_000;

/** `1.0 a 0-10` is version 1.0 on instance a, from minute 0 to 10; it started 20 s before. */
function processes(text: string): ProcessRun[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [version = '', instance = '', minutes = ''] = line.trim().split(/\s+/);
      const [first = 0, last = 0] = minutes.split('-').map(Number);
      const startedAtMs = first * MINUTE_MS - 20_000;
      return {
        service: 'shop',
        environment: 'production',
        version,
        instance,
        startedAtMs,
        firstMinute: first,
        lastMinute: last,
      };
    });
}

/** `1.1 new after 1.0 @11 replacement`, in whole minutes. */
function found(text: string, past = NOBODY): string[] {
  return detectTakeovers(processes(text), past).map(
    ({ version, kind, baseVersion, at, rollout }) =>
      `${version} ${kind} after ${baseVersion} @${Math.round(at / MINUTE_MS)} ${rollout}`,
  );
}

describe('takeovers', () => {
  test('a version that follows another one has taken over, when its first process started', () => {
    const text = `
      1.0 a 100-110
      1.0 b 100-110
      1.1 a 111-120
      1.1 b 112-120`;
    expect(found(text)).toEqual([
      '1.0 first after null @100 replacement',
      '1.1 new after 1.0 @111 replacement',
    ]);
    expect(detectTakeovers(processes(text), NOBODY)[1]!.at).toBe(111 * MINUTE_MS - 20_000);
  });

  test('an old version returns once another one ran in its place', () => {
    const text = `
      1.0 a 100-110
      1.1 a 111-113
      1.0 a 114-130`;
    expect(found(text).slice(1)).toEqual([
      '1.1 new after 1.0 @111 replacement',
      '1.0 return after 1.1 @114 replacement',
    ]);
  });

  test('a version that stayed beside a canary has not returned', () => {
    const text = `
      1.0 a 100-160
      1.0 b 100-160
      1.1 c 120-140`;
    expect(found(text).slice(1)).toEqual(['1.1 new after 1.0 @120 overlap']);
  });

  test('a second canary is compared with what runs, not with the first', () => {
    const text = `
      1.0 a 100-200
      1.1 c 120-140
      1.2 c 141-160`;
    expect(found(text).at(-1)).toBe('1.2 new after 1.0 @141 overlap');
  });

  test('a rolling deploy of four minutes is a replacement, one of five an overlap', () => {
    const rolling = (last: number) => `
      1.0 a 100-110
      1.0 b 100-${last}
      1.1 a 111-130
      1.1 b ${last + 1}-130`;
    expect(found(rolling(114)).at(-1)).toContain('replacement');
    expect(found(rolling(115)).at(-1)).toContain('overlap');
  });

  test('a missing minute, a restart and a night without traffic are no deploys', () => {
    const text = `
      1.0 a 100-110
      1.0 a 112-120
      1.0 a 900-910`;
    expect(found(text)).toHaveLength(1);
  });

  test('what is known from earlier decides about the first process that is looked at', () => {
    const past = { lastVersion: '1.1', versions: new Set(['1.0', '1.1']) };
    expect(found('1.0 a 100-110', past)).toEqual(['1.0 return after 1.1 @100 replacement']);
    expect(found('1.1 a 100-110', past)).toEqual([]);
    expect(found('1.2 a 100-110', past)).toEqual(['1.2 new after 1.1 @100 replacement']);
  });

  test('a start long before the first window, or after it, is not believed', () => {
    const odd = processes('1.0 a 100-110\n1.1 a 111-120').map((one) => ({
      ...one,
      startedAtMs: 5,
    }));
    expect(detectTakeovers(odd, NOBODY)[1]!.at).toBe(111 * MINUTE_MS);
  });
});

describe('restarts of an unchanged version', () => {
  const restarts = (text: string, now: number) =>
    detectRestarts(processes(text), now).map(
      ({ version, at }) => `${version} @${Math.round(at / MINUTE_MS)}`,
    );

  test('are times at which new processes replaced all old ones', () => {
    const text = `
      1.0 a 100-130
      1.0 b 100-132
      1.0 c 131-160
      1.0 d 133-160`;
    expect(restarts(text, 160)).toEqual(['1.0 @131']);
  });

  test('are not known before the old processes are surely gone', () => {
    const text = `
      1.0 a 100-130
      1.0 c 131-134`;
    expect(restarts(text, 134)).toEqual([]);
    expect(restarts(text, 136)).toEqual(['1.0 @131']);
  });

  test('more instances, one that crashed, and another version between are none', () => {
    expect(restarts('1.0 a 100-160\n1.0 b 120-160', 160)).toEqual([]);
    expect(restarts('1.0 a 100-160\n1.0 b 100-119\n1.0 b 120-160', 160)).toEqual([]);
    expect(restarts('1.0 a 100-110\n1.1 a 111-120\n1.0 a 121-160', 160)).toEqual([]);
  });
});
