import {
  type CompareInput,
  compare,
  type EndpointVerdict,
  endpointInput,
  LOOKS,
  type MemoryVerdict,
} from '@flamehouse/proto';
import { type DiffResult, type DiffStores, runDiff } from '../compare/run-diff.ts';
import { giveWay } from '../http/give-way.ts';
import type { ComparisonStore, MinuteFacts } from '../storage/comparison-store.ts';
import type { Judgement } from '../storage/deploy-store.ts';
import type { DeployEntry } from './entry.ts';
import { learnFrom } from './learn.ts';
import { readLine } from './line.ts';
import { judgeMemory } from './memory.ts';
import { pastWindows } from './past-windows.ts';
import { selectorOf, sidesOf } from './sides.ts';
import { verdictOf } from './verdict-of.ts';

export interface LookOptions {
  readonly entry: DeployEntry;
  readonly minutes: number; // of the look
  readonly until: number; // when it became due, epoch milliseconds
  readonly before: Judgement | null;
  readonly nowMs: number;
}

const ENDPOINTS_MAX = 8;

/**
 * Judge a deploy at one look.
 *
 * Only the first `minutes` kept minutes of head count, so a look that comes late, because the server was
 * away, finds what it would have found in time.
 */
export async function takeLook(options: LookOptions, given: DiffStores): Promise<Judgement> {
  const { entry, minutes, until, before, nowMs } = options;
  const comparisons = remembering(given.comparisons);
  const stores = { ...given, comparisons };
  const sides = sidesOf(entry, until);
  const baseAll = await comparisons.listMinutes(sides.base.selection);
  const history = await learn(options, baseAll, stores);
  const result = await runDiff(
    sides,
    { byRequest: true, minutesMax: minutes, asked: 'looks', history },
    stores,
  );
  const { kept } = result;
  const normaliser = result.comparison.normaliser;
  const line = await readLine(entry, normaliser, nowMs, comparisons);
  return {
    verdict: verdictOf({
      names: { base: sides.base.name, head: sides.head.name },
      functions: result.input.functions,
      comparison: result.comparison,
      minutes,
      before: before?.verdict ?? null,
      endpoints: await judgeEndpoints(result),
      memory: await memoryOf(options, stores),
      at: entry.at,
      nowMs,
    }),
    line,
    baseSelector:
      kept.base === null
        ? (before?.baseSelector ?? null)
        : selectorOf(entry.baseVersion ?? '', kept.base),
    headSelector:
      kept.head === null ? (before?.headSelector ?? null) : selectorOf(entry.version, kept.head),
  };
}

/** What past windows of base say about its noise: as long as this look, before the minutes it compares. */
async function learn(
  { entry, minutes, until }: LookOptions,
  baseAll: readonly MinuteFacts[],
  { comparisons }: DiffStores,
) {
  const { base, head } = sidesOf(entry, until);
  const first = Math.floor(entry.at / 60_000);
  const own = baseAll.filter(({ minute }) => minute < first);
  const headMinutes = await comparisons.listMinutes(head.selection);
  const served = headMinutes.filter(({ requests }) => (requests ?? 0) > 0);
  const load =
    served.length === 0
      ? 0
      : served.reduce((sum, { requests }) => sum + (requests ?? 0), 0) / served.length;
  const windows = pastWindows({ minutes: own, length: minutes, before: first - minutes, load });
  return learnFrom(windows, base.selection, comparisons);
}

/** CPU per request of the busiest endpoints, each compared for itself. */
async function judgeEndpoints({ input, comparison }: DiffResult): Promise<EndpointVerdict[]> {
  if (comparison.normaliser !== 'request') return [];
  const counts = input.endpoints.map(
    (_, endpoint) => countOf(input.base, endpoint) + countOf(input.head, endpoint),
  );
  const busiest = [...input.endpoints.keys()]
    .filter((endpoint) => countOf(input.base, endpoint) > 0 && countOf(input.head, endpoint) > 0)
    .sort((a, b) => counts[b]! - counts[a]!)
    .slice(0, ENDPOINTS_MAX);
  const verdicts: EndpointVerdict[] = [];
  for (const endpoint of busiest) {
    await giveWay();
    const { verdict, base, head, normaliser } = compare(endpointInput(input, endpoint));
    if (normaliser !== 'request') continue;
    verdicts.push({
      endpoint: input.endpoints[endpoint]!,
      state: verdict.state,
      effect: verdict.effect,
      baseMicros: base.cost,
      headMicros: head.cost,
    });
  }
  return verdicts;
}

function countOf({ instances }: CompareInput['base'], endpoint: number): number {
  return instances.reduce((sum, { requests }) => sum + (requests[endpoint] ?? 0), 0);
}

function memoryOf(
  { entry, minutes, until }: LookOptions,
  { comparisons }: DiffStores,
): Promise<MemoryVerdict | null> {
  const spend = LOOKS.find((look) => look.minutes === minutes)?.spend ?? 1;
  return judgeMemory({ sides: sidesOf(entry, until), minutes, spend }, comparisons);
}

/** Several parts of a look ask for the same minutes. */
function remembering(comparisons: ComparisonStore): ComparisonStore {
  const known = new Map<string, ReturnType<ComparisonStore['listMinutes']>>();
  return {
    listMinutes(side, signal) {
      const key = JSON.stringify(side);
      const found = known.get(key) ?? comparisons.listMinutes(side, signal);
      known.set(key, found);
      return found;
    },
    sumMinutes: (side, minutes, signal) => comparisons.sumMinutes(side, minutes, signal),
    functionNames: (ids, signal) => comparisons.functionNames(ids, signal),
    listHeap: (side, signal) => comparisons.listHeap(side, signal),
    listCosts: (side, signal) => comparisons.listCosts(side, signal),
  };
}
