import {
  type DescribedFunction,
  describeFunction,
  frameId,
  functionId,
  stackId,
} from '@flamehouse/proto';
import { tsvId } from '../storage/tsv.ts';
import { highOf, lowOf, WideList } from './number-lists.ts';

/** A frame as it is stored. Numbers are ids in decimal, as the tables take them. */
export interface FrameRow extends DescribedFunction {
  readonly frameId: string; // 16 hex
  readonly frameNumber: string;
  readonly functionNumber: string;
  readonly functionRow: number; // of this cache, from 0 without gaps
  readonly line: number; // of the definition
}

/** A function as a profile names it. */
export interface RawFrame {
  readonly name: string;
  readonly file: string;
  readonly systemName: string;
  readonly line: number; // of the definition
}

/** A frame and the line that ran. Equal ones have one row in the cache. */
interface Place {
  readonly frame: FrameRow;
  readonly line: number;
}

/** A stack with what its rows need. What only a stack that was never seen needs is made when asked for. */
export class StackRow {
  readonly stackNumber: string;
  readonly idLow: number; // the halves of its id
  readonly idHigh: number;
  readonly functionRows: readonly number[]; // each once, however often it recurs
  readonly leaf: FrameRow;
  readonly rows: Int32Array; // of the cache's places, root first
  next: StackRow | null = null; // whose hash is the same
  batch = 0; // of rows that last took it, and its row there
  batchRow = 0;
  upload = 0; // the same of uploads
  uploadRow = 0;
  readonly storedIn: string[] = []; // months and services for which it is known to be in the table of stacks
  private readonly places: readonly Place[];

  constructor(rows: Int32Array, places: readonly Place[]) {
    this.rows = rows;
    this.places = places;
    const { frames } = this;
    const ids = frames.map((frame) => frame.frameId);
    const hex = stackId(ids, this.lines);
    this.stackNumber = tsvId(hex);
    this.idLow = lowOf(hex);
    this.idHigh = highOf(hex);
    this.functionRows = [...new Set(frames.map(({ functionRow }) => functionRow))];
    this.leaf = frames.at(-1)!;
  }

  /** Root first. */
  get frames(): readonly FrameRow[] {
    return Array.from(this.rows, (row) => this.places[row]!.frame);
  }

  /** Executing lines, pairs with `frames`. */
  get lines(): readonly number[] {
    return Array.from(this.rows, (row) => this.places[row]!.line);
  }
}

export interface KnownFunction {
  readonly systemName: string;
  readonly frame: FrameRow;
  readonly placeOfLine: Map<number, number>;
}

// About 700 bytes a frame, and 500 a stack with 4 for each frame in it: 150 MB, or 150,000 stacks of 30 frames. Past that all begin anew.
const FRAMES_MAX = 100_000;
const ENTRIES_MAX = 4_500_000;

/**
 * Frames and stacks with their ids. A service sends the same ones with every window of every instance:
 * a known stack is found by one look-up over its places, without making or hashing any id.
 */
export class StackCache {
  private functions = new Map<string, Map<string, KnownFunction[]>>(); // name -> file -> functions
  private functionRowOf = new Map<string, number>(); // function number -> row
  private places: Place[] = [];
  private stacks = new Map<number, StackRow>(); // hash -> the first of a chain
  private entries = 0;
  private numbered: (KnownFunction | undefined)[] = []; // number of a function by decoding -> what is known of it
  private generation = -1; // of those numbers
  functionIds = new WideList(); // function row -> its id

  /** To be called between uploads, which hold on to rows. */
  limit(): void {
    if (this.places.length < FRAMES_MAX && this.entries < ENTRIES_MAX) return;
    this.functions = new Map();
    this.functionRowOf = new Map();
    this.places = [];
    this.stacks = new Map();
    this.entries = 0;
    this.functionIds = new WideList();
    this.numbered = [];
  }

  /** Functions come with numbers of this generation from now on. */
  useNumbers(generation: number): void {
    if (generation !== this.generation) this.numbered = [];
    this.generation = generation;
  }

  /** The function of a number, once it was given to `number`. */
  byNumber(number: number): KnownFunction | undefined {
    return this.numbered[number];
  }

  number(number: number, known: KnownFunction): void {
    this.numbered[number] = known;
  }

  /** The row of a frame and the line that ran. */
  place(raw: RawFrame, executingLine: number): number {
    return this.placeIn(this.functionOf(raw), executingLine);
  }

  placeIn(known: KnownFunction, executingLine: number): number {
    let place = known.placeOfLine.get(executingLine);
    if (place === undefined) {
      place = this.places.push({ frame: known.frame, line: executingLine }) - 1;
      known.placeOfLine.set(executingLine, place);
    }
    return place;
  }

  /** The stack of the first `length` rows of places, root first, whose `hash` is that of `mixed` over them. */
  stack(rows: Int32Array, length: number, hash: number): StackRow {
    const first = this.stacks.get(hash);
    for (let row = first; row; row = row.next ?? undefined) {
      if (isSame(row.rows, rows, length)) return row;
    }
    const stack = new StackRow(rows.slice(0, length), this.places);
    stack.next = first ?? null;
    this.stacks.set(hash, stack);
    this.entries += length + ENTRIES_OF_STACK;
    return stack;
  }

  functionOf(raw: RawFrame): KnownFunction {
    const candidates = this.functions.get(raw.name)?.get(raw.file);
    if (candidates !== undefined) {
      for (const known of candidates) {
        if (known.frame.line === raw.line && known.systemName === raw.systemName) return known;
      }
    }
    return this.addFunction({
      name: ownText(raw.name),
      file: ownText(raw.file),
      systemName: ownText(raw.systemName),
      line: raw.line,
    });
  }

  private addFunction(raw: RawFrame): KnownFunction {
    const known = {
      systemName: raw.systemName,
      frame: this.describe(raw),
      placeOfLine: new Map<number, number>(),
    };
    const byFile = this.functions.get(raw.name) ?? new Map<string, KnownFunction[]>();
    this.functions.set(raw.name, byFile);
    const candidates = byFile.get(raw.file);
    if (candidates === undefined) byFile.set(raw.file, [known]);
    else candidates.push(known);
    return known;
  }

  private describe(raw: RawFrame): FrameRow {
    const described = describeFunction(raw);
    const functionHex = functionId(described);
    const functionNumber = tsvId(functionHex);
    const frameHex = frameId(functionHex, raw.line);
    let functionRow = this.functionRowOf.get(functionNumber);
    if (functionRow === undefined) {
      functionRow = this.functionIds.length;
      this.functionIds.push(lowOf(functionHex), highOf(functionHex));
      this.functionRowOf.set(functionNumber, functionRow);
    }
    return {
      ...described,
      frameId: frameHex,
      frameNumber: tsvId(frameHex),
      functionNumber,
      functionRow,
      line: raw.line,
    };
  }
}

/** A copy: a text that was cut out of a message keeps all texts of the message in memory as long as it lives. */
function ownText(text: string): string {
  const copy = Buffer.from(text, 'utf8').toString('utf8');
  return copy === text ? copy : text;
}

// What a stack costs beside its frames, in frames.
const ENTRIES_OF_STACK = 100;

/** The hash of a stack and one more place: good enough for a chain, what decides is the comparison after it. */
export function mixed(hash: number, place: number): number {
  const next = Math.imul(hash ^ place, 0x9e3779b1);
  return next ^ (next >>> 15);
}

function isSame(known: Int32Array, rows: Int32Array, length: number): boolean {
  if (known.length !== length) return false;
  // From the leaf, where stacks differ.
  for (let i = length - 1; i >= 0; i--) if (known[i] !== rows[i]) return false;
  return true;
}
