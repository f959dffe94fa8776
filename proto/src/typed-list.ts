/** A Uint32Array that grows. Values must fit into 32 bits; the caller has checked. */
export class Uint32List {
  private data: Uint32Array;
  length = 0;

  constructor(capacity = 64) {
    this.data = new Uint32Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.data.length) {
      const grown = new Uint32Array(this.data.length * 2);
      grown.set(this.data);
      this.data = grown;
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

  /** The filled part as an array of its own size, to keep. */
  toArray(): Uint32Array {
    return this.data.slice(0, this.length);
  }
}
