/**
 * Logarithm of the gamma function and its derivatives, for arguments above 0.
 *
 * Each climbs by its recurrence to an argument where the asymptotic series has 14 digits.
 * Source  Abramowitz and Stegun 6.1.41, 6.3.18, 6.4.12
 */

const SERIES_FROM = 10;

/** Natural logarithm of gamma(x). */
export function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < SERIES_FROM; at++) shift += Math.log(at);
  const inverse = 1 / (at * at);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / at;
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/** First derivative of logGamma. */
export function digamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < SERIES_FROM; at++) shift += 1 / at;
  const inverse = 1 / (at * at);
  const tail = 1 / 252 - inverse * (1 / 240 - inverse * (1 / 132 - (inverse * 691) / 32760));
  const series = inverse * (1 / 12 - inverse * (1 / 120 - inverse * tail));
  return Math.log(at) - 0.5 / at - series - shift;
}

/** Second derivative of logGamma. */
export function trigamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < SERIES_FROM; at++) shift += 1 / (at * at);
  const inverse = 1 / (at * at);
  const tail = 1 / 42 - inverse * (1 / 30 - inverse * (5 / 66 - (inverse * 691) / 2730));
  const series = inverse * (1 / 6 - inverse * (1 / 30 - inverse * tail));
  return 1 / at + 0.5 * inverse + series / at + shift;
}

/** Third derivative of logGamma, which only steers Newton's method. */
function tetragamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < SERIES_FROM; at++) shift -= 2 / (at * at * at);
  const inverse = 1 / (at * at);
  return shift - inverse * (1 + 1 / at + inverse * (0.5 - inverse / 6));
}

/**
 * The x above 0 with trigamma(x) = y, for y above 0.
 *
 * Newton's method on 1 / trigamma, which is convex and nearly straight, so it never overshoots.
 * Source  Smyth 2004, Statistical Applications in Genetics and Molecular Biology 3(1), appendix
 */
export function trigammaInverse(y: number): number {
  if (y > 1e7) return 1 / Math.sqrt(y);
  if (y < 1e-6) return 1 / y;
  let x = 0.5 + 1 / y;
  for (let step = 0; step < 50; step++) {
    const value = trigamma(x);
    const change = (value * (1 - value / y)) / tetragamma(x);
    x += change;
    if (-change / x < 1e-12) break;
  }
  return x;
}
