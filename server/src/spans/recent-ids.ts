/** The latest keys with a value each: at least `countMin`, at most twice as many. */
export class RecentIds<T> {
  private young = new Map<string, T>();
  private old = new Map<string, T>();
  private readonly countMin: number;

  constructor(countMin: number) {
    this.countMin = countMin;
  }

  get(id: string): T | undefined {
    return this.young.get(id) ?? this.old.get(id);
  }

  set(id: string, value: T): void {
    if (this.young.size >= this.countMin) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(id, value);
  }
}
