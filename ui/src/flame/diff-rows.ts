import { formatPercent } from '../format.ts';
import { DIFF_STEPS } from './colours.ts';

/**
 * What changed between two sides, for each row of a flame tree.
 *
 * Units   `base` and `head` share the unit of the comparison; `delta` is a share of the whole service
 *         on the base side.
 */
export interface DiffRows {
  readonly base: Float64Array;
  readonly head: Float64Array;
  readonly delta: Float64Array;
  readonly step: Int8Array; // 0 is no significant change, 1 to 6 takes more, -1 to -6 takes less
  readonly fresh: Uint8Array; // 1: not there before
  readonly gone: Uint8Array; // 1: not there after
  readonly origin: Uint8Array; // 1: the change begins here
  readonly domain: number; // the change at which the scale ends, as a share
}

export const isSignificant = (diff: DiffRows, row: number): boolean => diff.step[row] !== 0;

/** Any hue means significant, so the smallest change takes the first step. */
export function diffStep(delta: number, domain: number): number {
  const size = Math.ceil((Math.abs(delta) / domain) * DIFF_STEPS);
  const step = Math.min(DIFF_STEPS, Math.max(1, size));
  return delta < 0 ? -step : step;
}

const NBSP = '\u00a0';

/** A change as a share of the service, with its sign: +6.4 %, −0.9 %, 0 %. */
export function sayDelta(delta: number): string {
  const text = formatPercent(Math.abs(delta));
  if (Number.parseFloat(text) === 0) return `0${NBSP}%`;
  return `${delta < 0 ? '−' : '+'}${text}`;
}

/** The mark before a name and the number behind it, so that colour is not all that tells a change. */
export function diffLabel(diff: DiffRows, row: number): { mark: string; share: string } {
  const step = diff.step[row]!;
  if (step === 0) return { mark: '', share: '' };
  const mark = diff.origin[row] === 1 ? '◆ ' : step > 0 ? '▲ ' : '▼ ';
  const word = diff.fresh[row] === 1 ? 'new ' : diff.gone[row] === 1 ? 'gone ' : '';
  return { mark, share: `${word}${sayDelta(diff.delta[row]!)}` };
}
