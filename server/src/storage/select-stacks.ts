import { coveredSeconds } from './coverage-sql.ts';
import type { Engine } from './engine.ts';
import type { ProfileSelection, SelectedStacks } from './profile-store.ts';
import { readValuesByStack } from './read-columns.ts';
import { type Condition, SAMPLES_OF_TIER, sampleCondition } from './selection-sql.ts';
import type { StackNames } from './stack-names.ts';
import type { TierChoice } from './tier.ts';

export interface StackReader {
  readonly engine: Engine;
  readonly names: StackNames;
}

/** Sum a selection by stack in the engine, then name the stacks. */
export async function selectStacks(
  reader: StackReader,
  selection: ProfileSelection,
  choice: TierChoice,
  signal?: AbortSignal,
): Promise<SelectedStacks> {
  const {
    ids: _,
    idsQuery: __,
    ...stacks
  } = await selectStacksById(reader, selection, choice, signal);
  return stacks;
}

/** The same with the id of each stack, and what selects the ids. */
export async function selectStacksById(
  { engine, names }: StackReader,
  selection: ProfileSelection,
  choice: TierChoice,
  signal?: AbortSignal,
): Promise<SelectedStacks & { readonly ids: BigUint64Array; readonly idsQuery: Condition }> {
  const { table, time } = SAMPLES_OF_TIER[choice.tier];
  const condition = sampleCondition(selection, { time, range: choice.range });
  const covered = coveredSeconds(selection, choice);
  const [counter, weighted] = SUMS_OF_TIER[choice.tier];
  const bytes = await engine.binary(
    {
      sql: `SELECT stack_id,
    toFloat64(${counter}) + round(${weighted} / greatest(1, ${covered.sql})) AS summed
  FROM ${table}
  WHERE ${condition.sql}
  GROUP BY stack_id
  HAVING summed > 0`,
      values: { ...covered.values, ...condition.values },
    },
    signal,
  );
  const { ids, values } = readValuesByStack(bytes);
  const idsQuery = {
    sql: `SELECT stack_id FROM ${table} WHERE ${condition.sql}`,
    values: condition.values,
  };
  const named = await names.resolve({ service: selection.service, ids, idsQuery }, signal);
  return { ...choice, ...named, values, ids, idsQuery };
}

/** Counters add up. Gauges are value x seconds, which becomes a mean over the covered seconds. */
export const SUMS_OF_TIER = {
  raw: ['sumIf(value, gauge = 0)', 'sumIf(value * seconds, gauge = 1)'],
  minute: ['sum(value)', 'sum(weighted)'],
  hour: ['sum(value)', 'sum(weighted)'],
} as const;
