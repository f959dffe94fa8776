import type { CpuRows, InstanceSums, SideSums } from '../../../proto/src/compare/index.ts';
import type { Service } from './service.ts';

/** Sums of one process up to a cut. */
export interface ProcessSums {
  readonly cpuMicros: number;
  readonly requests: Float64Array; // endpoint -> count
  readonly ticks: Float64Array; // place -> count
}

/** The rows that a store would give for these processes: ticks split what the clock says. */
export function sumSides(
  service: Service,
  runs: readonly ProcessSums[],
  minutes: number,
): SideSums {
  const columns = {
    instance: [] as number[],
    endpoint: [] as number[],
    func: [] as number[],
    selfMicros: [] as number[],
    totalMicros: [] as number[],
    selfTicks: [] as number[],
    totalTicks: [] as number[],
  } satisfies CpuRows;
  const instances = runs.map(({ cpuMicros, requests, ticks }, instance): InstanceSums => {
    const totals = ticks.slice();
    for (let row = totals.length - 1; row >= 0; row--) {
      const { parent } = service.places[row]!;
      if (parent >= 0) totals[parent]! += totals[row]!;
    }
    const period = cpuMicros / ticks.reduce((sum, count) => sum + count, 0);
    service.places.forEach(({ func, endpoint }, row) => {
      if (totals[row] === 0) return;
      columns.instance.push(instance);
      columns.endpoint.push(endpoint);
      columns.func.push(func);
      columns.selfMicros.push(ticks[row]! * period);
      columns.totalMicros.push(totals[row]! * period);
      columns.selfTicks.push(ticks[row]!);
      columns.totalTicks.push(totals[row]!);
    });
    return { id: `i${instance}`, minutes, processCpuMicros: cpuMicros, requests };
  });
  return { instances, rows: columns };
}
