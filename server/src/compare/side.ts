import { parseSelector } from '@flamehouse/proto';
import { ApiError } from '../errors.ts';
import { parseRange } from '../http/time.ts';
import type { SideSelection } from '../storage/comparison-store.ts';

/** One side as it is asked for, before its minutes are known. */
export interface AskedSide {
  readonly selector: string;
  readonly name: string; // how sentences call it
  readonly ranged: boolean; // the caller chose the time
  readonly selection: SideSelection;
}

export interface SideQuery {
  readonly parameter: 'base' | 'head';
  readonly selector: string;
  readonly service: string;
  readonly environment?: string;
  readonly filter?: string;
}

const FORM = 'write version:1.2.3, range:FROM~TO, or version:1.2.3@FROM~TO';
/** A version without a time is looked for in the last day, where raw and minute data always are. */
const DEFAULT_FROM = 'now-24h';

/**
 * Read `version:X`, `range:FROM~TO` or `version:X@FROM~TO`.
 *
 * Errors  ApiError DIFF_SIDE_INVALID, QUERY_RANGE_INVALID, QUERY_LABEL_NOT_KEPT; ProfileError SELECTOR_INVALID.
 */
export function readSide(query: SideQuery, nowMs: number): AskedSide {
  const { parameter, selector } = query;
  const match = /^(?:range:(?<only>.+)|version:(?<version>[^@]+?)(?:@(?<range>.+))?)$/.exec(
    selector,
  );
  if (match === null) throw invalid(parameter, selector);
  const { only, version, range } = match.groups as Readonly<Record<string, string | undefined>>;
  const times = only ?? range;
  const [from, to, ...more] = (times ?? `${DEFAULT_FROM}~now`).split('~');
  if (from === undefined || to === undefined || more.length > 0) throw invalid(parameter, selector);
  const selection: SideSelection = {
    service: query.service,
    range: parseRange({ from, to }, nowMs),
    ...(version === undefined ? {} : { version }),
    ...(query.environment === undefined ? {} : { environment: query.environment }),
    ...readFilter(parameter, query.filter),
  };
  return { selector, name: version ?? times!, ranged: times !== undefined, selection };
}

const KEPT = ['version', 'environment', 'instance', 'endpoint'] as const;

/** The labels that the minute tables keep, each by equality. */
function readFilter(parameter: string, filter: string | undefined): Partial<SideSelection> {
  const kept: Partial<Record<(typeof KEPT)[number], string>> = {};
  for (const { name, op, value } of filter === undefined ? [] : parseSelector(filter)) {
    const known = KEPT.find((label) => label === name);
    if (known === undefined || op !== '=') {
      throw new ApiError(
        'QUERY_LABEL_NOT_KEPT',
        `${parameter}.filter has ${name}${op}"${value}"; comparisons know ${KEPT.join(', ')}, each with =`,
      );
    }
    kept[known] = value;
  }
  return kept;
}

function invalid(parameter: string, selector: string): ApiError {
  return new ApiError('DIFF_SIDE_INVALID', `${parameter} is ${JSON.stringify(selector)}: ${FORM}`);
}
