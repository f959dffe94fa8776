import type { DiffAnswer, FunctionsAnswer } from '../../../proto/src/index.ts';
import type { BenchServer } from '../server-run.ts';
import { askJson } from './live-ask.ts';
import {
  type Batch,
  DEARER_PASSES,
  environmentOf,
  HALVES,
  type Half,
  PASSES,
  type Recording,
  VERSION,
} from './live-batches.ts';
import { SERVICE } from './live-service.ts';
import { formatLimits, rateOf } from './rates.ts';
import { formatTable } from './tables.ts';

/** A half of one batch against a half of another, two processes a side. */
export interface LivePair {
  readonly base: Batch;
  readonly head: Batch;
  readonly traffic: 'same' | 'doubled' | 'halved';
  readonly truth: number; // change of the service's CPU per request
  readonly answer: DiffAnswer;
}

const PLANTED = 'weighBasket';

/** Compare all halves of batches under the same kind of load that came from different batches. */
export async function comparePairs(
  server: BenchServer,
  { batches }: Recording,
): Promise<LivePair[]> {
  const planted = await plantedTruth(server, batches);
  const pairs: LivePair[] = [];
  for (const [base, head] of batchPairs(batches)) {
    for (const baseHalf of HALVES) {
      for (const headHalf of HALVES) {
        const answer = await diff(server, [base, baseHalf], [head, headHalf]);
        const traffic = trafficOf(baseHalf, headHalf);
        pairs.push({ base, head, traffic, truth: head.dearer ? planted : 0, answer });
      }
    }
  }
  return pairs;
}

/** The same code is compared from the earlier to the later batch, dearer code with any that is not. */
function batchPairs(batches: readonly Batch[]): (readonly [base: Batch, head: Batch])[] {
  const inTime = [...batches].sort((a, b) => a.from - b.from);
  const same = inTime.filter(({ dearer }) => !dearer);
  return inTime.flatMap((head) =>
    same
      .filter((base) => base.load === head.load && (head.dearer || base.from < head.from))
      .map((base) => [base, head] as const),
  );
}

function trafficOf(base: Half, head: Half): LivePair['traffic'] {
  if (base === head) return 'same';
  return base === 'a' ? 'doubled' : 'halved';
}

/**
 * What dearer code takes more, as a share of the service: the passes say by how much the function grew,
 * all batches of the same code together which share of the service it had.
 */
async function plantedTruth(server: BenchServer, batches: readonly Batch[]): Promise<number> {
  let own = 0;
  let all = 0;
  for (const batch of batches.filter(({ dearer }) => !dearer)) {
    for (const half of HALVES) {
      const query = new URLSearchParams({
        service: SERVICE,
        type: 'cpu',
        environment: environmentOf(batch, half),
        search: PLANTED,
        from: String(batch.from),
        to: String(batch.to),
      });
      const answer = await askJson<FunctionsAnswer>(server, `/api/v1/functions?${query}`);
      all += answer.total;
      own += answer.functions.total.reduce((sum, micros) => sum + micros, 0);
    }
  }
  return (own / all) * (DEARER_PASSES / PASSES - 1);
}

function diff(
  server: BenchServer,
  [base, baseHalf]: readonly [Batch, Half],
  [head, headHalf]: readonly [Batch, Half],
): Promise<DiffAnswer> {
  const side = ({ from, to }: Batch) => `version:${VERSION}@${from}~${to}`;
  const filter = (batch: Batch, half: Half) => `{environment="${environmentOf(batch, half)}"}`;
  const query = new URLSearchParams({
    service: SERVICE,
    base: side(base),
    head: side(head),
    'base.filter': filter(base, baseHalf),
    'head.filter': filter(head, headHalf),
  });
  return askJson(server, `/api/v1/diff?${query}`);
}

/** One line for each pair of batches, then the rates of all. */
export function formatPairs(pairs: readonly LivePair[]): string {
  const groups = new Map<string, LivePair[]>();
  for (const pair of pairs) {
    const name = `${pair.base.name} -> ${pair.head.name}`;
    groups.set(name, [...(groups.get(name) ?? []), pair]);
  }
  const rows = [...groups].map(([name, own]) => ratesRow(name, own));
  const kinds = [false, true].flatMap((dearer) => {
    const own = pairs.filter(({ head }) => head.dearer === dearer);
    const name = dearer ? 'dearer' : 'identical';
    const of = (label: string, some: readonly LivePair[]) => ratesRow(`${name}, ${label}`, some);
    return [
      of('all', own),
      ...(['open', 'closed'] as const).map((load) =>
        of(
          `${load} loop`,
          own.filter(({ base }) => base.load === load),
        ),
      ),
      ...(['same', 'doubled', 'halved'] as const).map((traffic) =>
        of(
          `traffic ${traffic}`,
          own.filter((pair) => pair.traffic === traffic),
        ),
      ),
      of(
        'at the same time',
        own.filter(({ answer }) => answer.simultaneous),
      ),
      of(
        'one after the other',
        own.filter(({ answer }) => !answer.simultaneous),
      ),
    ].filter(([, n]) => n !== '0');
  });
  return `${formatTable([HEADER, ...rows])}\n\n${formatTable([HEADER, ...kinds])}`;
}

const HEADER = ['', 'n', 'alarms', 'found', 'first', 'interval', 'too few', 'truth, %'];

function ratesRow(name: string, pairs: readonly LivePair[]): string[] {
  const rate = (is: (pair: LivePair) => boolean) =>
    formatLimits(rateOf(pairs.filter(is).length, pairs.length));
  const changed = (state: string) => state === 'more' || state === 'less';
  const dearer = pairs.some(({ head }) => head.dearer);
  return [
    name,
    String(pairs.length),
    dearer ? '' : rate(({ answer }) => changed(answer.verdict.state)),
    dearer ? rate(({ answer }) => answer.verdict.state === 'more') : '',
    dearer ? rate(isNamedFirst) : '',
    rate(coversTruth),
    rate(({ answer }) => answer.verdict.state === 'not-enough-data'),
    (100 * (pairs[0]?.truth ?? 0)).toFixed(1),
  ];
}

function isNamedFirst({ answer }: LivePair): boolean {
  return answer.verdict.state === 'more' && answer.origins[0]?.name === PLANTED;
}

/** Of the function that was made dearer, or of the whole code where nothing was. */
function coversTruth({ head, truth, answer }: LivePair): boolean {
  const { low, high } = head.dearer
    ? (answer.functions.find(({ name }) => name === PLANTED)?.total ?? NOTHING)
    : answer.code;
  return low !== null && high !== null && low <= truth && truth <= high;
}

const NOTHING = { low: null, high: null };
