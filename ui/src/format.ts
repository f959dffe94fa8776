import {
  aliasOf,
  formatBytes,
  formatCount,
  formatMicros,
  formatNumber,
  formatPercent,
  isGauge,
  unitOf,
} from '@flamehouse/proto';

export { formatBytes, formatCount, formatMicros, formatNumber, formatPercent };

const NBSP = '\u00a0';

/** How values of one profile type are said: in a title, in a sentence, in a table. */
export interface Measure {
  readonly title: string; // of the panel: CPU, Heap in use
  readonly subject: string; // in "33 % of CPU goes through"
  readonly verb: string;
  readonly seriesTitle: string;
  readonly column: string; // unit in the table's head; '' when every value carries its own
  readonly perSecond: boolean; // values are shown as a rate over the covered time
  /** A value of the table or of the details, without what `column` already says. */
  readonly short: (value: number, coveredMs: number) => string;
  /** A value with its unit. */
  readonly long: (value: number, coveredMs: number) => string;
  /** A value of the series. */
  readonly tick: (value: number) => string;
}

const cores = (micros: number, coveredMs: number): number =>
  coveredMs > 0 ? micros / 1000 / coveredMs : 0;

/** A cell holds seven characters, so small values keep two digits, and the smallest are not called 0. */
function cellNumber(value: number): string {
  if (value <= 0 || value >= 0.001) return formatNumber(value);
  return value < 0.0001 ? '<0.0001' : value.toPrecision(2);
}

const CPU: Measure = {
  title: 'CPU',
  subject: 'CPU',
  verb: 'goes through',
  seriesTitle: 'CPU, cores',
  column: 'cores',
  perSecond: true,
  short: (v, ms) => cellNumber(cores(v, ms)),
  long: (v, ms) => `${formatNumber(cores(v, ms))}${NBSP}cores`,
  tick: formatNumber,
};

const WALL: Measure = {
  ...CPU,
  title: 'Wall time',
  subject: 'wall time',
  verb: 'passes in',
  seriesTitle: 'Wall time, seconds per second',
  column: 's/s',
  long: (v, ms) => `${formatNumber(cores(v, ms))}${NBSP}s/s`,
};

const amount = (
  words: Pick<Measure, 'title' | 'subject' | 'verb' | 'seriesTitle'>,
  format: (value: number) => string,
): Measure => ({
  ...words,
  column: '',
  perSecond: false,
  short: format,
  long: format,
  tick: format,
});

const NAMED: Readonly<Record<string, Measure>> = {
  cpu: CPU,
  wall: WALL,
  heap: amount(
    {
      title: 'Heap in use',
      subject: 'the heap in use',
      verb: 'was allocated through',
      seriesTitle: 'Heap in use',
    },
    formatBytes,
  ),
  'heap-objects': amount(
    {
      title: 'Objects in use',
      subject: 'the objects in use',
      verb: 'were allocated through',
      seriesTitle: 'Objects in use',
    },
    formatCount,
  ),
  alloc: amount(
    {
      title: 'Allocated',
      subject: 'allocated bytes',
      verb: 'come from',
      seriesTitle: 'Allocated, per second',
    },
    formatBytes,
  ),
  'alloc-objects': amount(
    {
      title: 'Objects allocated',
      subject: 'allocated objects',
      verb: 'come from',
      seriesTitle: 'Objects allocated, per second',
    },
    formatCount,
  ),
};

/** The words of a profile type; one that nobody named is called by its own first two parts. */
export function measureOf(type: string): Measure {
  const alias = aliasOf(type);
  if (alias !== null) return NAMED[alias]!;
  const parts = type.split(':');
  const title = parts[0] === parts[1] ? parts[0]! : `${parts[0]} ${parts[1]}`.replaceAll('_', ' ');
  const unit = safeUnit(type);
  const format =
    unit === 'microseconds' ? formatMicros : unit === 'bytes' ? formatBytes : formatCount;
  const rate = isGaugeType(type) ? '' : ', per second';
  return amount(
    { title, subject: title, verb: 'goes through', seriesTitle: `${title}${rate}` },
    format,
  );
}

function safeUnit(type: string): string {
  try {
    return unitOf(type);
  } catch {
    return 'count'; // A type of a future server: its numbers are still worth showing.
  }
}

function isGaugeType(type: string): boolean {
  try {
    return isGauge(type);
  } catch {
    return false; // As above.
  }
}

/** A share in a sentence: whole percent from 10 on, otherwise as in tables. */
export const sayShare = (share: number): string =>
  share >= 0.0995 ? `${Math.round(share * 100)}${NBSP}%` : formatPercent(share);

/** A share in a column whose head says "%": one decimal, two below 1. */
export const columnShare = (share: number): string => formatPercent(share).replace(`${NBSP}%`, '');

export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${groupDigits(n)}${NBSP}${n === 1 ? one : many}`;

/** Counts in full: 3,993. */
export const groupDigits = (n: number): string => String(n).replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** A change of a value in percent of what it was, with its sign: +9.4 %, −11.0 %. */
export function sayChange(change: number): string {
  const percent = Math.abs(change * 100).toFixed(Math.abs(change) >= 10 ? 0 : 1);
  const sign = Number(percent) === 0 ? '' : change > 0 ? '+' : '−';
  return `${sign}${percent}${NBSP}%`;
}
