import { describe, expect, test } from 'vitest';
import { compareMemory, type HeapMinutes } from '../../../proto/src/index.ts';

const MIB = 2 ** 20;

/** A process at `bytes`, with `growth` of it an hour on top, and a saw-tooth of 2 %. */
function process(instance: string, bytes: number, growth = 0, count = 12): HeapMinutes {
  const hours = Array.from({ length: count }, (_, i) => (i + 3) / 60);
  return {
    instance,
    hours,
    bytes: hours.map((hour, i) => bytes * (1 + growth * hour) * (1 + (i % 3) * 0.01)),
  };
}

function compared(base: readonly HeapMinutes[], head: readonly HeapMinutes[], sameAge = true) {
  return compareMemory({ base, head, sameAge, spend: 1 });
}

const base = [process('a', 800 * MIB), process('b', 820 * MIB)];

describe('live heap', () => {
  test('that doubled is more, and halved is less at the same age only', () => {
    const twice = [process('c', 1_600 * MIB), process('d', 1_640 * MIB)];
    const verdict = compared(base, twice)!;
    expect(verdict.state).toBe('more');
    expect(verdict.effect.low).toBeLessThan(1);
    expect(verdict.effect.high).toBeGreaterThan(1);
    expect(compared(twice, base)!.state).toBe('less');
    expect(compared(twice, base, false)!.state).toBe('not-enough-data');
    expect(compared(base, twice, false)!.state).toBe('more');
  });

  test('of identical builds is no change where a quarter more would have been seen', () => {
    const four = [1, 2, 3, 4].map((i) => process(`h${i}`, (800 + 5 * i) * MIB));
    const like = [1, 2, 3, 4].map((i) => process(`b${i}`, (805 + 4 * i) * MIB));
    expect(compared(like, four)!.state).toBe('no-change');
  });

  test('of a few megabytes has too few samples, however far apart', () => {
    expect(compared([process('a', 2 * MIB)], [process('c', 3 * MIB)])!.state).toBe(
      'not-enough-data',
    );
  });

  test('that nobody reported is not judged', () => {
    expect(compared([], base)).toBeNull();
    expect(compared(base, [])).toBeNull();
  });
});

describe('growth', () => {
  test('beyond that of base at the same age is a leak', () => {
    const leak = [process('c', 800 * MIB, 2), process('d', 820 * MIB, 2)];
    const growth = compared(base, leak)!.growth!;
    expect(growth.state).toBe('more');
    expect(growth.bytesPerHour.value / MIB).toBeGreaterThan(1_000);
    expect(compared(leak, base)!.growth!.state).toBe('less');
    expect(compared(leak, leak)!.growth!.state).not.toBe('more');
    expect(compared(base, leak, false)!.growth!.state).toBe('not-enough-data');
  });

  test('needs 8 minutes', () => {
    expect(compared(base, [process('c', 800 * MIB, 2, 7)])!.growth).toBeNull();
  });
});
