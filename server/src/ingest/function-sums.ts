import type { StackRow } from './frame-rows.ts';

/** Sums of one function inside one endpoint: `self` where it is the leaf, `total` wherever it is on the stack. */
export interface FunctionSums {
  readonly endpoint: string;
  readonly functionId: string;
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
    for (const functionId of stack.functionIds) {
      const row = rowOf(rows, endpoint, functionId);
      row.total += micros;
      row.totalTicks += ticks;
    }
    const leaf = rowOf(rows, endpoint, stack.frames.at(-1)!.functionId);
    leaf.self += micros;
    leaf.selfTicks += ticks;
  }

  values(): FunctionSums[] {
    return [...this.ofEndpoint.values()].flatMap((rows) => [...rows.values()]);
  }
}

function rowOf(rows: Map<string, FunctionSums>, endpoint: string, functionId: string) {
  let row = rows.get(functionId);
  if (row === undefined) {
    row = { endpoint, functionId, self: 0, total: 0, selfTicks: 0, totalTicks: 0 };
    rows.set(functionId, row);
  }
  return row;
}
