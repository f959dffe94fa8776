import { formatSide, parseSide } from '../../state/compare-url.ts';
import type { Range } from '../../time.ts';

const MINUTE_MS = 60_000;

/** A selector whose minutes were dragged to another time. */
export function movedTo(selector: string, window: Range): string {
  const version = parseSide(selector)?.version ?? '';
  return formatSide({ version, from: String(window.from), to: String(window.to) });
}

/** Where the time line of a side lies: around its minutes, as wide as the other's. */
export function lineRange(kept: Range, spanMs: number, nowMs: number): Range {
  const middle = (kept.from + kept.to) / 2;
  const to = Math.min(nowMs, Math.ceil((middle + spanMs / 2) / MINUTE_MS) * MINUTE_MS);
  return { from: to - Math.ceil(spanMs / MINUTE_MS) * MINUTE_MS, to };
}
