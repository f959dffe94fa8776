/** The middle value, or the mean of the two middle ones; 0 of nothing. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Variance of a sample, with n - 1; 0 of fewer than two values. */
export function varianceOf(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/** Mean of the values whose group is `group`. */
export function meanOver(values: ArrayLike<number>, groups: Int32Array, group: number): number {
  let sum = 0;
  let count = 0;
  groups.forEach((of, i) => {
    if (of !== group) return;
    sum += values[i]!;
    count++;
  });
  return count === 0 ? 0 : sum / count;
}

/**
 * Weighted median inside the shortest interval that holds half of the weight.
 *
 * Source  the shorth of Andrews et al. 1972, with weights
 */
export function shortestHalf(values: readonly number[], weights: readonly number[]): number {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]! || a - b);
  const half = weights.reduce((sum, weight) => sum + weight, 0) / 2;
  let best = { from: 0, to: order.length - 1, length: Number.POSITIVE_INFINITY };
  let inside = 0;
  let from = 0;
  for (let to = 0; to < order.length; to++) {
    inside += weights[order[to]!]!;
    while (from < to && inside - weights[order[from]!]! >= half) {
      inside -= weights[order[from]!]!;
      from++;
    }
    const length = values[order[to]!]! - values[order[from]!]!;
    if (inside >= half && length < best.length) best = { from, to, length };
  }
  return weightedMedian(order.slice(best.from, best.to + 1), values, weights);
}

function weightedMedian(
  order: readonly number[],
  values: readonly number[],
  weights: readonly number[],
): number {
  const half = order.reduce((sum, row) => sum + weights[row]!, 0) / 2;
  let below = 0;
  for (const row of order) {
    below += weights[row]!;
    if (below >= half) return values[row]!;
  }
  return values[order.at(-1)!]!;
}
