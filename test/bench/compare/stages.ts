import { loadavg } from 'node:os';
import { runDiff } from '../../../server/src/compare/run-diff.ts';
import { readSide } from '../../../server/src/compare/side.ts';
import { createStorage } from '../../../server/src/storage/create-storage.ts';
import { storageSettings } from '../../support/server-storage.ts';

export interface DiffParameters {
  readonly service: string;
  readonly base: string;
  readonly head: string;
}

/** How long each question of a comparison takes, in one process; questions of both sides overlap. */
export async function printStages(
  dataDir: string,
  { service, base, head }: DiffParameters,
  { rounds, print }: { readonly rounds: number; readonly print: (line: string) => void },
): Promise<void> {
  const storage = await createStorage(storageSettings(dataDir));
  const spent = new Map<string, number[]>(); // question -> milliseconds of each call
  const sides = {
    base: readSide({ parameter: 'base', selector: base, service }, Date.now()),
    head: readSide({ parameter: 'head', selector: head, service }, Date.now()),
  };
  try {
    const stores = {
      store: timed(storage.store, spent),
      comparisons: timed(storage.comparisons, spent),
    };
    for (let round = 0; round < rounds; round++) {
      const from = performance.now();
      await runDiff(sides, { byRequest: true }, stores);
      note(spent, 'all', performance.now() - from);
    }
  } finally {
    await storage.close();
  }
  for (const [name, times] of spent) {
    const sorted = times.sort((a, b) => a - b);
    print(
      `${name}: median ${sorted[Math.floor(sorted.length / 2)]!.toFixed(0)} ms, ${times.length} calls`,
    );
  }
  print(`load average ${loadavg()[0]!.toFixed(1)}`);
}

/** The same object, with the time of each call of its methods written down. */
function timed<T extends object>(target: T, spent: Map<string, number[]>): T {
  return new Proxy(target, {
    get(object, name) {
      const value = Reflect.get(object, name) as unknown;
      if (typeof value !== 'function') return value;
      return async (...args: readonly unknown[]) => {
        const from = performance.now();
        try {
          return (await Reflect.apply(value, object, args)) as unknown;
        } finally {
          note(spent, String(name), performance.now() - from);
        }
      };
    },
  });
}

function note(spent: Map<string, number[]>, name: string, ms: number): void {
  spent.set(name, [...(spent.get(name) ?? []), ms]);
}
