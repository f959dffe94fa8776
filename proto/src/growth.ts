import type { Growth } from './api.ts';
import { studentUpper } from './compare/distributions.ts';

/** Fewer points give an interval so wide that a line through them says nothing. */
export const GROWTH_POINTS_MIN = 8;

const TAIL = 0.025;
const CORRELATION_MAX = 0.95;

/** A line through values over time, before its interval, which takes far longer to work out. */
export interface GrowthLine {
  readonly start: number;
  readonly end: number;
  readonly slope: number; // an hour
  readonly error: number; // standard error of the slope
  readonly freedom: number; // degrees of freedom of Student's t
}

/**
 * The least-squares line of a value that follows itself from step to step.
 *
 * Neighbouring points say less than their number: the error counts n (1 - r) / (1 + r) of them, r being the
 * correlation of residuals one step apart.
 *
 * Shape   hours[i] pairs with values[i], in order of time; at least 3.
 * Source  Santer et al. 2000, Journal of Geophysical Research 105(D6), section 4, adjusted standard error
 */
export function growthLine(hours: ArrayLike<number>, values: ArrayLike<number>): GrowthLine {
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
  let left = 0;
  let neighbours = 0;
  for (let i = 0, before = 0; i < count; i++) {
    const residual = values[i]! - meanValue - slope * (hours[i]! - meanHour);
    left += residual ** 2;
    neighbours += residual * before;
    before = residual;
  }
  const correlation = Math.min(CORRELATION_MAX, Math.max(0, neighbours / (left || 1)));
  const independent = Math.max(3, (count * (1 - correlation)) / (1 + correlation));
  const freedom = independent - 2;
  const error = Math.sqrt(left / freedom / squares);
  return { start: values[0]!, end: values[count - 1]!, slope, error, freedom };
}

/**
 * How a value grows over time: its ends, and the slope of a least-squares line with its 95 % interval.
 *
 * A saw-tooth of the collector widens the interval; a slope whose whole interval is above 0 grows.
 */
export function growthOf(hours: ArrayLike<number>, values: ArrayLike<number>): Growth {
  return growthOfLine(growthLine(hours, values));
}

/** The same of a line that is there already. */
export function growthOfLine({ start, end, slope, error, freedom }: GrowthLine): Growth {
  const half = studentUpper(TAIL, freedom) * error;
  return {
    start,
    end,
    growth: end - start,
    slopePerHour: slope,
    slopeLowPerHour: slope - half,
    slopeHighPerHour: slope + half,
  };
}

// Less than the normal distribution's 1.95996, which Student's t only comes near to from above.
const STUDENT_MIN = 1.95;

/** What `slopeLowPerHour` is at most. */
export function slopeLowAtMost({ slope, error }: GrowthLine): number {
  return slope - STUDENT_MIN * error;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
