import type { Deploy, DeploysAnswer } from '@flamehouse/proto';
import { useMemo, useState } from 'preact/hooks';
import { apiUrl, getJson } from '../../api/client.ts';
import { useQuery } from '../../api/use-query.ts';
import { REFRESH_MS, useTick } from '../../api/use-services.ts';
import type { DeploysState } from '../../state/deploys-url.ts';
import { resolveRange } from '../../time.ts';
import { tabOf } from './deploy-words.ts';

export const DEPLOYS_MAX = 500;

export type DeploysData = ReturnType<typeof useDeploys>;

/** The deploys of the range, and the one that the address names when it is not among them. */
export function useDeploys(state: DeploysState) {
  const tick = useTick(state.to === 'now' ? REFRESH_MS : null);
  const nowMs = useMemo(() => Date.now(), [state.from, state.to, tick]);
  const range = resolveRange(state.from, state.to, nowMs);
  const place = {
    service: state.service,
    environment: state.environment,
    search: state.search.trim(),
    limit: DEPLOYS_MAX,
  };
  const url = apiUrl('deploys', {
    ...place,
    from: Math.round(range.from),
    to: Math.round(range.to),
  });
  const list = useQuery<DeploysAnswer>(
    url,
    (signal) => getJson(url, signal),
    apiUrl('deploys', { ...place, from: state.from, to: state.to }),
  );
  const listed = list.data?.deploys.some(({ id }) => id === state.open) ?? false;
  const oneUrl = apiUrl(`deploys/${state.open}`);
  const one = useQuery<Deploy>(
    state.open === '' || list.data === null || listed ? null : `${oneUrl} ${tick}`,
    (signal) => getJson(oneUrl, signal),
    state.open,
  );
  // What a person just said shows before the next refresh brings it.
  const [said, setSaid] = useState<{ readonly deploy: Deploy; readonly at: number } | null>(null);
  const current = (deploy: Deploy): Deploy =>
    said !== null && said.deploy.id === deploy.id && list.loadedAt < said.at
      ? { ...deploy, expected: said.deploy.expected }
      : deploy;
  const onChanged = (deploy: Deploy): void => {
    setSaid({ deploy, at: Date.now() });
    list.retry();
    one.retry();
  };
  const all = (list.data?.deploys ?? []).map(current);
  const shown = state.tab === 'all' ? all : all.filter((deploy) => tabOf(deploy) === state.tab);
  return {
    nowMs,
    list,
    all,
    shown,
    elsewhere: one.data === null || listed || one.stale ? null : current(one.data),
    missing: listed ? null : one.failure,
    onChanged,
  };
}
