import {
  type CompareInput,
  type Comparison,
  chooseMinutes,
  compare,
  nameWithoutPosition,
  PROFILE_TYPE_OF_ALIAS,
  type ServiceHistory,
} from '@flamehouse/proto';
import { giveWay } from '../http/give-way.ts';
import type {
  ComparisonStore,
  FunctionNames,
  MinuteFacts,
  MinuteSums,
} from '../storage/comparison-store.ts';
import type { ProfileStore, SelectedStacks, TimeRange } from '../storage/profile-store.ts';
import { callEdges } from './call-edges.ts';
import type { AskedSide } from './side.ts';
import { ComparedRows, sideSums } from './side-sums.ts';

export interface DiffStores {
  readonly store: ProfileStore;
  readonly comparisons: ComparisonStore;
}

export interface DiffResult {
  readonly input: CompareInput;
  readonly comparison: Comparison;
  readonly kept: { readonly base: TimeRange | null; readonly head: TimeRange | null };
  /** All stacks of the kept time; null where nothing was kept. */
  readonly stacks: readonly [base: SelectedStacks | null, head: SelectedStacks | null];
}

export interface DiffOptions {
  readonly byRequest: boolean; // false compares cores per instance
  readonly minutesMax?: number; // kept of each instance; left out, as many as by hand
  readonly asked?: CompareInput['asked'];
  readonly history?: ServiceHistory | null;
}

const MINUTE_MS = 60_000;
const MINUTES_MAX = 30; // a comparison by hand
/** Base runs beside head when it covers at least this part of head's minutes. */
const CANARY_SHARE_MIN = 0.5;

/** Choose minutes, read their sums, and compare. */
export async function runDiff(
  sides: { readonly base: AskedSide; readonly head: AskedSide },
  options: DiffOptions,
  { store, comparisons }: DiffStores,
  signal?: AbortSignal,
): Promise<DiffResult> {
  const [baseAll, headAll] = await Promise.all([
    comparisons.listMinutes(sides.base.selection, signal),
    comparisons.listMinutes(sides.head.selection, signal),
  ]);
  const { minutesMax = MINUTES_MAX, asked = 'once', history = null } = options;
  const chosen = choose(sides, baseAll, headAll, minutesMax);
  const kept = { base: rangeOf(chosen.base), head: rangeOf(chosen.head) };
  const [base, head, ...stacks] = await Promise.all([
    sumSide(comparisons, sides.base, chosen.base, signal),
    sumSide(comparisons, sides.head, chosen.head, signal),
    stacksOf(store, sides.base, kept.base, signal),
    stacksOf(store, sides.head, kept.head, signal),
  ]);
  const rows = new ComparedRows();
  for (const { names, sums } of [base, head]) {
    for (const { functionId, endpoint } of sums.cpu) {
      const func = names.get(functionId);
      if (func === undefined || func.kind === 'idle') continue;
      if (!rows.functionRow.has(functionId)) {
        rows.addFunction({ ...func, id: functionId, name: nameWithoutPosition(func.name) });
      }
      if (endpoint !== '') rows.addEndpoint(endpoint);
    }
    for (const { endpoint } of sums.requests) rows.addEndpoint(endpoint);
  }
  await giveWay();
  const edges = callEdges(stacks, rows.functionRow);
  await giveWay();
  const input: CompareInput = {
    functions: rows.functions,
    endpoints: rows.endpoints,
    base: sideSums(chosen.base, withoutRequests(base.sums, options.byRequest), rows),
    head: sideSums(chosen.head, withoutRequests(head.sums, options.byRequest), rows),
    edges,
    simultaneous: chosen.simultaneous,
    history,
    asked,
    ...(chosen.baseNote === null ? {} : { baseNote: chosen.baseNote }),
  };
  await giveWay();
  return { input, comparison: compare(input), kept, stacks };
}

interface Chosen {
  readonly base: readonly MinuteFacts[];
  readonly head: readonly MinuteFacts[];
  readonly simultaneous: boolean;
  readonly baseNote: string | null;
}

/** Base is the time before head, unless it ran beside head or the caller chose its time. */
function choose(
  sides: { readonly base: AskedSide; readonly head: AskedSide },
  baseAll: readonly MinuteFacts[],
  headAll: readonly MinuteFacts[],
  minutesMax: number,
): Chosen {
  const headClock = new Set(headAll.map(({ minute }) => minute));
  const beside = new Set(baseAll.map(({ minute }) => minute).filter((m) => headClock.has(m)));
  const canary = beside.size >= CANARY_SHARE_MIN * headClock.size && headClock.size > 0;
  const start = Math.min(...headClock);
  const before = baseAll.filter(({ minute }) => minute < start);
  const base = canary || sides.base.ranged || before.length === 0 ? baseAll : before;
  const chosen = chooseMinutes({ base, head: headAll, canary, minutesMax });
  // The choice holds rows that were given; these have the facts that a comparison adds up.
  const rowsOfBase = new Set(chosen.base);
  const rowsOfHead = new Set(chosen.head);
  return {
    ...chosen,
    base: base.filter((row) => rowsOfBase.has(row)),
    head: headAll.filter((row) => rowsOfHead.has(row)),
  };
}

interface NamedSums {
  readonly names: ReadonlyMap<string, FunctionNames>;
  readonly sums: MinuteSums;
}

const NOTHING: NamedSums = { names: new Map(), sums: { cpu: [], requests: [] } };

async function sumSide(
  comparisons: ComparisonStore,
  { selection }: AskedSide,
  minutes: readonly MinuteFacts[],
  signal: AbortSignal | undefined,
): Promise<NamedSums> {
  if (minutes.length === 0) return NOTHING;
  const sums = await comparisons.sumMinutes(selection, minutes, signal);
  const ids = new Set(sums.cpu.map(({ functionId }) => functionId));
  const names = await comparisons.functionNames([...ids], signal);
  return { names, sums };
}

function withoutRequests(sums: MinuteSums, byRequest: boolean): MinuteSums {
  return byRequest ? sums : { ...sums, requests: [] };
}

function rangeOf(minutes: readonly MinuteFacts[]): TimeRange | null {
  if (minutes.length === 0) return null;
  const numbers = minutes.map(({ minute }) => minute);
  return { from: Math.min(...numbers) * MINUTE_MS, to: (Math.max(...numbers) + 1) * MINUTE_MS };
}

async function stacksOf(
  store: ProfileStore,
  { selection }: AskedSide,
  range: TimeRange | null,
  signal: AbortSignal | undefined,
): Promise<SelectedStacks | null> {
  if (range === null) return null;
  return store.selectStacks({ ...selection, type: PROFILE_TYPE_OF_ALIAS.cpu, range }, signal);
}
