import { Uint32List } from './typed-list.ts';

// A byte order mark is a character of the name here, so that a name comes back as it was written.
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** As many as a profile of an agent has, so that few need more. */
const TEXTS = 1_024;

/** What lies between two strings of a table: a tag and a length of at most four bytes. */
const GAP_BYTES_MAX = 5;

/**
 * Texts of a message by the bytes they stand in, decoded together.
 *
 * A call of TextDecoder costs more than a name, and a table of strings stands in one piece. If the
 * piece has as many characters as bytes, every byte is one character and the texts are cut out of it.
 */
export class TextRanges {
  private readonly start = new Uint32List(TEXTS);
  private readonly end = new Uint32List(TEXTS);
  private inOnePiece = true;

  get length(): number {
    return this.start.length;
  }

  push(start: number, end: number): void {
    const { length } = this;
    if (length > 0 && start - this.end.at(length - 1) > GAP_BYTES_MAX) this.inOnePiece = false;
    this.start.push(start);
    this.end.push(end);
  }

  decode(bytes: Uint8Array): string[] {
    const { start, end, length } = this;
    const texts = new Array<string>(length);
    if (length === 0) return texts;
    const from = start.at(0);
    const to = end.at(length - 1);
    const piece = this.inOnePiece ? UTF8.decode(bytes.subarray(from, to)) : '';
    const oneByteEach = piece.length === to - from;
    for (let row = 0; row < length; row++) {
      texts[row] = oneByteEach
        ? piece.slice(start.at(row) - from, end.at(row) - from)
        : UTF8.decode(bytes.subarray(start.at(row), end.at(row)));
    }
    return texts;
  }
}
