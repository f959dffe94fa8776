import type { Deploy, FunctionSeriesAnswer, SeriesAnswer } from '@flamehouse/proto';
import { sayShare } from './format.ts';
import type { Range } from './time.ts';

/** One line over a range: a value per step, null where nothing reported. */
export interface Line {
  readonly stepMs: number;
  readonly timesMs: readonly number[];
  readonly values: readonly (number | null)[];
  readonly peak: number;
}

/** A version and when it is first seen. */
export interface Appearance {
  readonly version: string;
  readonly atMs: number;
  readonly deploy?: Deploy; // what is known of it, once it was found
}

/** Add the groups of a series up and put a null where no group has a value. */
export function sumSeries(answer: SeriesAnswer): Line {
  const { stepMs } = answer;
  const sums = new Map<number, number>();
  for (const { timesMs, values } of answer.series)
    timesMs.forEach((time, i) => {
      sums.set(time, (sums.get(time) ?? 0) + values[i]!);
    });
  const known = [...sums.keys()].sort((a, b) => a - b);
  if (known.length === 0) return { stepMs, timesMs: [], values: [], peak: 0 };
  const timesMs: number[] = [];
  for (let time = known[0]!; time <= known.at(-1)!; time += stepMs) timesMs.push(time);
  const onGrid = known.every((time) => (time - known[0]!) % stepMs === 0);
  const times = onGrid ? timesMs : known;
  const values = times.map((time) => sums.get(time) ?? null);
  return { stepMs, timesMs: times, values, peak: Math.max(0, ...sums.values()) };
}

/** How much of a range reported anything, and the mean over that part. */
export function coverage(line: Line, range: Range): { coveredMs: number; mean: number } {
  let coveredMs = 0;
  let sum = 0;
  line.timesMs.forEach((time, i) => {
    const value = line.values[i];
    if (value === null || value === undefined) return;
    const inside = Math.min(time + line.stepMs, range.to) - Math.max(time, range.from);
    if (inside <= 0) return;
    coveredMs += inside;
    sum += value * inside;
  });
  return { coveredMs, mean: coveredMs > 0 ? sum / coveredMs : 0 };
}

/** When each version of a series grouped by version is first seen, except those that were there at the start. */
export function appearances(answer: SeriesAnswer): Appearance[] {
  const all = answer.series
    .map(({ labels, timesMs }) => ({ version: labels['version'] ?? '', atMs: timesMs[0] ?? 0 }))
    .filter(({ version, atMs }) => version !== '' && atMs > 0)
    .sort((a, b) => a.atMs - b.atMs);
  const first = all[0]?.atMs ?? 0;
  // Data that begins with the range began before it; only what comes later is an appearance.
  const fromTheStart = first <= answer.from + answer.stepMs;
  return fromTheStart ? all.filter(({ atMs }) => atMs > first) : all;
}

/** At most three ticks from 0, at round numbers of the unit; bytes are round in KiB, MiB, GiB. */
export function niceTicks(max: number, bytes: boolean): number[] {
  if (!(max > 0)) return [0];
  const unit = bytes ? 1024 ** Math.floor(Math.max(0, Math.log2(max)) / 10) : 1;
  const target = max / unit / 2;
  const power = 10 ** Math.floor(Math.log10(target));
  const step = [5, 2, 1].find((nice) => nice * power <= target) ?? 1;
  const ticks: number[] = [];
  for (let tick = 0; tick <= max / unit && ticks.length < 4; tick += step * power)
    ticks.push(Number((tick * unit).toPrecision(12)));
  return ticks.length === 4 ? [ticks[0]!, ticks[2]!] : ticks;
}

/** The history of one function: its total over time, and its share of all at both ends of the range. */
export function functionHistory(
  answer: FunctionSeriesAnswer,
): { readonly line: Line; readonly range: Range; readonly words: string } | null {
  const one = (part: 'total' | 'all'): Line =>
    sumSeries({
      ...answer,
      series: answer.series.map(({ labels, timesMs, ...values }) => ({
        labels,
        timesMs,
        values: values[part],
      })),
    });
  const line = one('total');
  const all = one('all');
  if (line.timesMs.length === 0) return null;
  const share = (from: number, to: number): number => {
    const sum = ({ values }: Line): number =>
      values.slice(from, to).reduce<number>((total, value) => total + (value ?? 0), 0);
    return sum(line) / (sum(all) || 1);
  };
  const count = line.values.length;
  const part = Math.max(1, Math.ceil(count / 10));
  const before = sayShare(share(0, part));
  const after = sayShare(share(count - part, count));
  const range = { from: line.timesMs[0]!, to: line.timesMs.at(-1)! + line.stepMs };
  return { line, range, words: before === after ? after : `${before} → ${after}` };
}

/** One line of a split: its label and its values at the times of the whole line. */
export interface SplitLine {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly mean: number; // over the times at which it reported
}

const SPLIT_LINES_MAX = 5;

/** The groups of a series at the times of the whole, largest first; the smallest are added up as one line. */
export function splitSeries(answer: SeriesAnswer, label: string, line: Line): SplitLine[] {
  const at = new Map(line.timesMs.map((time, i) => [time, i]));
  const groups = new Map<string, (number | null)[]>();
  for (const { labels, timesMs, values } of answer.series) {
    const name = labels[label] ?? '';
    const sums = groups.get(name) ?? line.timesMs.map((): number | null => null);
    timesMs.forEach((time, i) => {
      const slot = at.get(time);
      if (slot !== undefined) sums[slot] = (sums[slot] ?? 0) + values[i]!;
    });
    groups.set(name, sums);
  }
  const sum = (values: readonly (number | null)[]): number =>
    values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const sorted = [...groups].sort((a, b) => sum(b[1]) - sum(a[1]) || a[0].localeCompare(b[0]));
  const shown = sorted.length > SPLIT_LINES_MAX ? sorted.slice(0, SPLIT_LINES_MAX - 1) : sorted;
  const rest = sorted.slice(shown.length).map(([, values]) => values);
  if (rest.length > 0) shown.push([`${rest.length} smaller`, rest.reduce(addValues)]);
  return shown.map(([name, values]) => {
    const reported = values.filter((value) => value !== null).length;
    return {
      name: name || (label === 'endpoint' ? 'no request' : 'none'),
      values,
      mean: sum(values) / (reported || 1),
    };
  });
}

const addValues = (a: (number | null)[], b: (number | null)[]): (number | null)[] =>
  a.map((value, i) => {
    const other = b[i] ?? null;
    return value === null && other === null ? null : (value ?? 0) + (other ?? 0);
  });

/** What the service would come to if every instance were like its lowest, or its highest. */
export interface Band {
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  readonly instances: number;
}

/** The band over instances at the times of the whole line; null when there are not two. */
export function instanceBand(answer: SeriesAnswer, line: Line): Band | null {
  const at = new Map<number, number[]>();
  const seen = new Set<string>();
  for (const { labels, timesMs, values } of answer.series) {
    seen.add(labels['instance'] ?? '');
    timesMs.forEach((time, i) => {
      at.set(time, [...(at.get(time) ?? []), values[i]!]);
    });
  }
  if (seen.size < 2) return null;
  const edge = (pick: (...values: number[]) => number) =>
    line.timesMs.map((time) => {
      const values = at.get(time) ?? [];
      return values.length < 2 ? null : pick(...values) * values.length;
    });
  return { low: edge(Math.min), high: edge(Math.max), instances: seen.size };
}

/** What deploys say about when versions took over; without deploys, when each is first seen. */
export function versionFlags(
  deploys: readonly Deploy[],
  seen: readonly Appearance[],
  environment: string,
): Appearance[] {
  const known = deploys
    .filter((deploy) => environment === '' || deploy.environment === environment)
    .map((deploy) => ({ version: deploy.version, atMs: deploy.at, deploy }));
  const named = new Set(known.map(({ version }) => version));
  return [...known, ...seen.filter(({ version }) => !named.has(version))].sort(
    (a, b) => a.atMs - b.atMs,
  );
}
