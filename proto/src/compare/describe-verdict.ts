import { formatCount, formatPercent } from '../units.ts';
import type { ComparedFunction } from './input.ts';
import type { Comparison } from './report.ts';
import type { OriginChange } from './rows.ts';
import type { Normaliser } from './standardise.ts';

/** How the sides are called: versions, or ranges in the viewer's zone. */
export interface SideNames {
  readonly base: string;
  readonly head: string;
}

const SPACE = '\u00a0';
const MINUS = '\u2212';
const TICKS_NEEDED = 600;
const MINUTES_NEEDED = 2;

const MEASURE: Readonly<Record<Normaliser, string>> = {
  request: 'CPU per request',
  cores: 'CPU per instance',
  share: 'of its CPU',
};

/** The answer in words that could be pasted into a chat. */
export function describeVerdict(comparison: Comparison, names: SideNames): string {
  const { verdict, normaliser, smallest, functions } = comparison;
  const measure = MEASURE[normaliser];
  const { base, head } = names;
  if (verdict.state === 'not-enough-data') return notEnough(comparison, names);
  if (normaliser === 'share') return shareSentence(comparison, names);
  if (verdict.state === 'no-change') {
    const same = `${head} takes the same ${measure} as ${base}`;
    if (!verdict.cancelled) {
      return `${same}. A change of ${formatPercent(smallest.ofService)} would have been seen.`;
    }
    const changed = functions.filter(({ origin }) => origin > 0).length;
    return `${same}, but ${counted(changed, 'function')} changed.`;
  }
  const size = formatPercent(Math.abs(verdict.effect.value));
  const alike = verdict.from === 'common' ? ', in all functions alike' : '';
  return `${head} takes ${size} ${verdict.state} ${measure} than ${base}${alike}.`;
}

/** The functions that are responsible, with the interval: the second line of a verdict. */
export function describeCause(
  { verdict, origins, common }: Comparison,
  functions: readonly ComparedFunction[],
): string {
  if (verdict.state === 'not-enough-data') return '';
  const { low, high } = verdict.effect;
  const interval = `95${SPACE}% interval ${signedPercent(low)} to ${signedPercent(high)}.`;
  if (verdict.from === 'common') {
    return `${interval} A runtime upgrade, a flag or another machine type does that; a single function does not.`;
  }
  if (origins.length === 0) return interval;
  const names = origins.map((origin) => originText(origin, functions)).join(', ');
  const wide =
    verdict.from === 'service-and-common'
      ? ` It covers so much of the service that a change of everything else (${signedPercent(common.change)}) is counted with it.`
      : '';
  return `${interval} ${names}.${wide}`;
}

/** What moved all functions alike, and why it does not count. */
export function describeCommon({ common, verdict, simultaneous }: Comparison): string {
  if (verdict.state === 'not-enough-data') return '';
  const usual = formatPercent(Math.expm1((Math.log1p(common.high) - Math.log1p(common.low)) / 2));
  const more = common.change < 0 ? 'less' : 'more';
  const moved = `All functions took ${formatPercent(Math.abs(common.change))} ${more} CPU alike`;
  if (!common.flagged) return `${moved}; the usual range is ±${usual}, so this is not counted.`;
  const advice = simultaneous ? '' : ' Compare with a canary to be sure.';
  return `${moved}, beyond the usual range of ±${usual}.${advice}`;
}

function shareSentence({ verdict, origins }: Comparison, { base, head }: SideNames): string {
  if (origins.length === 0) return `${head} spreads its CPU over functions as ${base} does.`;
  const size = formatPercent(Math.abs(verdict.effect.value));
  return `${head} spends ${size} ${verdict.effect.value < 0 ? 'less' : 'more'} of its CPU in ${counted(origins.length, 'function')} than ${base}.`;
}

function notEnough(comparison: Comparison, names: SideNames): string {
  const { base, head: after, verdict, smallest } = comparison;
  const { head } = names;
  const seen = formatPercent(smallest.ofService);
  switch (verdict.shortage) {
    case 'ticks':
      return `Not enough samples to judge ${head}. ${formatCount(base.busyTicks)} before and ${formatCount(after.busyTicks)} after; at least ${TICKS_NEEDED} on each side are needed.`;
    case 'requests':
      return `Not enough data to judge ${head}. Requests were counted on one side only.`;
    case 'direction':
      return `Not enough data to judge ${head}. Half of its functions moved against the other half, and either may have changed; compare with a canary.`;
    case 'smallest-change':
      return `Not enough data to judge ${head}. Only a change above ${seen} would have been seen; more minutes or more instances narrow that.`;
    default:
      return `Not enough data to judge ${head}. Each process needs ${MINUTES_NEEDED} complete minutes after its warm-up; ${head} has ${minutesEach(after)}, ${names.base} has ${minutesEach(base)}.`;
  }
}

/** Complete minutes that a process of this side has, on average. */
export function minutesEach({ instances, minutes }: Comparison['base']): number {
  return instances === 0 ? 0 : Math.floor(minutes / instances);
}

function originText({ func, effect, state }: OriginChange, functions: readonly ComparedFunction[]) {
  const word = state === 'new' || state === 'gone' ? `${state} ` : '';
  return `${functions[func]!.name} ${word}${signedPoints(effect.value)}`;
}

/** Shares of the service change in percentage points: +6.4 pp. */
function signedPoints(share: number): string {
  return `${share < 0 ? MINUS : '+'}${Math.abs(share * 100).toFixed(1)}${SPACE}pp`;
}

function signedPercent(share: number): string {
  return share > 0 ? `+${formatPercent(share)}` : formatPercent(share);
}

function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
