import { useMemo } from 'preact/hooks';
import { apiUrl, getJson, type Params } from '../../api/client.ts';
import { type Query, useQuery } from '../../api/use-query.ts';
import { REFRESH_MS, useTick } from '../../api/use-services.ts';
import { type Range, resolveRange } from '../../time.ts';
import type { Place } from './place-fields.ts';

/** The times of a place in numbers: `now` is read once for every refresh, so that all panels agree. */
export interface Times {
  readonly nowMs: number;
  readonly range: Range;
}

export function useTimes(place: Place): Times {
  const tick = useTick(place.to === 'now' ? REFRESH_MS : null);
  return useMemo(() => {
    const nowMs = Date.now();
    const { from, to } = resolveRange(place.from, place.to, nowMs);
    return { nowMs, range: { from: Math.round(from), to: Math.round(to) } };
  }, [place.service, place.from, place.to, tick]);
}

/** Ask a route about a place. The question has times in numbers; its subject has them as the user chose them. */
export function usePlaceQuery<T>(
  path: string | null,
  place: Place,
  { range }: Times,
  params: Params = {},
): Query<T> {
  const { service, environment, version, from, to } = place;
  const common = { service, environment, version, ...params };
  const url = apiUrl(path ?? '', { ...common, ...range });
  const ready = path !== null && service !== '';
  return useQuery<T>(
    ready ? url : null,
    (signal) => getJson(url, signal),
    apiUrl(path ?? '', { ...common, from, to }),
  );
}
