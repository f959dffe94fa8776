import { TextCache } from './text-cache.ts';
import { Uint32List } from './typed-list.ts';

// A byte order mark is a character of the name here, so that a name comes back as it was written.
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** As many as a profile of an agent has, so that few need more. */
const TEXTS = 1_024;

/** What lies between two strings of a table: a tag and a length of at most four bytes. */
const GAP_BYTES_MAX = 5;

// Longer ones are hardly names of functions or files.
const NAME_BYTES_MAX = 512;
const NONE = -1;
const UNKNOWN = -2;
const EMPTY_NAME = -3;
const names = new TextCache((bytes) => UTF8.decode(bytes));

/**
 * Texts of a message by the bytes they stand in, made when they are asked for.
 *
 * A name comes from a cache of names: profilers send the same ones again and again, and to make them and to find them in a Map
 * took a third of ingest. Other texts are decoded together, since a call of TextDecoder costs more than a text: a table of
 * strings stands in one piece, and if that has as many characters as bytes, texts are cut out of it.
 */
export class TextRanges {
  private readonly start = new Uint32List(TEXTS);
  private readonly end = new Uint32List(TEXTS);
  private inOnePiece = true;
  private bytes: Uint8Array = new Uint8Array(0);
  private piece: string | null = null;
  private rows = new Int32Array(TEXTS); // of the cache
  private rowsOf = -1; // generation of the cache

  get length(): number {
    return this.start.length;
  }

  clear(): void {
    this.start.clear();
    this.end.clear();
    this.inOnePiece = true;
    this.piece = null;
  }

  push(start: number, end: number): void {
    const { length } = this;
    if (length > 0 && start - this.end.at(length - 1) > GAP_BYTES_MAX) this.inOnePiece = false;
    this.start.push(start);
    this.end.push(end);
  }

  /** All texts were pushed: they stand in `bytes`. */
  seal(bytes: Uint8Array): void {
    this.bytes = bytes;
    if (this.rows.length < this.length) this.rows = new Int32Array(this.length);
    this.forgetRows();
  }

  /** A text that other messages hardly have. Row 0 is the empty text, with or without a table. */
  text(row: number): string {
    if (row === 0) return '';
    const start = this.start.at(row);
    const end = this.end.at(row);
    this.piece ??= this.decodePiece();
    if (this.piece === '') return UTF8.decode(this.bytes.subarray(start, end));
    const from = this.start.at(0);
    return this.piece.slice(start - from, end - from);
  }

  /** The name of a function, a file, a label: one string for the same bytes, also of other messages. */
  name(row: number): string {
    if (row === 0) return '';
    const known = this.known(row);
    return known === NONE ? this.text(row) : names.text(known);
  }

  /** A number that a name has in other messages too, of the same generation; -1 for none. Row 0 has one of its own. */
  nameNumber(row: number): number {
    return row === 0 ? EMPTY_NAME : this.known(row);
  }

  /** How often all numbers of names were given anew. */
  get generation(): number {
    return names.generation;
  }

  /** The row of a text in the cache. */
  private known(row: number): number {
    let known = this.rows[row]!;
    if (known === UNKNOWN || this.rowsOf !== names.generation) {
      if (this.rowsOf !== names.generation) this.forgetRows();
      const start = this.start.at(row);
      const end = this.end.at(row);
      known = end - start > NAME_BYTES_MAX ? NONE : names.rowOf(this.bytes, start, end);
      // A full cache begins anew with this name: then it is the only one whose row is right.
      if (this.rowsOf !== names.generation) this.forgetRows();
      this.rows[row] = known;
    }
    return known;
  }

  private forgetRows(): void {
    this.rows.fill(UNKNOWN, 0, this.length);
    this.rowsOf = names.generation;
  }

  /** The texts with all that is between them; empty when they cannot be cut out of it. */
  private decodePiece(): string {
    if (!this.inOnePiece) return '';
    const from = this.start.at(0);
    const to = this.end.at(this.length - 1);
    const piece = UTF8.decode(this.bytes.subarray(from, to));
    return piece.length === to - from ? piece : '';
  }
}
