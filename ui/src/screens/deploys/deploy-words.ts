import type { Deploy, DeployVerdict, Interval } from '@flamehouse/proto';
import { chipOf } from '../../components/verdict-chip.tsx';
import { formatBytes, formatPercent } from '../../format.ts';
import { compareUrl, NO_SIDE } from '../../state/compare-url.ts';
import type { DeployTab } from '../../state/deploys-url.ts';
import { formatDay, formatMinute } from '../../time.ts';
import { sayPoints } from '../compare/size-words.ts';

/** Where a deploy stands among the tabs; null for a first version, which only `all` shows. */
export function tabOf({ verdict }: Deploy): Exclude<DeployTab, 'all'> | null {
  if (verdict === null) return null;
  return verdict.status === 'judging' || verdict.state === null ? 'judging' : verdict.state;
}

/** Takes more CPU or memory, and nobody said that this is intended. */
export function needsLook(deploy: Deploy): boolean {
  const { verdict, expected } = deploy;
  if (verdict === null || expected || tabOf(deploy) === 'judging') return false;
  return verdict.state === 'more' || verdict.memory?.state === 'more';
}

/** The memory of a deploy, where that and not its CPU is what changed. */
function memoryChange({ state, memory }: DeployVerdict) {
  const changed = memory?.state === 'more' || memory?.state === 'less';
  return changed && state !== 'more' && state !== 'less' ? memory : null;
}

/** The change that the row shows: of CPU, or of memory where only that changed; null while there is none. */
export function changeOf(deploy: Deploy): Interval | null {
  const { verdict } = deploy;
  const tab = tabOf(deploy);
  if (verdict === null || tab === 'judging' || tab === 'not-enough-data') return null;
  return memoryChange(verdict)?.effect ?? verdict.effect;
}

/** The interval that is drawn: also of a verdict that is still open, as a hollow one. */
export const drawnInterval = ({ verdict }: Deploy): Interval | null =>
  verdict === null ? null : (memoryChange(verdict)?.effect ?? verdict.effect);

const ORIGINS_MAX = 2;

/** The reason in a few words: functions, what would have been seen, or what is waited for. */
export function whyOf(deploy: Deploy): string {
  const { verdict, kind } = deploy;
  if (verdict === null) return kind === 'first' ? 'nothing ran before it' : 'not judged yet';
  const memory = memoryChange(verdict);
  if (memory !== null)
    return `live heap of an instance ${formatBytes(memory.baseBytes)} → ${formatBytes(memory.headBytes)}`;
  switch (tabOf(deploy)) {
    case 'judging':
      return verdict.nextLookAt === null
        ? 'waits for the first minutes'
        : `next look at about ${formatMinute(verdict.nextLookAt)}`;
    case 'no-change':
      return verdict.smallestChange === null
        ? ''
        : `would have seen ${formatPercent(verdict.smallestChange)}`;
    case 'not-enough-data':
      return verdict.smallestChange === null || verdict.smallestChange > 1
        ? 'too few minutes to see a change'
        : `would have seen only a change of ${formatPercent(verdict.smallestChange)}`;
    default:
      return originsText(verdict);
  }
}

function originsText({ origins }: DeployVerdict): string {
  if (origins.length === 0) return 'all functions alike';
  const named = origins
    .slice(0, ORIGINS_MAX)
    .map(({ name, effect, state }) =>
      state === 'new' || state === 'gone'
        ? `${name} ${state}`
        : `${name} ${sayPoints(effect.value)}`,
    );
  const more = origins.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** One sentence over the list: what needs a look, or that nothing does. */
export function listSentence(deploys: readonly Deploy[], rows: number): string {
  const look = deploys.filter(needsLook).length;
  const judging = deploys.filter((deploy) => tabOf(deploy) === 'judging').length;
  const all = rows === 1 ? '1 deploy' : `${rows} deploys`;
  if (look > 0) return `${look} of ${all} ${look === 1 ? 'needs' : 'need'} a look.`;
  if (judging > 0) return `${judging} of ${all} ${judging === 1 ? 'is' : 'are'} being judged.`;
  return rows === 1 ? 'The one deploy needs no look.' : `None of ${all} needs a look.`;
}

/** Those that need a look, each in its own words: at most three. */
export function lookSentences(deploys: readonly Deploy[]): string {
  const look = deploys.filter(needsLook);
  const said = look.slice(0, 3).map((deploy) => `${deploy.service}: ${shortSentence(deploy)}`);
  const more = look.length - said.length;
  return `${said.join(' ')}${more > 0 ? ` And ${more} more.` : ''}`;
}

const shortSentence = (deploy: Deploy): string =>
  memorySentence(deploy) ?? deploy.verdict!.sentence;

/** The sentence of a deploy of which only the memory changed; null for all others. */
export function memorySentence({ version, verdict }: Deploy): string | null {
  const memory = verdict === null ? null : memoryChange(verdict);
  if (memory === null) return null;
  const { value } = memory.effect;
  const way = value < 0 ? 'less' : 'more';
  return `${version} holds ${formatPercent(Math.abs(value))} ${way} live heap.`;
}

/** The colour of a line of CPU: memory that changed says nothing about it. */
export function lineKind({ verdict }: Deploy): '' | 'more' | 'less' {
  const open = verdict === null || verdict.status === 'judging';
  return open || (verdict.state !== 'more' && verdict.state !== 'less') ? '' : verdict.state;
}

const WEEKDAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;
const DAY_MS = 86_400_000;

/** Today, Yesterday or the weekday, and the date. */
export function dayWords(ms: number, nowMs: number): { day: string; date: string } {
  const start = (at: number) => new Date(at).setHours(0, 0, 0, 0);
  const days = Math.round((start(nowMs) - start(ms)) / DAY_MS);
  const weekday = WEEKDAYS[new Date(ms).getDay()]!;
  const day = days === 0 ? 'Today' : days === 1 ? 'Yesterday' : weekday;
  const date = day === weekday ? formatDay(ms) : `${weekday.slice(0, 3)} ${formatDay(ms)}`;
  return { day, date };
}

/** The comparison behind a verdict; null where nothing ran before. */
export function compareOf(deploy: Deploy): string | null {
  const { service, environment, baseSelector, headSelector } = deploy;
  if (baseSelector === null || headSelector === null) return null;
  return compareUrl({
    service,
    environment,
    a: { ...NO_SIDE, selector: baseSelector },
    b: { ...NO_SIDE, selector: headSelector },
  });
}

/** The accessible name of a row. */
export const rowLabel = (deploy: Deploy): string =>
  `${deploy.service} ${deploy.version} at ${formatMinute(deploy.at)}, ${chipOf(deploy.verdict).words}`;

const SCALES = [0.05, 0.1, 0.15, 0.25, 0.5, 1];

/** One scale for all rows, that three quarters of their changes fit on. */
export function rowScale(deploys: readonly Deploy[]): number {
  const sizes = deploys
    .map((deploy) => Math.abs(changeOf(deploy)?.value ?? 0))
    .sort((a, b) => a - b);
  const most = sizes[Math.floor(sizes.length * 0.75)] ?? 0;
  return SCALES.find((scale) => scale >= most * 1.1) ?? 1;
}
