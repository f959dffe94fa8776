import type { Normaliser } from '@flamehouse/proto';
import { formatMicros, formatNumber, formatPercent } from '../../format.ts';

const NBSP = '\u00a0';

/** How CPU of one normaliser is said: in a sentence, in a table, in the details of a frame. */
export interface SizeWords {
  readonly picker: string; // in the picker of the normaliser
  readonly measure: string; // what the numbers are
  readonly column: string; // unit in the head of a table
  readonly short: (value: number) => string; // without that unit
  readonly long: (value: number) => string;
  readonly perRequest: boolean;
}

const MILLISECONDS_FROM = 1_000;

/** Words for values of a size like `example`, so that one table keeps one unit. */
export function sizeWords(normaliser: Normaliser, example: number): SizeWords {
  if (normaliser === 'request') {
    const ms = example >= MILLISECONDS_FROM;
    return {
      picker: 'per request',
      measure: 'CPU per request',
      column: ms ? 'ms' : 'µs',
      short: (micros) => cell(ms ? micros / 1000 : micros),
      long: (micros) => `${formatMicros(micros)}/request`,
      perRequest: true,
    };
  }
  const share = normaliser === 'share';
  return {
    picker: share ? 'share of total' : 'cores per instance',
    measure: share ? 'share of the CPU' : 'CPU per instance',
    column: share ? '%' : 'cores',
    short: (value) => cell(share ? value * 100 : value),
    long: (value) => (share ? formatPercent(value) : `${formatNumber(value)}${NBSP}cores`),
    perRequest: false,
  };
}

/** Nothing is a dash; small values keep two digits and are not called 0. */
function cell(value: number): string {
  if (!(value > 0)) return '–';
  if (value >= 0.001) return formatNumber(value);
  return value < 0.0001 ? '<0.0001' : value.toPrecision(2);
}

/** A change in percentage points of the service: +6.4 pp, −0.9 pp. */
export function sayPoints(share: number): string {
  const points = Math.abs(share * 100);
  const text = points.toFixed(points >= 0.095 ? 1 : 2);
  if (Number(text) === 0) return `0${NBSP}pp`;
  return `${share < 0 ? '−' : '+'}${text}${NBSP}pp`;
}

/** `+5.2 … +7.7`: the ends of an interval in percentage points. */
export function sayRange(low: number, high: number): string {
  const end = (share: number) => sayPoints(share).replace(`${NBSP}pp`, '');
  return `${end(low)} … ${end(high)}`;
}

/** `<.001`, `.02`, `.61`. */
export function sayProbability(q: number): string {
  if (q < 0.001) return '<.001';
  return q.toFixed(q < 0.1 ? 3 : 2).replace(/^0/, '');
}
