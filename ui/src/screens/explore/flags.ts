import type { Appearance } from '../../series.ts';
import type { Range } from '../../time.ts';

const ICON_WIDTH = 26;
const CHARACTER_WIDTH = 7;
const TEXT_WIDTH_MAX = 220;
const LANES = 2;

export interface FlagPlace {
  readonly lane: number; // 0 above the plot, 1 just below its top
  readonly flip: boolean; // the flag hangs to the left of its line
  readonly text: boolean; // whether its name fits
}

/**
 * Place flags so that none covers another: in the first of two lanes where one fits, to the left of its
 * line at the right edge, and without its name where even that does not help.
 *
 * Units   `x` and `room` in CSS pixels; flags come sorted by `x`.
 */
export function placeFlags(
  flags: readonly { readonly x: number; readonly text: string }[],
  room: number,
): FlagPlace[] {
  const taken = Array.from({ length: LANES }, () => Number.NEGATIVE_INFINITY);
  return flags.map(({ x, text }) => {
    const full = Math.min(TEXT_WIDTH_MAX, ICON_WIDTH + text.length * CHARACTER_WIDTH);
    for (const width of [full, ICON_WIDTH]) {
      const flip = x + width > room;
      const start = flip ? x - width : x;
      const lane = taken.findIndex((end) => end <= start);
      if (lane < 0) continue;
      taken[lane] = start + width;
      return { lane, flip, text: width === full };
    }
    return { lane: LANES - 1, flip: x + ICON_WIDTH > room, text: false };
  });
}

/** From the next or previous version on, as far as it ran alone; null where there is none. */
export function neighbourDeploy(
  flags: readonly Appearance[],
  selection: Range | null,
  range: Range,
  way: 1 | -1,
): Range | null {
  const starts = flags.map(({ atMs }) => atMs).filter((at) => at >= range.from && at < range.to);
  const at = selection?.from ?? (way === 1 ? range.from - 1 : range.to);
  const from =
    way === 1 ? starts.find((start) => start > at) : starts.findLast((start) => start < at);
  if (from === undefined) return null;
  const next = starts.find((start) => start > from);
  return { from, to: Math.round(next ?? range.to) };
}
