import type { AskedSide } from '../compare/side.ts';
import type { TimeRange } from '../storage/profile-store.ts';
import type { DeployEntry } from './entry.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Head is what ran in the first hours: 15 kept minutes of a service with little traffic may take long. */
const HEAD_MS = DAY_MS;

export interface DeploySides {
  readonly base: AskedSide;
  readonly head: AskedSide;
}

/**
 * Both sides of a deploy: base from a day before it until now, and what followed. When base still runs
 * beside head, the comparison takes the clock minutes of head; else those before it.
 */
export function sidesOf(entry: DeployEntry, nowMs: number): DeploySides {
  const { service, environment, version, baseVersion, at } = entry;
  const unchanged = baseVersion === version;
  const end = Math.min(nowMs, at + HEAD_MS);
  const side = (of: string, range: TimeRange, name: string): AskedSide => ({
    selector: selectorOf(of, range),
    name,
    ranged: false,
    selection: { service, environment, version: of, range },
  });
  // The minute of the deploy itself belongs to neither side of an unchanged version.
  const cut = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const headFrom = unchanged ? cut + MINUTE_MS : cut;
  const baseTo = unchanged ? cut : Math.max(end, cut);
  return {
    base: side(
      baseVersion ?? '',
      { from: at - DAY_MS, to: baseTo },
      unchanged ? 'before' : (baseVersion ?? ''),
    ),
    head: side(version, { from: headFrom, to: Math.max(end, headFrom + 1) }, version),
  };
}

export function selectorOf(version: string, { from, to }: TimeRange): string {
  return `version:${version}@${from}~${to}`;
}
