import type { StackRow } from './stack-cache.ts';

/** Sums of one function inside one endpoint: `self` where it is the leaf, `total` wherever it is on the stack. */
export interface FunctionSums {
  readonly endpoint: string;
  readonly functionNumber: string;
  self: number;
  total: number;
  selfTicks: number;
  totalTicks: number;
}

/** Adds up CPU and ticks by endpoint and function; a function that is on a stack twice counts once. */
export class FunctionSumTable {
  private readonly ofEndpoint = new Map<string, Map<string, FunctionSums>>();

  add(stack: StackRow, endpoint: string, micros: number, ticks: number): void {
    const rows = this.ofEndpoint.get(endpoint) ?? new Map<string, FunctionSums>();
    this.ofEndpoint.set(endpoint, rows);
    for (const functionNumber of stack.functionNumbers) {
      const row = rowOf(rows, endpoint, functionNumber);
      row.total += micros;
      row.totalTicks += ticks;
    }
    const leaf = rowOf(rows, endpoint, stack.frames.at(-1)!.functionNumber);
    leaf.self += micros;
    leaf.selfTicks += ticks;
  }

  values(): FunctionSums[] {
    return [...this.ofEndpoint.values()].flatMap((rows) => [...rows.values()]);
  }
}

function rowOf(rows: Map<string, FunctionSums>, endpoint: string, functionNumber: string) {
  let row = rows.get(functionNumber);
  if (row === undefined) {
    row = { endpoint, functionNumber, self: 0, total: 0, selfTicks: 0, totalTicks: 0 };
    rows.set(functionNumber, row);
  }
  return row;
}
