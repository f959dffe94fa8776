const TEXTS_MIN = 4_096;
// A hundred services have some hundred thousand names of functions and files. Past that all begin anew.
const TEXTS_MAX = 262_144;
const BYTES_MIN = 1 << 18;
const BYTES_MAX = 1 << 24;
const NONE = -1;

/** Texts by their bytes: the same row and string for the same bytes, found without making it. Bounded; equality is that of all bytes. */
export class TextCache {
  private readonly decode: (bytes: Uint8Array) => string;
  private slots = new Int32Array(TEXTS_MIN * 2).fill(NONE); // place of a hash -> row; the next free place after it
  private hashes = new Int32Array(TEXTS_MIN);
  private ends = new Int32Array(TEXTS_MIN); // row -> end of its bytes; it starts where the one before ends
  private bytes = new Uint8Array(BYTES_MIN);
  private texts: string[] = [];

  constructor(decode: (bytes: Uint8Array) => string) {
    this.decode = decode;
  }

  /** How often all texts were forgotten: rows are those of the last time. */
  generation = 0;

  text(row: number): string {
    return this.texts[row]!;
  }

  rowOf(message: Uint8Array, start: number, end: number): number {
    const hash = hashOf(message, start, end);
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let row = slots[slot]!; row !== NONE; row = slots[slot]!) {
      if (this.hashes[row] === hash && this.isAt(row, message, start, end)) return row;
      slot = (slot + 1) & mask;
    }
    return this.add(message.subarray(start, end), hash);
  }

  private isAt(row: number, message: Uint8Array, start: number, end: number): boolean {
    const { bytes, ends } = this;
    const from = row === 0 ? 0 : ends[row - 1]!;
    if (ends[row]! - from !== end - start) return false;
    for (let at = start, own = from; at < end; at++, own++) {
      if (message[at] !== bytes[own]) return false;
    }
    return true;
  }

  private add(text: Uint8Array, hash: number): number {
    const row = this.roomFor(text.length);
    const from = row === 0 ? 0 : this.ends[row - 1]!;
    this.bytes.set(text, from);
    this.ends[row] = from + text.length;
    this.hashes[row] = hash;
    this.place(row);
    this.texts.push(this.decode(text));
    return row;
  }

  /** The next row, with memory for it and its bytes. */
  private roomFor(byteLength: number): number {
    const row = this.texts.length;
    const needed = (row === 0 ? 0 : this.ends[row - 1]!) + byteLength;
    if (row === TEXTS_MAX || needed > BYTES_MAX) {
      this.clear();
      return 0;
    }
    if (row === this.hashes.length) this.growRows();
    if (needed > this.bytes.length) {
      const larger = new Uint8Array(Math.min(BYTES_MAX, Math.max(needed, this.bytes.length * 2)));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    return row;
  }

  private growRows(): void {
    const rows = this.hashes.length * 2;
    const grown = (column: Int32Array) => {
      const larger = new Int32Array(rows);
      larger.set(column);
      return larger;
    };
    this.hashes = grown(this.hashes);
    this.ends = grown(this.ends);
    this.slots = new Int32Array(rows * 2).fill(NONE);
    for (let row = 0; row < this.texts.length; row++) this.place(row);
  }

  private place(row: number): void {
    const mask = this.slots.length - 1;
    let slot = this.hashes[row]! & mask;
    while (this.slots[slot] !== NONE) slot = (slot + 1) & mask;
    this.slots[slot] = row;
  }

  private clear(): void {
    this.slots.fill(NONE);
    this.texts = [];
    this.generation++;
  }
}

/** Mixes well enough to find a place; what decides is the comparison after it. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word =
      bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
