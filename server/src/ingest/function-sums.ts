import type { StackRow } from './stack-cache.ts';

/** Sums of the functions inside one endpoint: `self` where one is the leaf, `total` wherever it is on the stack. */
export interface FunctionSums {
  readonly endpoint: string;
  readonly functionRows: readonly number[]; // row -> function of the stack cache
  readonly self: readonly number[];
  readonly total: readonly number[];
  readonly selfTicks: readonly number[];
  readonly totalTicks: readonly number[];
}

/** Adds up CPU and ticks by endpoint and function; a function that is on a stack twice counts once. */
export class FunctionSumTable {
  private readonly ofEndpoint = new Map<string, EndpointSums>();

  add(stack: StackRow, endpoint: string, micros: number, ticks: number): void {
    let sums = this.ofEndpoint.get(endpoint);
    if (sums === undefined) {
      sums = new EndpointSums(endpoint);
      this.ofEndpoint.set(endpoint, sums);
    }
    sums.add(stack, micros, ticks);
  }

  values(): FunctionSums[] {
    return [...this.ofEndpoint.values()];
  }
}

class EndpointSums implements FunctionSums {
  readonly endpoint: string;
  readonly functionRows: number[] = [];
  readonly self: number[] = [];
  readonly total: number[] = [];
  readonly selfTicks: number[] = [];
  readonly totalTicks: number[] = [];
  private readonly rowOf = new Map<number, number>();

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  add({ functionRows, leaf }: StackRow, micros: number, ticks: number): void {
    for (const functionRow of functionRows) {
      const row = this.row(functionRow);
      this.total[row]! += micros;
      this.totalTicks[row]! += ticks;
    }
    const row = this.row(leaf.functionRow);
    this.self[row]! += micros;
    this.selfTicks[row]! += ticks;
  }

  private row(functionRow: number): number {
    let row = this.rowOf.get(functionRow);
    if (row === undefined) {
      row = this.functionRows.push(functionRow) - 1;
      this.self.push(0);
      this.total.push(0);
      this.selfTicks.push(0);
      this.totalTicks.push(0);
      this.rowOf.set(functionRow, row);
    }
    return row;
  }
}
