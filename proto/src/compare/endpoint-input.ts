import type { CompareInput, InstanceSums, SideSums } from './input.ts';

/**
 * The same comparison for one endpoint alone: its rows, its requests, and the part of the process
 * CPU that fell into it.
 *
 * History holds for functions, so it stays; what was learnt of the common mode does, too.
 */
export function endpointInput(input: CompareInput, endpoint: number): CompareInput {
  return {
    ...input,
    base: endpointSide(input.base, endpoint),
    head: endpointSide(input.head, endpoint),
  };
}

function endpointSide({ instances, rows }: SideSums, endpoint: number): SideSums {
  const all = new Float64Array(instances.length);
  const inside = new Float64Array(instances.length);
  const kept: number[] = [];
  for (let row = 0; row < rows.func.length; row++) {
    all[rows.instance[row]!]! += rows.selfMicros[row]!;
    if (rows.endpoint[row] !== endpoint) continue;
    inside[rows.instance[row]!]! += rows.selfMicros[row]!;
    kept.push(row);
  }
  const pick = (column: ArrayLike<number>) => Float64Array.from(kept, (row) => column[row]!);
  return {
    instances: instances.map((instance, i) =>
      only(instance, endpoint, inside[i]! / (all[i]! || 1)),
    ),
    rows: {
      instance: pick(rows.instance),
      endpoint: pick(rows.endpoint),
      func: pick(rows.func),
      selfMicros: pick(rows.selfMicros),
      totalMicros: pick(rows.totalMicros),
      selfTicks: pick(rows.selfTicks),
      totalTicks: pick(rows.totalTicks),
    },
  };
}

/** Facts of the whole process that say nothing about one endpoint are left out. */
function only(instance: InstanceSums, endpoint: number, part: number): InstanceSums {
  const { errors, thirds, unattributedMicros, idleSpreadMicros, ...rest } = instance;
  return {
    ...rest,
    processCpuMicros: instance.processCpuMicros * part,
    requests: Array.from(instance.requests, (count, row) => (row === endpoint ? count : 0)),
  };
}
