/** Up to 64 bytes V8 keeps a typed array inside its own heap, which costs a fraction of one outside. */
const CAPACITY_MIN = 16;

/** A Uint32Array that grows; `capacity` is how much it is expected to hold. Values must fit into 32 bits; the caller has checked. */
export class Uint32List {
  private data: Uint32Array;
  length = 0;

  constructor(capacity = 0) {
    this.data = new Uint32Array(Math.max(CAPACITY_MIN, capacity));
  }

  clear(): void {
    this.length = 0;
  }

  push(value: number): void {
    if (this.length === this.data.length) {
      this.data = copyInto(new Uint32Array(this.data.length * 2), this.data);
    }
    this.data[this.length++] = value;
  }

  at(index: number): number {
    return this.data[index]!;
  }

  /** The filled part, without a copy. */
  view(): Uint32Array {
    return this.data.subarray(0, this.length);
  }

  /** Make room for `count` more and give the memory, to be filled from `length` on. */
  reserve(count: number): Uint32Array {
    const needed = this.length + count;
    if (needed > this.data.length) {
      this.data = copyInto(new Uint32Array(Math.max(needed, this.data.length * 2)), this.data);
    }
    return this.data;
  }

  /** The filled part as an array of its own size, to keep. */
  toArray(): Uint32Array {
    return this.data.slice(0, this.length);
  }
}

/** 64-bit integers as two halves. The upper half takes memory only once one of them is not 0. */
export class Uint64List {
  private low: Uint32Array;
  private high: Uint32Array | null = null;
  length = 0;

  constructor(capacity = 0) {
    this.low = new Uint32Array(Math.max(CAPACITY_MIN, capacity));
  }

  clear(): void {
    this.length = 0;
    this.high = null; // What is not 0 is written into new memory.
  }

  push(low: number, high: number): void {
    if (this.length === this.low.length) this.reserve(1);
    if (high !== 0) this.upper()[this.length] = high;
    this.low[this.length++] = low;
  }

  /** Make room for `count` more and give the lower halves, to be filled from `length` on. */
  reserve(count: number): Uint32Array {
    const needed = this.length + count;
    if (needed > this.low.length) {
      const capacity = Math.max(needed, this.low.length * 2);
      this.low = copyInto(new Uint32Array(capacity), this.low);
      if (this.high !== null) this.high = copyInto(new Uint32Array(capacity), this.high);
    }
    return this.low;
  }

  /** True when every integer fits into 32 bits. */
  get isNarrow(): boolean {
    return this.high === null;
  }

  lowAt(index: number): number {
    return this.low[index]!;
  }

  highAt(index: number): number {
    return this.high === null ? 0 : this.high[index]!;
  }

  /** As an unsigned integer: a number when that is exact, else a bigint. Equal integers are equal keys. */
  at(index: number): number | bigint {
    const high = this.highAt(index);
    const low = this.low[index]!;
    return high < 0x200000 ? high * 2 ** 32 + low : (BigInt(high) << 32n) | BigInt(low);
  }

  /** The lower halves that are filled, without a copy. */
  lows(): Uint32Array {
    return this.low.subarray(0, this.length);
  }

  private upper(): Uint32Array {
    this.high ??= new Uint32Array(this.low.length);
    return this.high;
  }
}

function copyInto(target: Uint32Array, source: Uint32Array): Uint32Array {
  target.set(source);
  return target;
}
