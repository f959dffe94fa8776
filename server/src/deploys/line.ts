import type { DeployLine } from '@flamehouse/proto';
import type { ComparisonStore, CostMinute } from '../storage/comparison-store.ts';
import type { DeployEntry } from './entry.ts';
import { sidesOf } from './sides.ts';

const MINUTE_MS = 60_000;
const BEFORE_MINUTES = 20;
const AFTER_MINUTES = 20;
/** A minute that was watched for less jumps about. */
const COVERED_SECONDS_MIN = 20;

/** CPU of base until the deploy and of head from then on, minute by minute; null where neither was watched. */
export async function readLine(
  entry: DeployEntry,
  normaliser: DeployLine['normaliser'],
  nowMs: number,
  comparisons: ComparisonStore,
): Promise<DeployLine> {
  const first = Math.floor(entry.at / MINUTE_MS);
  const from = (first - BEFORE_MINUTES) * MINUTE_MS;
  const cut = first * MINUTE_MS;
  const to = Math.min(Math.max(nowMs, cut + 1), cut + AFTER_MINUTES * MINUTE_MS);
  const { base, head } = sidesOf(entry, nowMs);
  const before = await comparisons.listCosts({ ...base.selection, range: { from, to: cut } });
  const after = await comparisons.listCosts({ ...head.selection, range: { from: cut, to } });
  const costs = new Map([...before, ...after].map((row) => [row.minute, row]));
  const length = Math.ceil((to - from) / MINUTE_MS);
  return {
    from,
    stepMs: MINUTE_MS,
    normaliser,
    values: Array.from({ length }, (_, i) =>
      costOf(costs.get(first - BEFORE_MINUTES + i), normaliser),
    ),
  };
}

/** Microseconds per request, or cores of one process. */
function costOf(row: CostMinute | undefined, normaliser: DeployLine['normaliser']): number | null {
  if (row === undefined || row.coveredSeconds < COVERED_SECONDS_MIN) return null;
  if (normaliser !== 'request') return row.cpuMicros / 1e6 / row.coveredSeconds;
  return row.requests === 0 ? null : row.cpuMicros / row.requests;
}
