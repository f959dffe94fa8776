const CAPACITY_MIN = 1_024;
const WORD = 2 ** 32;

/** 32-bit numbers, in memory that grows by doubling. */
export class WordList {
  private data = new Uint32Array(CAPACITY_MIN);
  length = 0;

  push(value: number): void {
    this.reserve(1);
    this.data[this.length++] = value;
  }

  /** Make room for `count` more, and give the memory to be filled from `length` on. */
  reserve(count: number): Uint32Array {
    const needed = this.length + count;
    if (needed > this.data.length) {
      const larger = new Uint32Array(Math.max(needed, this.data.length * 2));
      larger.set(this.data);
      this.data = larger;
    }
    return this.data;
  }

  /** The filled part, without a copy. */
  view(): Uint32Array {
    return this.data.subarray(0, this.length);
  }
}

/** 64-bit numbers as two words each, the lower first: as they lie in memory. */
export class WideList {
  private readonly words = new WordList();

  get length(): number {
    return this.words.length / 2;
  }

  /** A whole number that a double holds exactly. */
  pushNumber(value: number): void {
    this.push(value % WORD, Math.floor(value / WORD));
  }

  pushNumbers(values: ArrayLike<number>): void {
    const { words } = this;
    const data = words.reserve(values.length * 2);
    let at = words.length;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      const high = Math.floor(value / WORD);
      data[at++] = value - high * WORD;
      data[at++] = high;
    }
    words.length = at;
  }

  /** Numbers as `view` has them. */
  pushWords(numbers: Uint32Array): void {
    this.words.reserve(numbers.length).set(numbers, this.words.length);
    this.words.length += numbers.length;
  }

  push(low: number, high: number): void {
    const { words } = this;
    const data = words.reserve(2);
    data[words.length++] = low;
    data[words.length++] = high;
  }

  view(): Uint32Array {
    return this.words.view();
  }
}

/** Rows `order` of a column of 64-bit numbers. */
export function wideRows(column: Uint32Array, order: ArrayLike<number>): Uint32Array {
  const rows = new Uint32Array(order.length * 2);
  for (let i = 0; i < order.length; i++) {
    const row = order[i]! * 2;
    rows[i * 2] = column[row]!;
    rows[i * 2 + 1] = column[row + 1]!;
  }
  return rows;
}

/** Places `order` of a column of words. */
export function picked(column: Uint32Array, order: Uint32Array): Uint32Array {
  const rows = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) rows[i] = column[order[i]!]!;
  return rows;
}

/** A 64-bit number of a column; exact up to 2^53, as all are that came by `pushNumber`. */
export function wideNumber(column: Uint32Array, row: number): number {
  return column[row * 2 + 1]! * WORD + column[row * 2]!;
}

/**
 * Add a 64-bit number times `factor` to one in place; past 64 bits it wraps as it does in the engine.
 * `factor` is at most the seconds of a day, so that no step passes 2^53.
 */
export function addWide(
  column: Uint32Array,
  row: number,
  low: number,
  high: number,
  factor: number,
): void {
  const sum = column[row * 2]! + low * factor;
  const carry = Math.floor(sum / WORD);
  column[row * 2] = sum - carry * WORD;
  column[row * 2 + 1] = column[row * 2 + 1]! + high * factor + carry;
}

/** The lower and the upper half of 16 hex digits. */
export function lowOf(hex: string): number {
  return wordAt(hex, 8);
}

export function highOf(hex: string): number {
  return wordAt(hex, 0);
}

const DIGIT_OF = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(digit) ? 0 : digit;
});

/** Eight hex digits of an id, which were checked when it was read: a third of the time of `parseInt` (2026-11-30). */
export function wordAt(hex: string, at: number): number {
  let word = 0;
  for (let i = at; i < at + 8; i++) word = (word << 4) | DIGIT_OF[hex.charCodeAt(i)]!;
  return word >>> 0;
}
