import type { ComparisonStore, SideSelection } from '../../server/src/storage/comparison-store.ts';
import { FAKE_NOW_MS, stacksFromFolded } from './server-fake-store.ts';

const MINUTES = 3;
const NOW_MINUTE = FAKE_NOW_MS / 60_000;
const TICKS = 20; // of each value of a stack, in each minute
const TICK_MICROS = 10_000;

/** One process a side over three minutes: 1.1.0 takes half as much again in what the first stack ends in. */
export function fakeComparisons(folded: string): ComparisonStore {
  const { frames, stacks, values } = stacksFromFolded(folded);
  const dearest = stacks[0]!.at(-1)!;
  const isHead = ({ version }: SideSelection): boolean => version === '1.1.0';
  const ticksOf = (side: SideSelection, stack: number): number =>
    values[stack]! * TICKS * (isHead(side) && stacks[stack]!.at(-1) === dearest ? 1.5 : 1);
  const sum = (side: SideSelection, holds: (stack: Uint32Array) => boolean): number =>
    stacks.reduce((all, stack, i) => (holds(stack) ? all + ticksOf(side, i) : all), 0);
  return {
    listMinutes: async (side) =>
      Array.from({ length: MINUTES }, (_, i) => ({
        instance: isHead(side) ? 'pod-2' : 'pod-1',
        minute: NOW_MINUTE - (isHead(side) ? 10 : 30) + i,
        coveredSeconds: 60,
        startedAtMinute: NOW_MINUTE - 90,
        requests: 600,
        processCpuMicros: sum(side, () => true) * TICK_MICROS,
        runtime: 'nodejs 24.0.0',
      })),
    sumMinutes: async (side, minutes) => ({
      cpu: frames.functionId.map((functionId, frame) => {
        const instance = minutes[0]!.instance;
        const self = sum(side, (stack) => stack.at(-1) === frame) * minutes.length;
        const total = sum(side, (stack) => stack.includes(frame)) * minutes.length;
        return {
          instance,
          endpoint: 'GET /search',
          functionId,
          selfMicros: self * TICK_MICROS,
          totalMicros: total * TICK_MICROS,
          selfTicks: self,
          totalTicks: total,
        };
      }),
      requests: [
        {
          instance: minutes[0]!.instance,
          endpoint: 'GET /search',
          count: 600 * minutes.length,
          errors: 0,
        },
      ],
    }),
    listHeap: async () => [],
    listCosts: async () => [],
    functionNames: async () =>
      new Map(
        frames.functionId.map((id, frame) => [
          id,
          {
            name: frames.name[frame]!,
            file: frames.file[frame]!,
            kind: frames.kind[frame]!,
            package: frames.package[frame]!,
          },
        ]),
      ),
  };
}
