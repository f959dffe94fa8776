import type { ServiceSummary } from '@flamehouse/proto';
import { useEffect, useState } from 'preact/hooks';
import { apiUrl, getJson } from './client.ts';
import { type Query, useQuery } from './use-query.ts';

export const REFRESH_MS = 15_000;

/** A number that goes up every so often while the page can be seen. A null interval stands still. */
export function useTick(everyMs: number | null): number {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    if (everyMs === null) return;
    const timer = window.setInterval(() => {
      if (document.visibilityState === 'visible') setTick((n) => n + 1);
    }, everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
  return tick;
}

/** The services of the store, asked for again and again. */
export function useServices(refreshMs = REFRESH_MS): Query<readonly ServiceSummary[]> {
  const tick = useTick(refreshMs);
  return useQuery(`services ${tick}`, (signal) => getJson(apiUrl('services'), signal), 'services');
}
