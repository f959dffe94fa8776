import { canonicalTime } from '../time.ts';
import { formatParams, lastOf, oneOf, textOf } from './params.ts';

export const DEPLOY_TABS = [
  'all',
  'more',
  'less',
  'no-change',
  'not-enough-data',
  'judging',
] as const;
export type DeployTab = (typeof DEPLOY_TABS)[number];

/** The whole state of Deploys; an empty string means "not set". The open row is part of the path. */
export interface DeploysState {
  readonly service: string; // svc
  readonly environment: string; // env
  readonly tab: DeployTab; // show
  readonly from: string;
  readonly to: string;
  readonly search: string; // s
  readonly open: string; // /deploys/:id
}

export const DEPLOYS_DEFAULTS: DeploysState = {
  service: '',
  environment: '',
  tab: 'all',
  from: 'now-7d',
  to: 'now',
  search: '',
  open: '',
};

/** Never throws: whatever is missing or cannot be used takes its default. */
export function parseDeploys(path: string, search: string): DeploysState {
  const params = new URLSearchParams(search);
  const last = (name: string) => lastOf(params, name);
  return {
    service: textOf(params, 'svc'),
    environment: textOf(params, 'env'),
    tab: oneOf(DEPLOY_TABS, last('show'), DEPLOYS_DEFAULTS.tab),
    from: canonicalTime(last('from') ?? '') ?? DEPLOYS_DEFAULTS.from,
    to: canonicalTime(last('to') ?? '') ?? DEPLOYS_DEFAULTS.to,
    search: textOf(params, 's'),
    open: /^\/deploys\/([0-9a-f]{16})\/?$/.exec(path)?.[1] ?? '',
  };
}

/** Path and query: equal states give equal addresses. */
export function deploysUrl(part: Partial<DeploysState>): string {
  const state = { ...DEPLOYS_DEFAULTS, ...part };
  const query = formatParams(
    {
      svc: state.service,
      env: state.environment,
      show: state.tab,
      from: state.from,
      to: state.to,
      s: state.search,
    },
    { show: DEPLOYS_DEFAULTS.tab, from: DEPLOYS_DEFAULTS.from, to: DEPLOYS_DEFAULTS.to },
  );
  return `/deploys${state.open === '' ? '' : `/${state.open}`}${query}`;
}
