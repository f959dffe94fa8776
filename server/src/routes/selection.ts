import { parseProfileType, parseSelector } from '@flamehouse/proto';
import { parseRange } from '../http/time.ts';
import type { PlaceSelection } from '../storage/detail-store.ts';
import type { ProfileSelection } from '../storage/profile-store.ts';

/** The query of every route that selects profiles, after its schema was checked. */
export interface SelectionQuery {
  readonly service: string;
  readonly type: string;
  readonly from?: string;
  readonly to?: string;
  readonly version?: string;
  readonly environment?: string;
  readonly instance?: string;
  readonly endpoint?: string;
  readonly filter?: string;
}

/** The query of routes that know places and times only. */
export type PlaceQuery = Omit<SelectionQuery, 'type' | 'filter'>;

/** Errors  ApiError QUERY_RANGE_INVALID. The range widens to whole seconds, which is what tables know. */
export function readPlace(query: PlaceQuery, nowMs: number): PlaceSelection {
  const { service, version, environment, instance, endpoint } = query;
  const { from, to } = parseRange(query, nowMs);
  return {
    service,
    range: { from: Math.floor(from / 1000) * 1000, to: Math.ceil(to / 1000) * 1000 },
    ...(version === undefined ? {} : { version }),
    ...(environment === undefined ? {} : { environment }),
    ...(instance === undefined ? {} : { instance }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/**
 * Turn a query into what the store selects by.
 *
 * Errors  ApiError QUERY_RANGE_INVALID; ProfileError PROFILE_TYPE_INVALID, SELECTOR_INVALID.
 */
export function readSelection(query: SelectionQuery, nowMs: number): ProfileSelection {
  const { service, version, environment, instance, endpoint } = query;
  const matchers = query.filter === undefined ? [] : parseSelector(query.filter);
  return {
    service,
    type: parseProfileType(query.type),
    range: parseRange(query, nowMs),
    ...(version === undefined ? {} : { version }),
    ...(environment === undefined ? {} : { environment }),
    ...(instance === undefined ? {} : { instance }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(matchers.length === 0 ? {} : { matchers }),
  };
}
