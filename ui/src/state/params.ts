const TEXT_MAX = 2_000;

/** Of a parameter that is there twice the last counts, so that one can be put behind a link. */
export const lastOf = (params: URLSearchParams, name: string): string | null =>
  params.getAll(name).at(-1) ?? null;

export const textOf = (params: URLSearchParams, name: string): string =>
  (lastOf(params, name) ?? '').slice(0, TEXT_MAX);

/** An id of 16 hex digits; '' for anything else. */
export function idOf(params: URLSearchParams, name: string): string {
  const value = lastOf(params, name) ?? '';
  return /^[0-9a-f]{16}$/.test(value) ? value : '';
}

export function oneOf<T extends string>(
  allowed: readonly T[],
  value: string | null,
  otherwise: T,
): T {
  return allowed.find((known) => known === value) ?? otherwise;
}

/** `?…` with sorted names, without what is empty or a default. */
export function formatParams(
  values: Readonly<Record<string, string>>,
  defaults: Readonly<Record<string, string>>,
): string {
  const params = new URLSearchParams();
  for (const key of Object.keys(values).sort())
    if (values[key] !== (defaults[key] ?? '')) params.set(key, values[key]!);
  const query = params.toString();
  return query === '' ? '' : `?${query}`;
}
