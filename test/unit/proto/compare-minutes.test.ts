import { chooseMinutes, type InstanceMinute } from '@flamehouse/proto';
import { describe, expect, test } from 'vitest';

interface Run {
  readonly instance: string;
  readonly from: number;
  readonly to: number; // not included
  readonly startedAtMinute?: number;
  readonly requests?: number | null;
}

function minutesOf({ instance, from, to, startedAtMinute = from, requests = 600 }: Run) {
  return Array.from(
    { length: to - from },
    (_, i): InstanceMinute => ({
      instance,
      minute: from + i,
      coveredSeconds: 60,
      startedAtMinute,
      requests,
    }),
  );
}

const clock = (minutes: readonly InstanceMinute[]) => minutes.map(({ minute }) => minute);

describe('chooseMinutes', () => {
  const base = minutesOf({ instance: 'a', from: 0, to: 100, startedAtMinute: -500 });
  const head = minutesOf({ instance: 'b', from: 100, to: 110 });

  test('drops the first two minutes of a process, and takes as many of base', () => {
    const chosen = chooseMinutes({ base, head, canary: false });
    expect(clock(chosen.head)).toEqual([102, 103, 104, 105, 106, 107, 108, 109]);
    expect(clock(chosen.base)).toEqual([92, 93, 94, 95, 96, 97, 98, 99]);
    expect(chosen.simultaneous).toBe(false);
  });

  test('takes at most 15 minutes of each instance, or as many as asked for', () => {
    const long = minutesOf({ instance: 'b', from: 100, to: 160 });
    const first = chooseMinutes({ base, head: long, canary: false }).head;
    expect([first.length, first[0]!.minute, first.at(-1)!.minute]).toEqual([15, 102, 116]);
    const byHand = chooseMinutes({ base, head: long, canary: false, minutesMax: 30 });
    expect([byHand.head.length, byHand.base.length]).toEqual([30, 30]);
  });

  test('a restart warms up again', () => {
    const again = [...head, ...minutesOf({ instance: 'b', from: 110, to: 113 })];
    expect(clock(chooseMinutes({ base, head: again, canary: false }).head)).toContain(112);
    expect(clock(chooseMinutes({ base, head: again, canary: false }).head)).not.toContain(111);
  });

  test('leaves out minutes that are partly covered or hardly served', () => {
    const worse = head.map((row) => ({
      ...row,
      coveredSeconds: row.minute === 105 ? 40 : 60,
      requests: row.minute === 107 ? 3 : 600,
    }));
    const chosen = chooseMinutes({ base, head: worse, canary: false });
    expect(clock(chosen.head)).toEqual([102, 103, 104, 106, 108, 109]);
  });

  test('an idle minute changes nothing', () => {
    const idle = { ...head[5]!, instance: 'c', startedAtMinute: 0, requests: 0 };
    const options = { base, canary: false };
    expect(chooseMinutes({ ...options, head: [...head, idle] })).toEqual(
      chooseMinutes({ ...options, head }),
    );
  });

  test('a service without requests keeps its minutes', () => {
    const none = { requests: null };
    const chosen = chooseMinutes({
      base: minutesOf({ instance: 'a', from: 0, to: 100, ...none }),
      head: minutesOf({ instance: 'b', from: 100, to: 110, ...none }),
      canary: false,
    });
    expect(chosen.head).toHaveLength(8);
  });

  test('a canary is compared over the same clock minutes', () => {
    const beside = minutesOf({ instance: 'a', from: 0, to: 120, startedAtMinute: -500 });
    const chosen = chooseMinutes({ base: beside, head, canary: true });
    expect(clock(chosen.base)).toEqual(clock(chosen.head));
    expect(chosen.simultaneous).toBe(true);
  });

  test('like load beats recent, and says so', () => {
    const busy = minutesOf({
      instance: 'a',
      from: 30,
      to: 50,
      startedAtMinute: -500,
      requests: 1250,
    });
    const quiet = base.filter(({ minute }) => minute < 30 || minute >= 50);
    const doubled = head.map((row) => ({ ...row, requests: 1200 }));
    const chosen = chooseMinutes({ base: [...quiet, ...busy], head: doubled, canary: false });
    // Five busy minutes and three quiet ones: 1,006 requests a minute, within 1.25 of 1,200.
    expect(clock(chosen.base)).toEqual([45, 46, 47, 48, 49, 50, 51, 52]);
    expect(chosen.baseNote).toContain('traffic differed by a factor 2.0');
  });

  test('without a time of like load the latest minutes are taken', () => {
    const doubled = head.map((row) => ({ ...row, requests: 1200 }));
    const chosen = chooseMinutes({ base, head: doubled, canary: false });
    expect(clock(chosen.base)[0]).toBe(92);
    expect(chosen.baseNote).toBeNull();
  });

  test('an instance that was scaled away hours before is not base', () => {
    const gone = minutesOf({ instance: 'z', from: 0, to: 60, startedAtMinute: -500 });
    const chosen = chooseMinutes({ base: [...base, ...gone], head, canary: false });
    expect(new Set(chosen.base.map(({ instance }) => instance))).toEqual(new Set(['a']));
  });

  test('nothing yet', () => {
    const chosen = chooseMinutes({ base: [], head: head.slice(0, 2), canary: false });
    expect(chosen).toEqual({ base: [], head: [], simultaneous: false, baseNote: null });
  });
});
