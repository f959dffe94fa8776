import type { Steps } from './in-slices.ts';

/**
 * Reading JSON without building it: a source map is megabytes of which a few kilobytes are needed,
 * and `JSON.parse` of it would hold the event loop for as long as it takes.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const STEP_BYTES = 65_536;

/** Half-open range of bytes. */
export type Range = readonly [from: number, to: number];

/**
 * Where the values of the object at `at` lie, by key.
 *
 * Errors  throws on bytes that are no JSON object.
 */
export function* sliceObject(json: Buffer, at: number): Steps<Map<string, Range>> {
  const values = new Map<string, Range>();
  let from = expectByte(json, skipBlank(json, at), '{');
  for (;;) {
    from = skipBlank(json, from);
    if (json[from] === 0x7d) return values;
    if (json[from] === 0x2c) from = skipBlank(json, from + 1);
    const keyEnd = skipString(json, from);
    const key: unknown = JSON.parse(json.toString('utf8', from, keyEnd));
    const value = skipBlank(json, expectByte(json, skipBlank(json, keyEnd), ':'));
    from = yield* skipValue(json, value);
    values.set(String(key), [value, from]);
  }
}

/** Where the elements of the array at `at` lie. Errors  throws on bytes that are no JSON array. */
export function* sliceArray(json: Buffer, at: number): Steps<Range[]> {
  const elements: Range[] = [];
  let from = expectByte(json, skipBlank(json, at), '[');
  let stepEnd = from + STEP_BYTES;
  for (;;) {
    from = skipBlank(json, from);
    if (json[from] === 0x5d) return elements;
    if (json[from] === 0x2c) from = skipBlank(json, from + 1);
    const end = yield* skipValue(json, from);
    elements.push([from, end]);
    from = end;
    if (from >= stepEnd) {
      stepEnd = from + STEP_BYTES;
      yield;
    }
  }
}

/** The end of the value at `at`. */
function* skipValue(json: Buffer, at: number): Steps<number> {
  let from = at;
  let depth = 0;
  let stepEnd = from + STEP_BYTES;
  for (;;) {
    const byte = json[from];
    if (byte === undefined) throw new SyntaxError('the JSON ends too early');
    if (byte === QUOTE) from = skipString(json, from);
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      from += 1;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
      from += 1;
    } else if (depth === 0) return skipWord(json, from);
    else from += 1;
    if (depth <= 0) return from;
    if (from >= stepEnd) {
      stepEnd = from + STEP_BYTES;
      yield;
    }
  }
}

/** The end of the string whose opening quote is at `at`. */
export function skipString(json: Buffer, at: number): number {
  expectByte(json, at, '"');
  for (let from = at + 1; ; ) {
    const quote = json.indexOf(QUOTE, from);
    if (quote < 0) throw new SyntaxError('the JSON ends inside a string');
    let escapes = 0;
    while (json[quote - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

/** A number, true, false or null. */
function skipWord(json: Buffer, at: number): number {
  let end = at;
  while (
    end < json.length &&
    !isBlank(json[end]!) &&
    !',]}'.includes(String.fromCharCode(json[end]!))
  ) {
    end += 1;
  }
  if (end === at) throw new SyntaxError(`no JSON value at byte ${at}`);
  return end;
}

export function skipBlank(json: Buffer, at: number): number {
  let from = at;
  while (from < json.length && isBlank(json[from]!)) from += 1;
  return from;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function expectByte(json: Buffer, at: number, text: string): number {
  if (json[at] !== text.charCodeAt(0)) throw new SyntaxError(`expected ${text} at byte ${at}`);
  return at + 1;
}
