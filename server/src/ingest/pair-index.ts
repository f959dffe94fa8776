const PLACES_MIN = 4_096;

/**
 * Rows by two numbers each, to be used again after `clear`: as a Map for each group, which was made and grown for every upload,
 * it took a fifth of normalising (2026-11-30).
 */
export class PairIndex {
  private first = new Int32Array(PLACES_MIN);
  private second = new Int32Array(PLACES_MIN);
  private rows = new Int32Array(PLACES_MIN);
  private usedIn = new Int32Array(PLACES_MIN); // place -> the use it was filled in
  private use = 1;
  private count = 0;

  clear(): void {
    this.use++;
    this.count = 0;
  }

  /** The row of a pair; a pair that is new gets `row`. */
  rowOf(first: number, second: number, row: number): number {
    const { usedIn, use } = this;
    const mask = usedIn.length - 1;
    let place = placeOf(first, second) & mask;
    while (usedIn[place] === use) {
      if (this.first[place] === first && this.second[place] === second) return this.rows[place]!;
      place = (place + 1) & mask;
    }
    usedIn[place] = use;
    this.first[place] = first;
    this.second[place] = second;
    this.rows[place] = row;
    if (++this.count * 2 > usedIn.length) this.grow();
    return row;
  }

  private grow(): void {
    const { first, second, rows, usedIn, use } = this;
    const size = usedIn.length * 2;
    this.first = new Int32Array(size);
    this.second = new Int32Array(size);
    this.rows = new Int32Array(size);
    this.usedIn = new Int32Array(size);
    this.count = 0;
    for (let place = 0; place < rows.length; place++) {
      if (usedIn[place] === use) this.rowOf(first[place]!, second[place]!, rows[place]!);
    }
  }
}

function placeOf(first: number, second: number): number {
  const mixed = Math.imul(second ^ Math.imul(first, 0x85ebca6b), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
