import { isAscii } from 'node:buffer';

const LINE_FEED = 0x0a;
const DECODED_BYTES_MAX = 4 * 1024 * 1024; // decoding a longer line would hold the event loop

/** The code that ran, for looking at what stands at a position. Lines and columns from 0. */
export class ScriptText {
  readonly #bytes: Buffer;
  readonly #ascii: boolean;
  readonly #lineStarts: number[] = [0]; // as far as was asked
  #decoded: { readonly line: number; readonly text: string } | null = null;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#ascii = isAscii(bytes);
  }

  /** `length` UTF-16 units from a place on; fewer at the end of the line, '' outside of the text. */
  at(line: number, column: number, length: number): string {
    const start = this.#lineStart(line);
    if (start < 0) return '';
    const next = this.#bytes.indexOf(LINE_FEED, start);
    const end = next < 0 ? this.#bytes.length : next;
    if (this.#ascii) {
      return this.#bytes.toString('latin1', start + column, Math.min(end, start + column + length));
    }
    if (end - start > DECODED_BYTES_MAX) return '';
    if (this.#decoded?.line !== line) {
      this.#decoded = { line, text: this.#bytes.toString('utf8', start, end) };
    }
    return this.#decoded!.text.slice(column, column + length);
  }

  #lineStart(line: number): number {
    const starts = this.#lineStarts;
    while (starts.length <= line) {
      const feed = this.#bytes.indexOf(LINE_FEED, starts[starts.length - 1]!);
      if (feed < 0) return -1;
      starts.push(feed + 1);
    }
    return starts[line]!;
  }
}
