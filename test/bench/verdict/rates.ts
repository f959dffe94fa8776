import { betaIncomplete } from '../../../proto/src/compare/distributions.ts';

/** A rate with its 95 % limits. */
export interface Rate {
  readonly hits: number;
  readonly n: number;
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** Exact limits of a binomial rate. Source: Clopper and Pearson 1934. */
export function rateOf(hits: number, n: number): Rate {
  const low = hits === 0 ? 0 : root((p) => betaIncomplete(p, hits, n - hits + 1) - 0.025);
  const high = hits === n ? 1 : root((p) => betaIncomplete(p, hits + 1, n - hits) - 0.975);
  return { hits, n, rate: n === 0 ? 0 : hits / n, low, high };
}

/** Where a function that rises on [0, 1] passes 0. */
function root(rising: (p: number) => number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (rising(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export function countRate<T>(rows: readonly T[], is: (row: T) => boolean): Rate {
  return rateOf(rows.filter(is).length, rows.length);
}

export function meanBy<T>(rows: readonly T[], of: (row: T) => number): number {
  const values = rows.map(of).filter(Number.isFinite);
  return values.length === 0 ? Number.NaN : values.reduce((sum, v) => sum + v, 0) / values.length;
}

/** In percent, with its limits. */
export function formatLimits(rate: Rate): string {
  return `${formatRate(rate)} (${(100 * rate.low).toFixed(1)} to ${(100 * rate.high).toFixed(1)})`;
}

export function formatRate({ rate }: Rate): string {
  return (100 * rate).toFixed(1);
}
