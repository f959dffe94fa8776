import type { ComparedFunction, InstanceSums, SideSums } from '@flamehouse/proto';
import type { MinuteFacts, MinuteSums } from '../storage/comparison-store.ts';

/** Functions and endpoints of both sides, each with a row of its own. */
export class ComparedRows {
  readonly functions: ComparedFunction[] = [];
  readonly endpoints: string[] = [];
  readonly functionRow = new Map<string, number>();
  private readonly endpointRow = new Map<string, number>();

  addFunction(func: ComparedFunction): number {
    return rowOf(this.functionRow, func.id, () => this.functions.push(func));
  }

  addEndpoint(endpoint: string): number {
    return rowOf(this.endpointRow, endpoint, () => this.endpoints.push(endpoint));
  }
}

function rowOf(rows: Map<string, number>, key: string, add: () => void): number {
  let row = rows.get(key);
  if (row === undefined) {
    row = rows.size;
    rows.set(key, row);
    add();
  }
  return row;
}

/** Idle holds no CPU, and other threads have no functions of their own to compare. */
const UNATTRIBUTED = 'Non JS threads activity';

/** One side in the shape that the comparison works on. `rows` must know every function and endpoint. */
export function sideSums(
  minutes: readonly MinuteFacts[],
  sums: MinuteSums,
  rows: ComparedRows,
): SideSums {
  const ids = [...new Set(minutes.map(({ instance }) => instance))].sort();
  const instanceRow = new Map(ids.map((id, row) => [id, row]));
  const cpu = sums.cpu.filter(({ functionId }) => rows.functionRow.has(functionId));
  const unattributed = unattributedOf(cpu, rows);
  return {
    instances: ids.map((id) => ({
      ...instanceSums(id, minutes, sums, rows),
      unattributedMicros: unattributed.get(id) ?? 0,
    })),
    rows: {
      instance: cpu.map(({ instance }) => instanceRow.get(instance)!),
      endpoint: cpu.map(({ endpoint }) => (endpoint === '' ? -1 : rows.addEndpoint(endpoint))),
      func: cpu.map(({ functionId }) => rows.functionRow.get(functionId)!),
      selfMicros: cpu.map(({ selfMicros }) => selfMicros),
      totalMicros: cpu.map(({ totalMicros }) => totalMicros),
      selfTicks: cpu.map(({ selfTicks }) => selfTicks),
      totalTicks: cpu.map(({ totalTicks }) => totalTicks),
    },
  };
}

function instanceSums(
  id: string,
  minutes: readonly MinuteFacts[],
  sums: MinuteSums,
  rows: ComparedRows,
): Omit<InstanceSums, 'unattributedMicros'> {
  const own = minutes.filter(({ instance }) => instance === id);
  const requests = new Array<number>(rows.endpoints.length).fill(0);
  let errors = 0;
  for (const row of sums.requests) {
    if (row.instance !== id) continue;
    requests[rows.addEndpoint(row.endpoint)] = row.count;
    errors += row.errors;
  }
  return {
    id,
    minutes: own.length,
    processCpuMicros: own.reduce((sum, { processCpuMicros }) => sum + processCpuMicros, 0),
    requests: sums.requests.length === 0 ? [] : requests,
    errors,
    runtime: own[0]!.runtime,
    ageMinutesMin: Math.min(...own.map(({ minute, startedAtMinute }) => minute - startedAtMinute)),
  };
}

/** Instance -> CPU of its threads without functions. */
function unattributedOf(cpu: MinuteSums['cpu'], rows: ComparedRows): Map<string, number> {
  const known = new Map<string, number>();
  for (const { instance, functionId, selfMicros } of cpu) {
    const { kind, name } = rows.functions[rows.functionRow.get(functionId)!]!;
    if (kind !== 'native' || name !== UNATTRIBUTED) continue;
    known.set(instance, (known.get(instance) ?? 0) + selfMicros);
  }
  return known;
}
