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
  private readonly rows = new Map<string, FunctionSums>();

  add(stack: StackRow, endpoint: string, micros: number, ticks: number): void {
    const seen = new Set<string>();
    for (const { functionId } of stack.frames) {
      if (seen.has(functionId)) continue;
      seen.add(functionId);
      const row = this.row(endpoint, functionId);
      row.total += micros;
      row.totalTicks += ticks;
    }
    const leaf = this.row(endpoint, stack.frames.at(-1)!.functionId);
    leaf.self += micros;
    leaf.selfTicks += ticks;
  }

  values(): Iterable<FunctionSums> {
    return this.rows.values();
  }

  private row(endpoint: string, functionId: string): FunctionSums {
    const key = functionId + endpoint;
    let row = this.rows.get(key);
    if (row === undefined) {
      row = { endpoint, functionId, self: 0, total: 0, selfTicks: 0, totalTicks: 0 };
      this.rows.set(key, row);
    }
    return row;
  }
}
