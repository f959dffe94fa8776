// About 100 bytes each; a fleet of a hundred services has some hundred thousand stacks in a month.
const KNOWN_MAX = 400_000;

/** What a table of names already holds, by key and period. Forgetting is harmless: the row is written again. */
export class KnownRows {
  private readonly periodOf = new Map<string, string>();
  private readonly max: number;

  constructor(max = KNOWN_MAX) {
    this.max = max;
  }

  has(key: string, period: string): boolean {
    return this.periodOf.get(key) === period;
  }

  add(key: string, period: string): void {
    this.periodOf.delete(key);
    this.periodOf.set(key, period);
    if (this.periodOf.size <= this.max) return;
    const [oldest] = this.periodOf.keys();
    this.periodOf.delete(oldest!);
  }
}
