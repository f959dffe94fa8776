import { type InstanceMinute, keptMinutes } from '@flamehouse/proto';

const WINDOWS_MAX = 12;
/** More instances make windows no better known, and cost as many rows again. */
const INSTANCES_MAX = 4;
/** A window that was watched for less says little about that time. */
const WATCHED_MIN = 0.8;
const LOAD_RATIO_MAX = 2;

export interface PastWindowsOptions {
  readonly minutes: readonly InstanceMinute[]; // of one version, before head began
  readonly length: number; // clock minutes of a window: as many as the comparison has
  readonly before: number; // minute at which the comparison's own base begins
  readonly load: number; // requests per instance-minute of head; 0 when they are not counted
}

/**
 * Times of one version from which the usual noise of a service can be learnt.
 *
 * Shape   windows of `length` minutes that do not overlap, at most 12, spread over the time; each holds
 *         the kept minutes of at most 4 instances. Where load is known it is within a factor 2 of head's.
 */
export function pastWindows<T extends InstanceMinute>(
  options: PastWindowsOptions & { readonly minutes: readonly T[] },
): T[][] {
  const { minutes, length, before, load } = options;
  const rows = new Set<InstanceMinute>(keptMinutes(minutes));
  const blocks = new Map<number, T[]>();
  for (const row of minutes) {
    if (row.minute >= before || !rows.has(row)) continue;
    const block = Math.floor((before - 1 - row.minute) / length);
    const own = blocks.get(block);
    if (own === undefined) blocks.set(block, [row]);
    else own.push(row);
  }
  const usable = [...blocks]
    .sort(([a], [b]) => a - b)
    .map(([, own]) => watchedAll(own, length))
    .filter((own) => own.length > 0 && likeLoad(own, load));
  return spread(usable);
}

/** The rows of the first instances that were watched for nearly the whole window. */
function watchedAll<T extends InstanceMinute>(rows: readonly T[], length: number): T[] {
  const instances = [...new Set(rows.map(({ instance }) => instance))].sort();
  return instances
    .map((instance) => rows.filter((row) => row.instance === instance))
    .filter((own) => own.length >= WATCHED_MIN * length)
    .slice(0, INSTANCES_MAX)
    .flat();
}

function likeLoad(rows: readonly InstanceMinute[], load: number): boolean {
  if (load === 0) return true;
  const own = rows.reduce((sum, { requests }) => sum + (requests ?? 0), 0) / rows.length;
  return own > 0 && Math.max(own / load, load / own) <= LOAD_RATIO_MAX;
}

/** At most 12 of them, from the latest to the earliest. */
function spread<T>(windows: readonly T[]): T[] {
  if (windows.length <= WINDOWS_MAX) return [...windows];
  const step = (windows.length - 1) / (WINDOWS_MAX - 1);
  return Array.from({ length: WINDOWS_MAX }, (_, i) => windows[Math.round(i * step)]!);
}
