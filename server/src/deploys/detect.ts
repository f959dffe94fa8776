import type { DeployEntry, ProcessRun } from './entry.ts';

/** A version that began to run in one environment. */
export interface Takeover {
  readonly version: string;
  readonly baseVersion: string | null;
  readonly at: number; // epoch milliseconds
  readonly kind: 'first' | 'new' | 'return';
  readonly rollout: DeployEntry['rollout'];
}

/** What is known of an environment from before the processes that are looked at. */
export interface Past {
  readonly lastVersion: string | null; // ran last
  readonly versions: ReadonlySet<string>; // ever seen
}

/** A version runs from `first` to `last`, whichever of its processes. */
interface VersionRun {
  readonly version: string;
  readonly processes: readonly ProcessRun[];
  readonly first: number; // minutes
  readonly last: number;
}

const MINUTE_MS = 60_000;
/** A version that was away so long while another one ran has been replaced; one minute without a window is chance. */
const AWAY_MINUTES = 2;
/** While nothing else ran, so long an absence is a restart of the whole service. */
const PAUSE_MINUTES = 10;
/** Base is what ran in these minutes before head began. */
const BEFORE_MINUTES = 10;
/** Both at the same time for longer than this is a canary or a rolling deploy. */
const OVERLAP_MINUTES = 5;
/** A process that says it began longer before its first window was not started by this deploy. */
const START_MS_MAX = 3 * MINUTE_MS;

/**
 * Find each time that a version began to run in one environment where another one ran before.
 *
 * A version that stays while another comes and goes has not returned: only one that was away has.
 *
 * Shape   all processes are of one service and environment; the answer is in order of time.
 */
export function detectTakeovers(processes: readonly ProcessRun[], past: Past): Takeover[] {
  const runs = versionRuns(processes);
  const takeovers: Takeover[] = [];
  runs.forEach((run, i) => {
    const earlier = runs.slice(0, i);
    const base = baseOf(run, earlier, past);
    if (base === run.version) return; // it was alone before, too: a restart or a pause
    const known =
      past.versions.has(run.version) || earlier.some(({ version }) => version === run.version);
    takeovers.push({
      version: run.version,
      baseVersion: base,
      at: startOf(run),
      kind: base === null ? 'first' : known ? 'return' : 'new',
      rollout: overlaps(run, base, runs) ? 'overlap' : 'replacement',
    });
  });
  return takeovers;
}

/** What ran just before or beside it, most of all; else what ran last. */
function baseOf(run: VersionRun, earlier: readonly VersionRun[], past: Past): string | null {
  const beside = earlier.filter(
    ({ version, last }) => version !== run.version && last >= run.first - BEFORE_MINUTES,
  );
  const from = run.first - BEFORE_MINUTES;
  const size = ({ processes }: VersionRun) =>
    processes.reduce((sum, one) => sum + minutesIn(one, from, run.first + OVERLAP_MINUTES), 0);
  const [largest] = [...beside].sort((a, b) => size(b) - size(a) || b.first - a.first);
  if (largest !== undefined) return largest.version;
  const last = [...earlier].sort((a, b) => b.last - a.last)[0];
  return last?.version ?? past.lastVersion;
}

/** Minutes of a process in `[from, to)`. */
function minutesIn({ firstMinute, lastMinute }: ProcessRun, from: number, to: number): number {
  return Math.max(0, Math.min(lastMinute + 1, to) - Math.max(firstMinute, from));
}

function overlaps(run: VersionRun, base: string | null, runs: readonly VersionRun[]): boolean {
  return runs.some(
    ({ version, first, last }) =>
      version === base &&
      Math.min(last, run.last) - Math.max(first, run.first) + 1 >= OVERLAP_MINUTES,
  );
}

/** When the first of its processes started, where that is known and near its first window. */
function startOf({ processes, first }: VersionRun): number {
  const minuteMs = first * MINUTE_MS;
  const starts = processes
    .filter(({ firstMinute }) => firstMinute === first)
    .map(({ startedAtMs }) => startedAtMs)
    .filter((at) => at >= minuteMs - START_MS_MAX && at < minuteMs + MINUTE_MS);
  return starts.length === 0 ? minuteMs : Math.min(...starts);
}

/** The runs of every version, in order of their start. */
function versionRuns(processes: readonly ProcessRun[]): VersionRun[] {
  const versions = new Set(processes.map(({ version }) => version));
  const runs = [...versions].flatMap((version) => {
    const own = processes
      .filter((process) => process.version === version)
      .sort((a, b) => a.firstMinute - b.firstMinute);
    const others = processes.filter((process) => process.version !== version);
    return runsOfVersion(own, others);
  });
  return runs.sort((a, b) => a.first - b.first || startOf(a) - startOf(b));
}

function runsOfVersion(own: readonly ProcessRun[], others: readonly ProcessRun[]): VersionRun[] {
  const runs: { version: string; processes: ProcessRun[]; first: number; last: number }[] = [];
  for (const process of own) {
    const run = runs.at(-1);
    if (run === undefined || wasAway(run.last, process.firstMinute, others)) {
      const { version, firstMinute: first, lastMinute: last } = process;
      runs.push({ version, processes: [process], first, last });
      continue;
    }
    run.processes.push(process);
    run.last = Math.max(run.last, process.lastMinute);
  }
  return runs;
}

function wasAway(last: number, first: number, others: readonly ProcessRun[]): boolean {
  const missing = first - last - 1;
  if (missing < AWAY_MINUTES) return false;
  if (missing > PAUSE_MINUTES) return true;
  return others.some(({ firstMinute, lastMinute }) => firstMinute < first && lastMinute > last);
}

/** A time at which every process of a version was replaced by a new one of the same version. */
export interface Restart {
  readonly version: string;
  readonly at: number;
}

/** Silent for so long, a process has ended; uploads may be late. */
const GONE_MINUTES = 5;
/** A rolling restart takes so long at most. */
const RESTART_MINUTES = 10;

/**
 * Find restarts of an unchanged version: the code is the same on both sides, so a verdict on one that
 * says `more` or `less` is a false alarm.
 *
 * Shape   as `detectTakeovers`. Processes that do not say when they began are left out.
 */
export function detectRestarts(processes: readonly ProcessRun[], nowMinute: number): Restart[] {
  const restarts: Restart[] = [];
  for (const version of new Set(processes.map((process) => process.version))) {
    const own = processes
      .filter((process) => process.version === version && process.startedAtMs > 0)
      .sort((a, b) => a.startedAtMs - b.startedAtMs);
    const others = processes.filter((process) => process.version !== version);
    let after = Number.NEGATIVE_INFINITY;
    for (const process of own) {
      const minute = Math.floor(process.startedAtMs / MINUTE_MS);
      if (minute <= after) continue;
      const old = own.filter(
        (one) =>
          one.firstMinute < minute - 1 &&
          one.lastMinute >= minute - RESTART_MINUTES &&
          Math.floor(one.startedAtMs / MINUTE_MS) < minute,
      );
      const end = minute + RESTART_MINUTES;
      const gone = old.length > 0 && old.every(({ lastMinute }) => lastMinute <= end);
      const alone = others.every(
        (one) => one.lastMinute < minute - RESTART_MINUTES || one.firstMinute > end,
      );
      if (
        !gone ||
        !alone ||
        nowMinute <= Math.max(...old.map(({ lastMinute }) => lastMinute)) + GONE_MINUTES
      )
        continue;
      restarts.push({ version, at: process.startedAtMs });
      after = end;
    }
  }
  return restarts.sort((a, b) => a.at - b.at);
}
