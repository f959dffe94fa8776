import type { Growth } from './api.ts';
import { studentUpper } from './compare/distributions.ts';

/** Fewer points give an interval so wide that a line through them says nothing. */
export const GROWTH_POINTS_MIN = 8;

const TAIL = 0.025;
const CORRELATION_MAX = 0.95;

/**
 * How a value grows over time: its ends, and the slope of a least-squares line with its 95 % interval.
 *
 * Memory follows itself from step to step, so neighbouring points say less than their number: the
 * interval counts n (1 - r) / (1 + r) of them, r being the correlation of residuals one step apart.
 * A saw-tooth of the collector widens the interval; a slope whose whole interval is above 0 grows.
 *
 * Shape   hours[i] pairs with values[i], in order of time; at least 3.
 * Source  Santer et al. 2000, Journal of Geophysical Research 105(D6), section 4, adjusted standard error
 */
export function growthOf(hours: readonly number[], values: readonly number[]): Growth {
  const count = values.length;
  const meanHour = mean(hours);
  const meanValue = mean(values);
  let squares = 0;
  let products = 0;
  for (let i = 0; i < count; i++) {
    squares += (hours[i]! - meanHour) ** 2;
    products += (hours[i]! - meanHour) * (values[i]! - meanValue);
  }
  const slope = products / squares;
  const residuals = values.map((value, i) => value - meanValue - slope * (hours[i]! - meanHour));
  const left = residuals.reduce((sum, residual) => sum + residual ** 2, 0);
  const correlation = Math.min(CORRELATION_MAX, Math.max(0, neighbours(residuals) / (left || 1)));
  const independent = Math.max(3, (count * (1 - correlation)) / (1 + correlation));
  const half = studentUpper(TAIL, independent - 2) * Math.sqrt(left / (independent - 2) / squares);
  const start = values[0]!;
  const end = values[count - 1]!;
  return {
    start,
    end,
    growth: end - start,
    slopePerHour: slope,
    slopeLowPerHour: slope - half,
    slopeHighPerHour: slope + half,
  };
}

function neighbours(residuals: readonly number[]): number {
  let sum = 0;
  for (let i = 1; i < residuals.length; i++) sum += residuals[i]! * residuals[i - 1]!;
  return sum;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
