import type { KnownVersion } from '../storage/deploy-store.ts';
import { type DeployEntry, deployId } from './entry.ts';

/** What CI says of a deploy. */
export interface DeployMark
  extends Pick<
    DeployEntry,
    'service' | 'environment' | 'version' | 'at' | 'revision' | 'url' | 'author'
  > {}

const MINUTE_MS = 60_000;
/** CI marks a deploy before it begins or when it is through. */
const SAME_MS = 30 * MINUTE_MS;
/** A version that was seen so lately still runs. */
const RUNNING_MS = 10 * MINUTE_MS;

/**
 * The entry that a mark changes or makes.
 *
 * A version that took over about then gets what CI says of it. A version that ran before is compared
 * before and after the mark. One that nobody has seen yet is announced, and becomes a deploy when it runs.
 *
 * Shape   `entries` and `known` are of the mark's service and environment.
 */
export function entryOfMark(
  mark: DeployMark,
  entries: readonly DeployEntry[],
  known: readonly KnownVersion[],
): DeployEntry {
  const { at, version } = mark;
  const same = entries
    .filter((entry) => entry.kind !== 'restart' && entry.version === version)
    .filter((entry) => Math.abs(entry.at - at) <= SAME_MS)
    .sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))
    .find(
      ({ revision }) => revision === null || mark.revision === null || revision === mark.revision,
    );
  if (same !== undefined) {
    const { revision, url, author } = mark;
    return {
      ...same,
      revision: revision ?? same.revision,
      url: url ?? same.url,
      author: author ?? same.author,
      changes: same.changes + 1,
    };
  }
  const running = runningAt(at, known);
  const own = known.find((one) => one.version === version);
  const seen = own !== undefined && own.firstSeen < at && own.lastSeen >= at - RUNNING_MS;
  return {
    ...mark,
    id: deployId(mark, 'mark'),
    kind: seen ? 'mark' : own === undefined ? 'new' : 'return',
    baseVersion: seen ? version : running,
    rollout: 'replacement',
    expected: false,
    seen,
    changes: 1,
  };
}

/** The version that began last among those that run. */
function runningAt(at: number, known: readonly KnownVersion[]): string | null {
  const running = known.filter(
    ({ firstSeen, lastSeen }) => firstSeen < at && lastSeen >= at - RUNNING_MS,
  );
  return [...running].sort((a, b) => b.firstSeen - a.firstSeen)[0]?.version ?? null;
}
