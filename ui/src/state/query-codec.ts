import { canonicalTime } from '../time.ts';

/** One parameter of a URL. `read` never throws; `write` gives null for what an address leaves out. */
export interface Field<T> {
  readonly key: string;
  readonly read: (text: string | null) => T;
  readonly write: (value: T) => string | null;
}

/** The state of a screen as the search part of its address, both ways. */
export interface QueryCodec<S> {
  readonly defaults: S;
  readonly parse: (search: string) => S;
  /** Equal states give equal text: parameters are sorted, defaults are left out. */
  readonly format: (state: S) => string;
}

const TEXT_MAX = 2_000;
const COUNT_MAX = 1e12;

/** Text; an empty one is "not set". */
export const textField = (key: string): Field<string> => ({
  key,
  read: (text) => (text ?? '').slice(0, TEXT_MAX),
  write: (value) => value || null,
});

/** Text where an empty one is a value of its own, and null is "not set". */
export const nullableField = (key: string): Field<string | null> => ({
  key,
  read: (text) => text?.slice(0, TEXT_MAX) ?? null,
  write: (value) => value,
});

export const timeField = (key: string, otherwise: string): Field<string> => ({
  key,
  read: (text) => canonicalTime(text ?? '') ?? otherwise,
  write: (value) => (value === otherwise ? null : value),
});

export const choiceField = <T extends string>(
  key: string,
  allowed: readonly T[],
  otherwise: T,
): Field<T> => ({
  key,
  read: (text) => allowed.find((known) => known === text) ?? otherwise,
  write: (value) => (value === otherwise ? null : value),
});

/** A whole number from 0 on; 0 is "not set". */
export const countField = (key: string): Field<number> => ({
  key,
  read: (text) => (/^\d{1,13}$/.test(text ?? '') ? Math.min(COUNT_MAX, Number(text)) : 0),
  write: (value) => (value > 0 ? String(value) : null),
});

export const flagField = (key: string): Field<boolean> => ({
  key,
  read: (text) => text === '1',
  write: (value) => (value ? '1' : null),
});

export function queryCodec<S extends object>(
  fields: {
    readonly [K in keyof S]: Field<S[K]>;
  },
): QueryCodec<S> {
  const names = Object.keys(fields) as (keyof S)[];
  const parse = (search: string): S => {
    const params = new URLSearchParams(search);
    // Of a parameter that is there twice the last counts, so that one can be put behind a link.
    const last = (key: string): string | null => params.getAll(key).at(-1) ?? null;
    return Object.fromEntries(
      names.map((name) => [name, fields[name].read(last(fields[name].key))]),
    ) as S;
  };
  const format = (state: S): string => {
    const written = names.flatMap((name) => {
      const text = fields[name].write(state[name]);
      return text === null ? [] : [[fields[name].key, text] as [string, string]];
    });
    const query = new URLSearchParams(written.sort(([a], [b]) => (a < b ? -1 : 1))).toString();
    return query === '' ? '' : `?${query}`;
  };
  return { defaults: parse(''), parse, format };
}

/** An id of 16 hex digits; an empty one is "not set". */
export const idField = (key: string): Field<string> => ({
  key,
  read: (text) => (/^[0-9a-f]{16}$/.test(text ?? '') ? text! : ''),
  write: (value) => value || null,
});
