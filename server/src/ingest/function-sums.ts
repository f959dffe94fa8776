import { PairIndex } from './pair-index.ts';
import type { StackRow } from './stack-cache.ts';

/** Sums of the functions inside one endpoint: `self` where one is the leaf, `total` wherever it is on the stack. */
export interface FunctionSums {
  readonly endpoint: string;
  readonly functionRows: ArrayLike<number>; // row -> function of the stack cache, in ascending order
  readonly self: ArrayLike<number>;
  readonly total: ArrayLike<number>;
  readonly selfTicks: ArrayLike<number>;
  readonly totalTicks: ArrayLike<number>;
}

/** Rows while they grow: of one upload at a time, which is normalised without a pause. */
const rowOf = new PairIndex();
let rowsMax = 4_096;
let places = new Float64Array(rowsMax); // row -> endpoint and function
let sums = newSums();

function newSums() {
  const column = () => new Float64Array(rowsMax);
  return { self: column(), total: column(), selfTicks: column(), totalTicks: column() };
}

// Functions of the stack cache are fewer.
const FUNCTIONS_MAX = 2 ** 24;

/** Adds up CPU and ticks by endpoint and function; a function that is on a stack twice counts once. */
export class FunctionSumTable {
  private readonly endpoints: string[] = [];
  private readonly numberOf = new Map<string, number>();
  private length = 0;

  constructor() {
    rowOf.clear();
  }

  add({ functionRows, leaf }: StackRow, endpoint: string, micros: number, ticks: number): void {
    let number = this.numberOf.get(endpoint);
    if (number === undefined) {
      number = this.endpoints.push(endpoint) - 1;
      this.numberOf.set(endpoint, number);
    }
    for (let i = 0; i < functionRows.length; i++) {
      const row = this.row(number, functionRows[i]!);
      sums.total[row]! += micros;
      sums.totalTicks[row]! += ticks;
    }
    const row = this.row(number, leaf.functionRow);
    sums.self[row]! += micros;
    sums.selfTicks[row]! += ticks;
  }

  /** In one order for all windows, so that rows in the table look like the ones before them to the compression. */
  values(): FunctionSums[] {
    const order = this.order();
    const ends = this.endpoints.map(() => 0);
    const functionRows = new Uint32Array(this.length);
    for (let i = 0; i < order.length; i++) {
      const place = places[order[i]!]!;
      functionRows[i] = place % FUNCTIONS_MAX;
      ends[Math.floor(place / FUNCTIONS_MAX)] = i + 1;
    }
    const columns = Object.entries(sums).map(
      ([name, column]) => [name as keyof typeof sums, inOrder(column, order)] as const,
    );
    return this.endpoints.map((endpoint, number) => {
      const from = number === 0 ? 0 : ends[number - 1]!;
      const part = (column: Float64Array) => column.subarray(from, ends[number]);
      const parts = Object.fromEntries(columns.map(([name, column]) => [name, part(column)]));
      return {
        endpoint,
        functionRows: functionRows.subarray(from, ends[number]),
        ...(parts as Record<keyof typeof sums, Float64Array>),
      };
    });
  }

  private row(endpoint: number, functionRow: number): number {
    const row = rowOf.rowOf(endpoint, functionRow, this.length);
    if (row === this.length) this.append(endpoint, functionRow);
    return row;
  }

  private append(endpoint: number, functionRow: number): void {
    if (this.length === rowsMax) grow();
    const row = this.length++;
    places[row] = endpoint * FUNCTIONS_MAX + functionRow;
    sums.self[row] = 0;
    sums.total[row] = 0;
    sums.selfTicks[row] = 0;
    sums.totalTicks[row] = 0;
  }

  /** Rows by endpoint and function. */
  private order(): Uint32Array {
    const sorted = places.slice(0, this.length).sort();
    return Uint32Array.from(sorted, (place) =>
      rowOf.rowOf(Math.floor(place / FUNCTIONS_MAX), place % FUNCTIONS_MAX, this.length),
    );
  }
}

function grow(): void {
  const [placesBefore, sumsBefore] = [places, sums];
  rowsMax *= 2;
  places = new Float64Array(rowsMax);
  sums = newSums();
  places.set(placesBefore);
  sums.self.set(sumsBefore.self);
  sums.total.set(sumsBefore.total);
  sums.selfTicks.set(sumsBefore.selfTicks);
  sums.totalTicks.set(sumsBefore.totalTicks);
}

function inOrder(column: Float64Array, order: Uint32Array): Float64Array {
  const ordered = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) ordered[i] = column[order[i]!]!;
  return ordered;
}
