/** One clock minute of one process, as stored. */
export interface InstanceMinute {
  readonly instance: string;
  readonly minute: number; // minutes since the epoch
  readonly coveredSeconds: number; // of the minute that were profiled
  readonly startedAtMinute: number; // start of the process, minutes since the epoch; tells restarts apart
  readonly requests: number | null; // null when they are not counted
}

export interface ChooseMinutesOptions {
  /** Minutes of the base version: of the last 24 hours before the deploy, or of the canary's time. */
  readonly base: readonly InstanceMinute[];
  readonly head: readonly InstanceMinute[];
  /** Base runs beside head: take the same clock minutes. */
  readonly canary: boolean;
  /** Kept minutes for each instance: 15 for a deploy, 30 by hand. */
  readonly minutesMax?: number;
}

export interface ChosenMinutes {
  readonly base: readonly InstanceMinute[];
  readonly head: readonly InstanceMinute[];
  readonly simultaneous: boolean;
  readonly baseNote: string | null; // why base is not the time just before
}

const COVERED_SECONDS_MIN = 55;
/** A process compiles and fills its caches first. */
const WARM_UP_MINUTES = 2;
const REQUESTS_MIN = 30;
const MINUTES_MAX = 15;
const LOAD_RATIO_MAX = 1.5;
const LIKE_LOAD_RATIO_MAX = 1.25;
const SIMULTANEOUS_MIN = 0.8;
/** An instance of base that ended earlier was scaled away and says little about the time before. */
const RECENT_MINUTES = 30;

/**
 * Choose which minutes stand for each side.
 *
 * Shape   complete minutes past the warm-up, at most `minutesMax` of each instance, as many of base
 *         as of head; from a canary's base the clock minutes of head.
 */
export function chooseMinutes(options: ChooseMinutesOptions): ChosenMinutes {
  const { canary, minutesMax = MINUTES_MAX } = options;
  const head = perInstance(keptMinutes(options.head)).flatMap((rows) => rows.slice(0, minutesMax));
  const kept = keptMinutes(options.base);
  const clock = new Set(head.map(({ minute }) => minute));
  const together = kept.filter(({ minute }) => clock.has(minute));
  const { base, baseNote } = canary
    ? { base: together, baseNote: null }
    : baseBlock(kept, head, loadOf(head));
  const baseClock = new Set(base.map(({ minute }) => minute));
  const shared = head.filter(({ minute }) => baseClock.has(minute)).length;
  const simultaneous = head.length > 0 && shared >= SIMULTANEOUS_MIN * head.length;
  return { base, head, simultaneous, baseNote };
}

/** Complete minutes past the warm-up; of a service that serves requests, those that served some. */
export function keptMinutes(minutes: readonly InstanceMinute[]): InstanceMinute[] {
  const serves = minutes.some(({ requests }) => (requests ?? 0) > 0);
  const processes = new Map<string, InstanceMinute[]>();
  for (const row of minutes) {
    if (row.coveredSeconds < COVERED_SECONDS_MIN) continue;
    const key = `${row.startedAtMinute} ${row.instance}`;
    addTo(processes, key, row);
  }
  return [...processes.values()]
    .flatMap((rows) => withoutWarmUp(inOrder(rows)))
    .filter(({ requests }) => !serves || (requests ?? 0) >= REQUESTS_MIN);
}

/** A process whose first minutes lie before the range has warmed up before it. */
function withoutWarmUp(rows: readonly InstanceMinute[]): readonly InstanceMinute[] {
  const { minute, startedAtMinute } = rows[0]!;
  return minute - startedAtMinute <= WARM_UP_MINUTES ? rows.slice(WARM_UP_MINUTES) : rows;
}

/** The latest block of as many minutes as head has, unless its load differs and another's does not. */
function baseBlock(
  kept: readonly InstanceMinute[],
  head: readonly InstanceMinute[],
  load: number,
): { base: readonly InstanceMinute[]; baseNote: string | null } {
  const length = Math.max(0, ...perInstance(head).map((rows) => rows.length));
  const end = kept.reduce((last, { minute }) => Math.max(last, minute), 0);
  const latest = perInstance(kept)
    .filter((rows) => rows.at(-1)!.minute > end - RECENT_MINUTES)
    .flatMap((rows) => rows.slice(-length || rows.length));
  const before = loadOf(latest);
  if (load === 0 || before === 0 || ratio(load, before) <= LOAD_RATIO_MAX) {
    return { base: latest, baseNote: null };
  }
  const base = blockOfLikeLoad(kept, length, load);
  if (base === null) return { base: latest, baseNote: null };
  const hours = (latest.at(-1)!.minute - base.at(-1)!.minute) / 60;
  return {
    base,
    baseNote: `Base is an earlier time of like load, ${hours.toFixed(1)} hours before the latest: traffic differed by a factor ${ratio(load, before).toFixed(1)}.`,
  };
}

/** The latest `length` clock minutes whose load is near `load`. */
function blockOfLikeLoad(
  kept: readonly InstanceMinute[],
  length: number,
  load: number,
): InstanceMinute[] | null {
  const rows = inOrder(kept);
  let from = rows.length;
  let to = rows.length;
  let requests = 0;
  while (to > 0) {
    const last = rows[to - 1]!.minute;
    while (from > 0 && rows[from - 1]!.minute > last - length) {
      from--;
      requests += rows[from]!.requests ?? 0;
    }
    const full = last - rows[from]!.minute >= length - 1;
    if (full && ratio(load, requests / (to - from)) <= LIKE_LOAD_RATIO_MAX) {
      return rows.slice(from, to);
    }
    while (to > 0 && rows[to - 1]!.minute === last) {
      to--;
      requests -= rows[to]!.requests ?? 0;
    }
  }
  return null;
}

function perInstance(minutes: readonly InstanceMinute[]): InstanceMinute[][] {
  const rows = new Map<string, InstanceMinute[]>();
  for (const row of minutes) addTo(rows, row.instance, row);
  // Lists of one instance are mostly in order already; all together they would be sorted from scratch.
  return [...rows.values()].map(inOrder).sort(([a], [b]) => inTime(a!, b!));
}

function addTo<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function inOrder(minutes: readonly InstanceMinute[]): InstanceMinute[] {
  return [...minutes].sort(inTime);
}

function inTime(a: InstanceMinute, b: InstanceMinute): number {
  return a.minute - b.minute || (a.instance < b.instance ? -1 : 1);
}

function loadOf(minutes: readonly InstanceMinute[]): number {
  if (minutes.length === 0) return 0;
  return minutes.reduce((sum, { requests }) => sum + (requests ?? 0), 0) / minutes.length;
}

function ratio(a: number, b: number): number {
  return b === 0 ? Number.POSITIVE_INFINITY : Math.max(a / b, b / a);
}
