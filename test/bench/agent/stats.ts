/**
 * Median, and the two values that enclose it with at least 95 % confidence, by the binomial
 * distribution of ranks. Fewer than six values have no such pair: their range is answered.
 */
export function medianInterval(values: readonly number[]): {
  readonly median: number;
  readonly low: number;
  readonly high: number;
} {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  if (n === 0) return { median: Number.NaN, low: Number.NaN, high: Number.NaN };
  const middle = (n - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  let outside = 0; // ranks that may be left out on each side
  let term = 0.5 ** n;
  for (let tail = term; 2 * tail <= 0.05; tail += term) {
    term *= (n - outside) / (outside + 1);
    outside += 1;
  }
  const skip = Math.max(0, outside - 1);
  return { median, low: sorted[skip]!, high: sorted[n - 1 - skip]! };
}
