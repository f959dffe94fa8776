import type { Deploy, DeploysAnswer } from '@flamehouse/proto';
import { useMemo } from 'preact/hooks';
import { apiUrl, getJson } from '../../api/client.ts';
import { useQuery } from '../../api/use-query.ts';
import { REFRESH_MS, useTick } from '../../api/use-services.ts';

/** The last deploy of each service, with its verdict. The page stands without them. */
export function useLastDeploys(): ReadonlyMap<string, Deploy> {
  const tick = useTick(REFRESH_MS);
  const url = apiUrl('deploys', { from: 'now-30d', to: 'now', limit: 500 });
  const deploys = useQuery<DeploysAnswer>(
    `${url} ${tick}`,
    (signal) => getJson(url, signal),
    'deploys',
  );
  return useMemo(() => {
    const last = new Map<string, Deploy>();
    // They come newest first.
    for (const deploy of deploys.data?.deploys ?? [])
      if (!last.has(deploy.service)) last.set(deploy.service, deploy);
    return last;
  }, [deploys.data]);
}
