import type { DeployStore, KnownVersion, StoredDeploy } from '../storage/deploy-store.ts';
import { detectRestarts, detectTakeovers, type Takeover } from './detect.ts';
import { type DeployEntry, deployId, type ProcessRun, placeOf } from './entry.ts';
import { type DeployMark, entryOfMark } from './mark.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The first look back after a start finds what happened while nobody looked; later ones what came late. */
const FIRST_LOOK_BACK_MS = 25 * HOUR_MS;
const LOOK_BACK_MS = 3 * HOUR_MS;
/** Late uploads move the start of a version by as much as agents try to deliver them. */
const SAME_MS = HOUR_MS;
/** What runs in the first minutes that are looked at may have begun before them. */
const EDGE_MINUTES = 15;
/** CI often speaks before the version runs. */
const PENDING_MS = 24 * HOUR_MS;
/** A restart so near to a mark is part of what CI did, and no unchanged program. */
const MARKED_MS = 30 * MINUTE_MS;

export interface DeployBookOptions {
  readonly store: DeployStore;
  readonly now: () => number;
}

/** Finds deploys in what arrives and takes marks from CI; the only writer of entries in this process. */
export class DeployBook {
  private readonly options: DeployBookOptions;
  private lookBackMs = FIRST_LOOK_BACK_MS;
  private work: Promise<unknown> = Promise.resolve();

  constructor(options: DeployBookOptions) {
    this.options = options;
  }

  /** Store every deploy and restart that is not stored yet. */
  detect(): Promise<void> {
    return this.inTurn(async () => {
      const { store, now } = this.options;
      const nowMs = now();
      const from = nowMs - this.lookBackMs;
      const processes = (await store.listProcesses(from)).filter(({ version }) => version !== '');
      const versions = await store.listVersions();
      const stored = await store.listSince(from - PENDING_MS);
      for (const [place, own] of byPlace(processes)) {
        const entries = stored.map(({ entry }) => entry).filter((one) => placeOf(one) === place);
        const known = versions.filter((one) => placeOf(one) === place);
        for (const entry of changedEntries({ processes: own, entries, known, from, nowMs })) {
          await store.saveEntry(entry);
        }
      }
      this.lookBackMs = LOOK_BACK_MS;
    });
  }

  /** Take what CI says of a version: add it to the deploy that it means, or make a new one. */
  mark(mark: DeployMark): Promise<StoredDeploy> {
    return this.inTurn(async () => {
      const { store } = this.options;
      const place = placeOf(mark);
      const stored = (await store.listSince(mark.at - PENDING_MS)).filter(
        ({ entry }) => placeOf(entry) === place,
      );
      const known = (await store.listVersions()).filter((one) => placeOf(one) === place);
      const entry = entryOfMark(
        mark,
        stored.map((one) => one.entry),
        known,
      );
      await store.saveEntry(entry);
      const judgement = stored.find((one) => one.entry.id === entry.id)?.judgement ?? null;
      return { entry, judgement };
    });
  }

  /** Note that a person says a change is intended, or that it is not. Null when there is no such deploy. */
  expect(id: string, expected: boolean): Promise<StoredDeploy | null> {
    return this.inTurn(async () => {
      const { store } = this.options;
      const found = await store.get(id);
      if (found === null || found.entry.kind === 'restart') return null;
      if (found.entry.expected === expected) return found;
      const entry = { ...found.entry, expected, changes: found.entry.changes + 1 };
      await store.saveEntry(entry);
      return { ...found, entry };
    });
  }

  /** One change at a time: each reads what the one before it wrote. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.work.then(work);
    this.work = done.catch(() => {}); // Whoever asked gets the error.
    return done;
  }
}

function byPlace(processes: readonly ProcessRun[]): Map<string, ProcessRun[]> {
  const places = new Map<string, ProcessRun[]>();
  for (const process of processes) {
    const place = placeOf(process);
    const own = places.get(place);
    if (own === undefined) places.set(place, [process]);
    else own.push(process);
  }
  return places;
}

interface PlaceFacts {
  readonly processes: readonly ProcessRun[];
  readonly entries: readonly DeployEntry[];
  readonly known: readonly KnownVersion[];
  readonly from: number; // epoch milliseconds from which processes were looked at
  readonly nowMs: number;
}

/** Entries of one place that are new, or say something else than before. */
export function changedEntries(facts: PlaceFacts): DeployEntry[] {
  const { processes, known, entries, from } = facts;
  const { service, environment } = processes[0]!;
  const before = known.filter(({ firstSeen }) => firstSeen < from);
  const last = [...before].sort((a, b) => b.lastSeen - a.lastSeen)[0];
  const past = {
    lastVersion: last?.version ?? null,
    versions: new Set(before.map(({ version }) => version)),
  };
  const edge = from + EDGE_MINUTES * MINUTE_MS;
  const takeovers = detectTakeovers(processes, past).filter(
    ({ at }) => at >= edge || before.length === 0,
  );
  const taken = new Set<string>();
  const changed: DeployEntry[] = [];
  for (const takeover of takeovers) {
    const stored = nearest(entries, takeover, taken);
    if (stored !== null) taken.add(stored.id);
    const entry = entryOfTakeover(takeover, stored, { service, environment });
    if (entry !== null) changed.push(entry);
  }
  return [...changed, ...newRestarts(facts, [...entries, ...changed])];
}

/** The stored deploy that a takeover is: of the same version and about the same time, or announced by CI. */
function nearest(
  entries: readonly DeployEntry[],
  { version, at }: Takeover,
  taken: ReadonlySet<string>,
): DeployEntry | null {
  const same = entries.filter(
    (entry) =>
      entry.version === version &&
      !taken.has(entry.id) &&
      (entry.seen
        ? entry.kind !== 'restart' && entry.kind !== 'mark' && Math.abs(entry.at - at) <= SAME_MS
        : entry.at - at <= SAME_MS && at - entry.at <= PENDING_MS),
  );
  return same.sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))[0] ?? null;
}

/** Null when what is stored says the same. */
function entryOfTakeover(
  takeover: Takeover,
  stored: DeployEntry | null,
  place: Pick<DeployEntry, 'service' | 'environment'>,
): DeployEntry | null {
  if (stored === null) {
    const entry = { ...place, ...takeover };
    const id = deployId(entry, entry.kind);
    return { ...entry, id, ...NOTHING_SAID, expected: false, seen: true, changes: 1 };
  }
  const changes = stored.changes + 1;
  if (!stored.seen) return { ...stored, ...takeover, seen: true, changes };
  // A canary is seen as one only after some minutes, and stays one when base has gone.
  if (stored.rollout === 'overlap' || takeover.rollout === 'replacement') return null;
  return { ...stored, rollout: 'overlap', changes };
}

const NOTHING_SAID = { revision: null, url: null, author: null } as const;

function newRestarts(
  { processes, nowMs, from }: PlaceFacts,
  entries: readonly DeployEntry[],
): DeployEntry[] {
  const { service, environment } = processes[0]!;
  const near = ({ version, at }: { readonly version: string; readonly at: number }) =>
    entries.some(
      (entry) =>
        entry.version === version &&
        Math.abs(entry.at - at) <= MARKED_MS &&
        (entry.kind === 'restart' || entry.kind === 'mark' || entry.at >= at),
    );
  return detectRestarts(processes, Math.floor(nowMs / MINUTE_MS))
    .filter((restart) => restart.at >= from + EDGE_MINUTES * MINUTE_MS && !near(restart))
    .map((restart) => {
      const entry = { service, environment, ...restart };
      return {
        ...entry,
        ...NOTHING_SAID,
        id: deployId(entry, 'restart'),
        kind: 'restart',
        baseVersion: restart.version,
        rollout: 'replacement',
        expected: false,
        seen: true,
        changes: 1,
      };
    });
}
