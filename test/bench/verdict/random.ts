/** Seeded random numbers: sfc32, normal by polar form, and what the simulator draws. */
export class Random {
  private readonly state = new Uint32Array(4);
  private spare: number | null = null;

  constructor(seed: number) {
    this.state.set([0x9e3779b9, 0x243f6a88, 0xb7e15162, seed >>> 0]);
    for (let i = 0; i < 15; i++) this.uniform();
  }

  /** From 0 up to, not with, 1. Source: sfc32 of PractRand. */
  uniform(): number {
    const s = this.state;
    const t = (s[0]! + s[1]! + s[3]!) >>> 0;
    s[3] = s[3]! + 1;
    s[0] = s[1]! ^ (s[1]! >>> 9);
    s[1] = s[2]! + (s[2]! << 3);
    s[2] = ((s[2]! << 21) | (s[2]! >>> 11)) + t;
    return t / 2 ** 32;
  }

  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  normal(sd = 1): number {
    if (this.spare !== null) {
      const value = this.spare * sd;
      this.spare = null;
      return value;
    }
    let u: number;
    let v: number;
    let s: number;
    do {
      u = 2 * this.uniform() - 1;
      v = 2 * this.uniform() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const scale = Math.sqrt((-2 * Math.log(s)) / s);
    this.spare = v * scale;
    return u * scale * sd;
  }

  logNormal(sd: number): number {
    return Math.exp(this.normal(sd));
  }

  /** Knuth below 30, above it a rounded normal: off by less than a hundredth of its sd. */
  poisson(mean: number): number {
    if (mean <= 0) return 0;
    if (mean > 30) return Math.max(0, Math.round(mean + this.normal(Math.sqrt(mean))));
    const limit = Math.exp(-mean);
    let count = -1;
    for (let product = 1; product > limit; count++) product *= this.uniform();
    return count;
  }

  /** Marsaglia and Tsang, for shapes of at least 1. */
  gamma(shape: number): number {
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
        return d * v;
      }
    }
  }

  dirichlet(count: number, shape: number): number[] {
    const parts = Array.from({ length: count }, () => this.gamma(shape));
    const sum = parts.reduce((all, part) => all + part, 0);
    return parts.map((part) => part / sum);
  }

  /** A row, with a probability in proportion to its weight. */
  pick(weights: ArrayLike<number>): number {
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += weights[i]!;
    let left = this.uniform() * sum;
    for (let i = 0; i < weights.length; i++) {
      left -= weights[i]!;
      if (left < 0) return i;
    }
    return weights.length - 1;
  }

  shuffled(count: number): number[] {
    const rows = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [rows[i], rows[j]] = [rows[j]!, rows[i]!];
    }
    return rows;
  }
}
