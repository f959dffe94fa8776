/**
 * Rows of RowBinary: a UInt64, then an array as its length in LEB128 and its entries.
 *
 * `make` turns the bytes of the entries, which are a copy, into a typed array.
 */
export function readColumnsByStack<T>(
  bytes: Buffer,
  entryBytes: number,
  make: (entries: ArrayBuffer) => T,
): Map<bigint, T> {
  const stacks = new Map<bigint, T>();
  let at = 0;
  while (at < bytes.length) {
    const id = bytes.readBigUInt64LE(at);
    at += 8;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    const end = at + length * entryBytes;
    // A copy, because a view needs an offset that is a multiple of its entries.
    stacks.set(id, make(new Uint8Array(bytes.subarray(at, end)).buffer));
    at = end;
  }
  return stacks;
}

/** Rows of RowBinary that are a stack's id, a UInt64, and its value, a Float64. */
export function readValuesByStack(bytes: Buffer): {
  readonly ids: BigUint64Array;
  readonly values: Float64Array;
} {
  const { buffer } = new Uint8Array(bytes); // A copy: views need an offset that is a multiple of 8.
  const pairs = new BigUint64Array(buffer);
  const floats = new Float64Array(buffer);
  const count = pairs.length / 2;
  const ids = new BigUint64Array(count);
  const values = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    ids[row] = pairs[2 * row]!;
    values[row] = floats[2 * row + 1]!;
  }
  return { ids, values };
}

/** Parallel columns: ids[i] pairs with both sums. */
export interface SumsByStack {
  readonly ids: BigUint64Array;
  readonly counters: Float64Array;
  readonly weighted: Float64Array; // value x seconds of gauges
}

/** Rows of RowBinary that are a stack's id, a UInt64, and two sums, each a Float64. */
export function readSumsByStack(bytes: Buffer): SumsByStack {
  const { buffer } = new Uint8Array(bytes); // A copy: views need an offset that is a multiple of 8.
  const numbers = new BigUint64Array(buffer);
  const floats = new Float64Array(buffer);
  const count = numbers.length / 3;
  const ids = new BigUint64Array(count);
  const counters = new Float64Array(count);
  const weighted = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    ids[row] = numbers[3 * row]!;
    counters[row] = floats[3 * row + 1]!;
    weighted[row] = floats[3 * row + 2]!;
  }
  return { ids, counters, weighted };
}
