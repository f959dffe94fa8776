import type { Tier } from '@flamehouse/proto';
import type { BoundValue } from './bound-settings.ts';
import { stackCondition } from './function-stacks.ts';
import type { LabelMatcher, ProfileSelection, TimeRange } from './profile-store.ts';
import { KEPT_LABELS } from './tier.ts';

/** A condition and what it binds. Values are bound, never concatenated: a label can hold any text. */
export interface Condition {
  readonly sql: string;
  readonly values: Readonly<Record<string, BoundValue>>;
}

/** Which table answers for a tier, and its time column. */
export const SAMPLES_OF_TIER = {
  raw: { table: 'samples', time: 'window_start' },
  minute: { table: 'samples_1m', time: 'minute' },
  hour: { table: 'samples_1h', time: 'hour' },
} as const satisfies Record<Tier, { readonly table: string; readonly time: string }>;

/** A range of a time column. Two of them in one statement are bound under different names. */
export interface TimeCondition {
  readonly time: string;
  readonly range: TimeRange;
  readonly bound?: 'range' | 'inner';
}

/** Rows of a samples table that a selection asks for. */
export function sampleCondition(selection: ProfileSelection, times: TimeCondition): Condition {
  const { endpoint, matchers = [], instance, stacksOf } = selection;
  const parts = [releaseCondition(selection, times)];
  if (endpoint !== undefined) {
    parts.push({ sql: 'endpoint = {endpoint: String}', values: { endpoint } });
  }
  if (stacksOf !== undefined) parts.push(stackCondition(stacksOf));
  matchers.forEach((matcher, index) => {
    if (KEPT_LABELS.has(matcher.name)) parts.push(compare(matcher.name, matcher, index));
  });
  const ofSeries = matchers
    .map((matcher, index) => ({ matcher, index }))
    .filter(({ matcher }) => !KEPT_LABELS.has(matcher.name));
  if (instance !== undefined) {
    const matcher: LabelMatcher = { name: 'instance', op: '=', value: instance };
    ofSeries.push({ matcher, index: matchers.length });
  }
  if (ofSeries.length > 0) {
    parts.push(
      seriesCondition(ofSeries.map(({ matcher, index }) => labelCondition(matcher, index))),
    );
  }
  return all(parts);
}

/** Service, type, time, environment and version, which every table with values has. */
export function releaseCondition(
  { service, type, environment, version }: ProfileSelection,
  times: TimeCondition,
): Condition {
  const parts: Condition[] = [
    { sql: 'service = {service: String}', values: { service } },
    { sql: 'type = {type: String}', values: { type } },
    timeCondition(times),
  ];
  if (environment !== undefined) {
    parts.push({ sql: 'environment = {environment: String}', values: { environment } });
  }
  if (version !== undefined) {
    parts.push({ sql: 'version = {version: String}', values: { version } });
  }
  return all(parts);
}

function timeCondition({ time, range, bound = 'range' }: TimeCondition): Condition {
  const [from, to] = TIME_NAMES[bound];
  return {
    sql: `${time} >= toDateTime({${from}: UInt32}, 'UTC') AND ${time} < toDateTime({${to}: UInt32}, 'UTC')`,
    values: { [from]: epochSeconds(range.from), [to]: epochSeconds(range.to) },
  };
}

const TIME_NAMES = { range: ['from', 'to'], inner: ['innerFrom', 'innerTo'] } as const;

export function all(parts: readonly Condition[]): Condition {
  return {
    sql: parts.map(({ sql }) => sql).join('\n    AND '),
    values: Object.assign({}, ...parts.map(({ values }) => values)),
  };
}

/** A time of DateTime's 32 bits. */
export function epochSeconds(ms: number): number {
  return Math.min(2 ** 32 - 1, Math.max(0, Math.floor(ms / 1000)));
}

function labelCondition(matcher: LabelMatcher, index: number): Condition {
  const name = `label${index}`;
  const condition = compare(`labels[{${name}: String}]`, matcher, index);
  return { sql: condition.sql, values: { ...condition.values, [name]: matcher.name } };
}

function seriesCondition(parts: readonly Condition[]): Condition {
  const { sql, values } = all(parts);
  return {
    sql: `series_id IN (SELECT series_id FROM series WHERE service = {service: String} AND ${sql})`,
    values,
  };
}

/** A label that a series does not have is '', as in Prometheus; regular expressions match the whole value. */
export function compare(expression: string, { op, value }: LabelMatcher, index: number): Condition {
  const name = `match${index}`;
  const bound = `{${name}: String}`;
  const regex = { [name]: `^(?s:${value})$` };
  switch (op) {
    case '=':
      return { sql: `${expression} = ${bound}`, values: { [name]: value } };
    case '!=':
      return { sql: `${expression} != ${bound}`, values: { [name]: value } };
    case '=~':
      return { sql: `match(${expression}, ${bound})`, values: regex };
    case '!~':
      return { sql: `NOT match(${expression}, ${bound})`, values: regex };
  }
}
