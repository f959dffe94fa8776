import type { Steps } from './in-slices.ts';
import { type Range, skipString, sliceArray, sliceObject } from './json-slices.ts';

/** A segment of a map. Lines and columns from 0, columns in UTF-16 units. */
export interface Segment {
  readonly column: number; // in the generated line
  readonly source: number; // row of sources; -1 for code that comes from no source
  readonly sourceLine: number;
  readonly sourceColumn: number;
  readonly name: number; // row of names; -1 for none
}

/** What can be asked of a map. */
export interface MapIndex {
  readonly sources: readonly string[];
  readonly byteLength: number;
  before(line: number, column: number, count: number): Segment[];
  name(row: number): string;
}

/** Every so many segments the decoder's state is kept, so that a lookup decodes at most as many. */
const SEGMENTS_PER_MARK = 128;
const MARK_INTS = 7; // byte offset, line, column, source, source line, source column, name
const NAMES_PER_MARK = 32;
const NAMES_MAX = 2 ** 24; // of a section: its number and a row in it make one number

/** Base64 digit -> value; 255 for any other byte. */
const DIGITS = new Uint8Array(256).fill(255);
[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].forEach((digit, value) => {
  DIGITS[digit.charCodeAt(0)] = value;
});

/**
 * A source map as compact as it came: the text of its mappings and names with marks to start
 * decoding at. A decoded map takes 5 to 10 times as much.
 *
 * Source  https://tc39.es/ecma426/
 */
export class SourceMapIndex implements MapIndex {
  readonly sources: readonly string[]; // as the map names them, `sourceRoot` in front
  readonly #mappings: Buffer;
  readonly #marks: Int32Array;
  readonly #names: Buffer; // JSON array
  readonly #nameMarks: Uint32Array; // start of every 32nd name

  constructor(parts: {
    readonly sources: readonly string[];
    readonly mappings: Buffer;
    readonly marks: Int32Array;
    readonly names: Buffer;
    readonly nameMarks: Uint32Array;
  }) {
    this.sources = parts.sources;
    this.#mappings = parts.mappings;
    this.#marks = parts.marks;
    this.#names = parts.names;
    this.#nameMarks = parts.nameMarks;
  }

  get byteLength(): number {
    const texts = this.sources.reduce((sum, source) => sum + 2 * source.length + 32, 0);
    const marks = this.#marks.byteLength + this.#nameMarks.byteLength;
    return texts + marks + this.#mappings.byteLength + this.#names.byteLength;
  }

  /** The segments of the line that begin at or before the column, nearest first, at most `count`. */
  before(line: number, column: number, count: number): Segment[] {
    const found: Segment[] = [];
    const decoder = new Decoder(this.#mappings, this.#markBefore(line, column));
    while (decoder.next()) {
      if (decoder.line > line || (decoder.line === line && decoder.column > column)) break;
      if (decoder.line !== line) continue;
      found.push(decoder.segment());
      if (found.length > count) found.shift();
    }
    return found.reverse();
  }

  name(row: number): string {
    let at = this.#nameMarks[Math.floor(row / NAMES_PER_MARK)]!;
    for (let left = row % NAMES_PER_MARK; left > 0; left--) {
      at = this.#names.indexOf(0x22, skipString(this.#names, at));
    }
    return String(JSON.parse(this.#names.toString('utf8', at, skipString(this.#names, at))));
  }

  /**
   * State of the decoder at a mark that lies before the place. One mark earlier than the nearest,
   * so that the neighbours of a segment at a mark are among what is decoded.
   */
  #markBefore(line: number, column: number): Int32Array {
    const marks = this.#marks;
    let low = 0;
    let high = marks.length / MARK_INTS - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const at = middle * MARK_INTS;
      const isBefore =
        marks[at + 1]! < line || (marks[at + 1]! === line && marks[at + 2]! <= column);
      if (isBefore) low = middle;
      else high = middle - 1;
    }
    const at = Math.max(0, low - 1) * MARK_INTS;
    return marks.subarray(at, at + MARK_INTS);
  }
}

/** A map of a part of the generated code, which begins at `line` and `column`. */
interface MapSection {
  readonly line: number;
  readonly column: number;
  readonly index: SourceMapIndex;
}

/** A map made of maps, as bundlers write it that build in parts. Rows count through all of them. */
class SectionedIndex implements MapIndex {
  readonly sources: readonly string[];
  readonly #sections: readonly MapSection[];

  constructor(sections: readonly MapSection[]) {
    this.#sections = sections;
    this.sources = sections.flatMap(({ index }) => index.sources);
  }

  get byteLength(): number {
    return this.#sections.reduce((sum, { index }) => sum + index.byteLength, 0);
  }

  before(line: number, column: number, count: number): Segment[] {
    const isBefore = (section: MapSection) =>
      section.line < line || (section.line === line && section.column <= column);
    const at = this.#sections.findLastIndex(isBefore);
    const section = this.#sections[at];
    if (section === undefined) return [];
    const shift = section.line === line ? section.column : 0;
    const sourcesBefore = this.#sections
      .slice(0, at)
      .reduce((sum, { index }) => sum + index.sources.length, 0);
    return section.index.before(line - section.line, column - shift, count).map((segment) => ({
      ...segment,
      column: segment.column + shift,
      source: segment.source < 0 ? -1 : segment.source + sourcesBefore,
      name: segment.name < 0 ? -1 : at * NAMES_MAX + segment.name,
    }));
  }

  name(row: number): string {
    return this.#sections[Math.floor(row / NAMES_MAX)]!.index.name(row % NAMES_MAX);
  }
}

/** Reads segments one after the other. */
class Decoder {
  readonly #text: Uint8Array;
  readonly #state: Int32Array; // as a mark
  #hasSource = false;
  #hasName = false;

  constructor(text: Uint8Array, mark: Int32Array) {
    this.#text = text;
    this.#state = mark.slice();
  }

  get line(): number {
    return this.#state[1]!;
  }

  get column(): number {
    return this.#state[2]!;
  }

  mark(): Int32Array {
    return this.#state;
  }

  segment(): Segment {
    return {
      column: this.#state[2]!,
      source: this.#hasSource ? this.#state[3]! : -1,
      sourceLine: this.#state[4]!,
      sourceColumn: this.#state[5]!,
      name: this.#hasName ? this.#state[6]! : -1,
    };
  }

  /** Go to the next segment; false at the end. Errors  throws on a byte that has no place here. */
  next(): boolean {
    const text = this.#text;
    const state = this.#state;
    let at = state[0]!;
    for (; text[at] === 0x3b || text[at] === 0x2c; at++) {
      if (text[at] === 0x2c) continue;
      state[1]! += 1;
      state[2] = 0;
    }
    let field = 0;
    for (; at < text.length && text[at] !== 0x2c && text[at] !== 0x3b; field++) {
      let value = 0;
      let shift = 0;
      let digit = 0;
      do {
        digit = DIGITS[text[at++]!] ?? 255;
        if (digit === 255 || shift > 30) throw new SyntaxError(`no mapping at byte ${at - 1}`);
        value |= (digit & 31) << shift;
        shift += 5;
      } while ((digit & 32) !== 0);
      const magnitude = value >>> 1;
      if (field < 5) state[2 + field]! += (value & 1) === 1 ? -magnitude : magnitude;
    }
    state[0] = at;
    this.#hasSource = field >= 4;
    this.#hasName = field >= 5;
    return field > 0;
  }
}

/**
 * Index the map that lies in `json`.
 *
 * Errors  throws on what is no map of version 3.
 */
export function* indexSourceMap(json: Buffer): Steps<MapIndex> {
  const parts = yield* sliceObject(json, skipGuard(json));
  const sections = parts.get('sections');
  if (sections === undefined) return yield* indexPlain(json, parts);
  const indexed: MapSection[] = [];
  for (const [from] of yield* sliceArray(json, sections[0])) {
    const section = yield* sliceObject(json, from);
    const { line, column } = parseRange(json, section.get('offset')) as MapSection;
    const map = yield* sliceObject(json, section.get('map')![0]);
    indexed.push({ line, column, index: yield* indexPlain(json, map) });
  }
  return new SectionedIndex(indexed);
}

function* indexPlain(json: Buffer, parts: Map<string, Range>): Steps<SourceMapIndex> {
  const read = (key: string) => parseRange(json, parts.get(key));
  const mappings = parts.get('mappings');
  if (mappings === undefined) throw new SyntaxError('the map has no mappings');
  const text = Buffer.from(json.subarray(mappings[0] + 1, mappings[1] - 1));
  const root = typeof read('sourceRoot') === 'string' ? String(read('sourceRoot')) : '';
  const sources = read('sources');
  if (!Array.isArray(sources)) throw new SyntaxError('the map has no sources');
  const names = parts.get('names') ?? [0, 0];
  return new SourceMapIndex({
    sources: sources.map((source) => joinRoot(root, String(source ?? ''))),
    mappings: text,
    marks: yield* markMappings(text),
    names: Buffer.from(json.subarray(names[0], names[1])),
    nameMarks: yield* markNames(json, names),
  });
}

function* markMappings(text: Buffer): Steps<Int32Array> {
  const decoder = new Decoder(text, new Int32Array(MARK_INTS));
  const marks: number[] = [0, 0, 0, 0, 0, 0, 0];
  for (let segment = 1; decoder.next(); segment++) {
    if (segment % SEGMENTS_PER_MARK !== 0) continue;
    marks.push(...decoder.mark());
    if (segment % 4096 === 0) yield;
  }
  return Int32Array.from(marks);
}

function* markNames(json: Buffer, [from, to]: Range): Steps<Uint32Array> {
  if (to === from) return new Uint32Array(0);
  const names = yield* sliceArray(json, from);
  return Uint32Array.from(
    names.filter((_, row) => row % NAMES_PER_MARK === 0),
    (range) => range[0] - from,
  );
}

function parseRange(json: Buffer, range: Range | undefined): unknown {
  return range === undefined ? undefined : JSON.parse(json.toString('utf8', range[0], range[1]));
}

function joinRoot(root: string, source: string): string {
  return root === '' || /^[a-z][\w+.-]*:/i.test(source)
    ? source
    : `${root.replace(/\/$/, '')}/${source}`;
}

/** Servers put `)]}'` in front of JSON that no script may load. */
function skipGuard(json: Buffer): number {
  return json[0] === 0x29 ? json.indexOf(0x0a) + 1 : 0;
}
