import { coveredSeconds } from './coverage-sql.ts';
import type { Engine } from './engine.ts';
import { SummedStacks } from './named-stacks.ts';
import type { ProfileSelection, SelectedStacks } from './profile-store.ts';
import { readSumsByStack, type SumsByStack } from './read-columns.ts';
import { sampleSource } from './sample-source.ts';
import type { Condition } from './selection-sql.ts';
import type { StackNames } from './stack-names.ts';
import type { TierChoice } from './tier.ts';

export interface StackReader {
  readonly engine: Engine;
  readonly names: StackNames;
}

/** Stacks with the id of each, and what selects the ids. */
export interface StacksById {
  readonly stacks: SelectedStacks;
  readonly ids: BigUint64Array;
  readonly idsQuery: Condition;
}

/** Sum a selection by stack in the engine, then name the stacks. */
export async function selectStacks(
  reader: StackReader,
  selection: ProfileSelection,
  choice: TierChoice,
  signal?: AbortSignal,
): Promise<SelectedStacks> {
  return (await selectStacksById(reader, selection, choice, signal)).stacks;
}

/** The same with the id of each stack. */
export async function selectStacksById(
  { engine, names }: StackReader,
  selection: ProfileSelection,
  choice: TierChoice,
  signal?: AbortSignal,
): Promise<StacksById> {
  const source = sampleSource(selection, choice, { columns: () => 'stack_id' });
  const bytes = await engine.binary(
    {
      sql: `SELECT stack_id, toFloat64(sum(counter)), toFloat64(sum(weighted))
  FROM (${source.sql}) GROUP BY stack_id`,
      values: source.values,
    },
    signal,
  );
  const sums = readSumsByStack(bytes);
  const covered = sums.weighted.some((value) => value > 0)
    ? await selectCoveredSeconds(engine, selection, choice, signal)
    : 1;
  const { ids, values } = valuesOf(sums, Math.max(1, covered));
  const idsQuery = { sql: `SELECT stack_id FROM (${source.sql})`, values: source.values };
  const named = await names.resolve({ service: selection.service, ids, idsQuery }, signal);
  return { stacks: new SummedStacks(choice, named, values), ids, idsQuery };
}

/** Seconds that windows of a selection covered. */
export async function selectCoveredSeconds(
  engine: Engine,
  selection: ProfileSelection,
  choice: TierChoice,
  signal?: AbortSignal,
): Promise<number> {
  const { sql, values } = coveredSeconds(selection, choice);
  const rows = await engine.rows<[number]>({ sql: `SELECT toFloat64(${sql})`, values }, signal);
  return rows[0]![0];
}

/** Counters add up. Gauges are value x seconds, which becomes a mean over the covered seconds. Stacks without value are left out. */
function valuesOf({ ids, counters, weighted }: SumsByStack, covered: number) {
  const values = counters.map((counter, i) => counter + roundHalfEven(weighted[i]! / covered));
  if (values.every((value) => value > 0)) return { ids, values };
  return {
    ids: ids.filter((_, i) => values[i]! > 0),
    values: values.filter((value) => value > 0),
  };
}

/** As the engine rounds, and so as every other answer does. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const over = value - below;
  if (over !== 0.5) return over < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
