/** A column of a block: its bytes as ClickHouse's Native format has them. */
export interface NativeColumn {
  readonly name: string;
  readonly type: string;
  readonly parts: readonly Uint8Array[];
}

/** Rows for an insert; without any, no bytes. */
export interface NativeBlock {
  readonly columns: readonly string[];
  readonly native: Buffer;
}

/**
 * Columns as one block of ClickHouse's Native format, which an insert takes without parsing a value.
 *
 * Shape   numbers are little-endian, as in the memory of every machine that Node.js and ClickHouse run on.
 * Source  https://clickhouse.com/docs/en/interfaces/formats/Native
 */
export function nativeBlock(columns: readonly NativeColumn[], rowCount: number): NativeBlock {
  const names = columns.map(({ name }) => name);
  if (rowCount === 0) return { columns: names, native: Buffer.alloc(0) };
  const parts: Uint8Array[] = [varint(columns.length), varint(rowCount)];
  for (const { name, type, parts: bytes } of columns) {
    parts.push(sizedText(name), sizedText(type), ...bytes);
  }
  return { columns: names, native: Buffer.concat(parts) };
}

type Numbers = Uint8Array | Uint32Array;

/** A column of numbers, or of pairs of halves for 64 bits. */
export function numberColumn(name: string, type: string, numbers: Numbers): NativeColumn {
  return { name, type, parts: [bytesOf(numbers)] };
}

/** A column of arrays; `ends` are where they end in `numbers`, as 64 bits each. */
export function arrayColumn(
  name: string,
  { ends, numbers }: { readonly ends: Uint32Array; readonly numbers: Uint32Array },
): NativeColumn {
  return { name, type: 'Array(UInt64)', parts: [bytesOf(ends), bytesOf(numbers)] };
}

const HAS_KEYS_OF_ITS_OWN = 1 << 9;
const UPDATES_DICTIONARY = 1 << 10;
const WIDTHS = [Uint8Array, Uint16Array, Uint32Array] as const;

/** The different texts of a LowCardinality column, numbered as they come. 0 is the empty text. */
export class TextDictionary {
  private readonly numberOf = new Map<string, number>([['', 0]]);

  number(text: string): number {
    let number = this.numberOf.get(text);
    if (number === undefined) {
      number = this.numberOf.size;
      this.numberOf.set(text, number);
    }
    return number;
  }

  /** The column whose rows are the texts of these numbers. */
  column(name: string, numbers: Uint32Array): NativeColumn {
    const count = this.numberOf.size;
    const width = count <= 0x100 ? 0 : count <= 0x1_0000 ? 1 : 2;
    const head = new Uint32Array(6); // four words of 64 bits, but for the count of rows behind the texts
    head.set([1, 0, width | HAS_KEYS_OF_ITS_OWN | UPDATES_DICTIONARY, 0, count, 0]);
    const texts = [...this.numberOf.keys()].map(sizedText);
    const indexes = width === 2 ? numbers : WIDTHS[width].from(numbers);
    return {
      name,
      type: 'LowCardinality(String)',
      parts: [
        bytesOf(head),
        ...texts,
        bytesOf(Uint32Array.of(numbers.length, 0)),
        new Uint8Array(indexes.buffer, indexes.byteOffset, indexes.byteLength),
      ],
    };
  }
}

function bytesOf(numbers: Numbers): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function sizedText(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([varint(bytes.length), bytes]);
}
