import { growthLine, growthOf, slopeLowAtMost } from '@flamehouse/proto';
import { expect, test } from 'vitest';

const hours = (count: number) => Array.from({ length: count }, (_, i) => i / 60);

/** Uniform noise from -1 to 1, the same in every run. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return (state / 2 ** 31) * 2 - 1;
  };
}

test('a straight line has its slope and no width', () => {
  const values = hours(10).map((hour) => 500 + 120 * hour);
  const growth = growthOf(hours(10), values);
  expect(growth.slopePerHour).toBeCloseTo(120, 9);
  expect(growth.slopeHighPerHour - growth.slopeLowPerHour).toBeCloseTo(0, 6);
  expect(growth).toMatchObject({ start: 500, end: 518, growth: 18 });
});

test('what stays the same does not grow', () => {
  expect(growthOf(hours(8), Array(8).fill(7))).toEqual({
    start: 7,
    end: 7,
    growth: 0,
    slopePerHour: 0,
    slopeLowPerHour: 0,
    slopeHighPerHour: 0,
  });
});

test('the interval agrees with the textbook where residuals do not follow each other', () => {
  // x = 0..7, residuals alternate, so no correction; slope 1 +- t(6) * s / sqrt(Sxx).
  const values = [1, 0, 3, 2, 5, 4, 7, 6];
  const growth = growthOf([0, 1, 2, 3, 4, 5, 6, 7], values);
  const residuals = values.map((value, x) => value - 3.5 - (x - 3.5) * growth.slopePerHour);
  const s = Math.sqrt(residuals.reduce((sum, r) => sum + r * r, 0) / 6);
  expect(growth.slopePerHour).toBeCloseTo(38 / 42, 9);
  expect(growth.slopeHighPerHour - growth.slopePerHour).toBeCloseTo(
    (2.446912 * s) / Math.sqrt(42),
    5,
  );
});

test.each([
  ['independent noise', 0],
  ['noise that follows itself', 0.6],
])('under %s the interval holds the true slope about 95 times in 100', (_, follow) => {
  const random = noise(7);
  let held = 0;
  for (let run = 0; run < 400; run++) {
    let last = 0;
    const values = hours(60).map((hour) => {
      last = follow * last + random();
      return 100 + 5 * hour + last;
    });
    const { slopeLowPerHour, slopeHighPerHour } = growthOf(hours(60), values);
    if (slopeLowPerHour <= 5 && 5 <= slopeHighPerHour) held++;
  }
  expect(held / 400).toBeGreaterThan(0.9);
});

test.each([8, 12, 60, 120])(
  'the lower end of a slope is never above its bound: %i points',
  (count) => {
    const draw = noise(count);
    for (let run = 0; run < 200; run++) {
      const values = hours(count).map((hour) => 1_000 + run * hour + 50 * draw());
      const line = growthLine(hours(count), values);
      const { slopeLowPerHour } = growthOf(hours(count), values);
      expect(slopeLowAtMost(line)).toBeGreaterThanOrEqual(slopeLowPerHour);
    }
  },
);
