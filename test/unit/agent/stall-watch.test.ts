import { expect, test } from 'vitest';
import { StallWatch } from '../../../agent/src/stall-watch.ts';

/** A loop whose clock moves while it is idle, or while it is blocked; timers are left to the test. */
function setUp(stallMs = 100) {
  const at = { ms: 1000, idleMs: 0 };
  const clock = {
    nowMs: () => 1_700_000_000_000 + at.ms,
    monotonicMs: () => at.ms,
    random: () => 0,
    setTimer: () => ({ cancel: () => {} }),
    setTurn: () => {},
  };
  const watch = new StallWatch({ clock, stallMs, idleMs: () => at.idleMs });
  watch.start();
  return {
    clock,
    watch,
    idle(ms: number) {
      at.ms += ms;
      at.idleMs += ms;
    },
    block(ms: number) {
      at.ms += ms;
    },
  };
}

test('a loop that is idle or quick has no stalls', () => {
  const { watch, idle, block } = setUp();
  for (const step of [() => block(60), () => idle(5000), () => block(99)]) {
    step();
    watch.check();
  }
  expect(watch.takeNew()).toBeNull();
  expect(watch.takeAll()).toEqual([]);
});

test('a late beat is a stall without the time in which the loop had nothing to do', () => {
  const { clock, watch, idle, block } = setUp();
  idle(20);
  block(300);
  watch.check();
  const toMicros = clock.nowMs() * 1000;
  expect(watch.takeAll()).toEqual([{ fromMicros: toMicros - 300_000, toMicros }]);
});

test('moments are found in the stalls since the last call only, by their place in the window', () => {
  const { clock, watch, idle, block } = setUp();
  block(200);
  watch.check();
  const first = watch.takeNew()!;
  const micros = clock.nowMs() * 1000;
  expect([first(micros - 1), first(micros), first(micros - 200_001)]).toEqual([0, -1, -1]);
  expect(watch.takeNew()).toBeNull();
  idle(50);
  block(400);
  watch.check();
  const second = watch.takeNew()!;
  expect([second(micros - 1), second(clock.nowMs() * 1000 - 1)]).toEqual([-1, 1]);
  expect(watch.takeAll()).toHaveLength(2);
  expect(watch.takeAll()).toEqual([]);
});
