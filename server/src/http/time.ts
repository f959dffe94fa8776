import { ApiError } from '../errors.ts';
import type { TimeRange } from '../storage/profile-store.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const EPOCH_MS = /^\d{1,16}$/;
const RELATIVE = /^now(?:-(\d{1,9})([smhdw]))?$/;
const ISO_8601 =
  /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const DATE_MS_MAX = 8_640_000_000_000_000; // the last instant that a Date can hold

/**
 * Read a time: epoch milliseconds, ISO 8601 (UTC unless it says otherwise), `now` or `now-15m`.
 *
 * Units   the result is epoch milliseconds.
 * Errors  ApiError QUERY_RANGE_INVALID naming the parameter and its value.
 */
export function parseTime(name: string, value: string, nowMs: number): number {
  const ms = epochMsOf(value, nowMs);
  if (Number.isNaN(ms) || ms < 0 || ms > DATE_MS_MAX) {
    throw new ApiError(
      'QUERY_RANGE_INVALID',
      `${name} is ${JSON.stringify(value)}, which is not a time`,
    );
  }
  return ms;
}

function epochMsOf(value: string, nowMs: number): number {
  const relative = RELATIVE.exec(value);
  if (relative !== null) {
    return nowMs - Number(relative[1] ?? 0) * (UNIT_MS[relative[2] ?? 's'] ?? 0);
  }
  // A plus sign that was not escaped arrives as a space.
  return EPOCH_MS.test(value) ? Number(value) : parseIso(value.replace(' ', '+'));
}

function parseIso(value: string): number {
  const match = ISO_8601.exec(value);
  if (match === null) return Number.NaN;
  const zone = match[1] === undefined && value.includes('T') ? 'Z' : '';
  return Date.parse(value + zone);
}

/**
 * Read `from` and `to` of a query; without them the last hour.
 *
 * Errors  ApiError QUERY_RANGE_INVALID when from is not before to.
 */
export function parseRange(
  query: { readonly from?: string; readonly to?: string },
  nowMs: number,
): TimeRange {
  const from = query.from ?? 'now-1h';
  const to = query.to ?? 'now';
  const range = { from: parseTime('from', from, nowMs), to: parseTime('to', to, nowMs) };
  if (range.from >= range.to) {
    throw new ApiError('QUERY_RANGE_INVALID', `from ${from} is not before to ${to}`);
  }
  return range;
}
