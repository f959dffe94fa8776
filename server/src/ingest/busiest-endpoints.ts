// Comparison standardises to a mix of endpoints; past 32 each has too few ticks to tell anything (research/statistics.md 3).
const KEPT_MAX = 32;
const KNOWN_MAX = 1_000;
const RANK_MS = 60_000;

export const OTHER_ENDPOINT = '(other)';

interface Ranking {
  readonly micros: Map<string, number>; // endpoint -> CPU, halved with every ranking
  kept: Set<string>;
  rankedAtMs: number;
}

/** Keeps the endpoints apart that use the most CPU of a service; the rest is `(other)`, so that sums stay whole. */
export class BusiestEndpoints {
  private readonly ofService = new Map<string, Ranking>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  /** The endpoint under which CPU is counted. Outside of requests it is '' and always kept. */
  fold(service: string, endpoint: string, micros: number): string {
    if (endpoint === '') return endpoint;
    const ranking = this.rankingOf(service);
    const known = ranking.micros.get(endpoint);
    if (known !== undefined || ranking.micros.size < KNOWN_MAX) {
      ranking.micros.set(endpoint, (known ?? 0) + micros);
    }
    if (ranking.kept.size < KEPT_MAX) ranking.kept.add(endpoint);
    return ranking.kept.has(endpoint) ? endpoint : OTHER_ENDPOINT;
  }

  private rankingOf(service: string): Ranking {
    let ranking = this.ofService.get(service);
    if (ranking === undefined) {
      ranking = { micros: new Map(), kept: new Set(), rankedAtMs: this.now() };
      this.ofService.set(service, ranking);
    }
    if (this.now() - ranking.rankedAtMs > RANK_MS) this.rank(ranking);
    return ranking;
  }

  private rank(ranking: Ranking): void {
    ranking.rankedAtMs = this.now();
    const busiest = [...ranking.micros].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    ranking.kept = new Set(busiest.slice(0, KEPT_MAX).map(([endpoint]) => endpoint));
    ranking.micros.clear();
    for (const [endpoint, micros] of busiest.slice(0, KNOWN_MAX / 2)) {
      ranking.micros.set(endpoint, micros / 2);
    }
  }
}
