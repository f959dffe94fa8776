import { parseProfileType, parseSelector } from '@flamehouse/proto';
import { parseRange } from '../http/time.ts';
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
