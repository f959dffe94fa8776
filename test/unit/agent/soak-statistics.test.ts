import { expect, test } from 'vitest';
// @ts-expect-error plain JavaScript, run by node as it is
import { missingWindows, slopeOf } from '../../soak/statistics.mjs';

const meta = (from: number, to: number, droppedUploads = 0) => ({
  from: `${from}000000`,
  to: `${to}000000`,
  agent: { droppedUploads },
});

test('a line has its slope and no error', () => {
  const { slope, error } = slopeOf([0, 1, 2, 3], [5, 7, 9, 11]);
  expect(slope).toBeCloseTo(2);
  expect(error).toBeCloseTo(0);
});

test('a window between two others that did not arrive is missing', () => {
  const metas = [meta(7000, 10_000, 1), meta(1000, 4000), meta(10_003, 13_000)];
  expect(missingWindows(metas, 3000)).toEqual({ windows: 3, dropped: 1, lost: 1, overlaps: 0 });
});
