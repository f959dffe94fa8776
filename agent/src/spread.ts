/**
 * Part a whole number in proportion to weights, so that the parts add up to it exactly.
 *
 * Each part is the difference of two rounded running sums, so a remainder is carried to the next.
 * Shape   parts[i] pairs with weights[i]; all zero weights give all zero parts.
 * Units   `total` is a whole number below 2^53; weights are whole numbers with a sum below 2^26,
 *         which keeps every product exact.
 */
export function spread(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (sum === 0) return weights.map(() => 0);
  const each = Math.floor(total / sum);
  const rest = total - each * sum;
  let weightBefore = 0;
  return weights.map((weight) => {
    const before = Math.floor((rest * weightBefore) / sum);
    weightBefore += weight;
    return each * weight + Math.floor((rest * weightBefore) / sum) - before;
  });
}
