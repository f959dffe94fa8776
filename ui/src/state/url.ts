import { aliasOf, parseProfileType } from '@flamehouse/proto';
import { canonicalTime, type Range } from '../time.ts';
import { formatSteps, parseSteps, type ViewStep } from './view-steps.ts';

export const VIEWS = ['both', 'graph', 'table', 'growth'] as const;
export const SORTS = ['self', 'total', 'name'] as const;
export const READINGS = ['top-down', 'bottom-up'] as const;
export const ORDERS = ['value', 'name'] as const;
export const CHAINS = ['open', 'collapsed'] as const;
export const ROOTS = ['top', 'bottom'] as const;
/** `heat` is the heat map of instances, the others are lines. */
export const SPLITS = ['', 'version', 'instance', 'endpoint', 'heat'] as const;
export type Reading = (typeof READINGS)[number];
export type Chains = (typeof CHAINS)[number];
export type Order = (typeof ORDERS)[number];
export type RootSide = (typeof ROOTS)[number];
export type Split = (typeof SPLITS)[number];
export type View = (typeof VIEWS)[number];
export type Sort = (typeof SORTS)[number];

/** The whole state of Explore; an empty string means "not set". */
export interface ExploreState {
  readonly service: string; // svc
  readonly type: string; // t, an alias where there is one
  readonly from: string;
  readonly to: string;
  readonly selection: Range | null; // sel, a part of the range that was dragged
  readonly environment: string; // env
  readonly version: string; // ver
  readonly filter: string; // q
  readonly view: View;
  readonly sort: Sort;
  readonly search: string; // s
  readonly focus: string; // f, id of the node that fills the width
  readonly focusName: string; // fn, said when the node is not in the data
  readonly reading: Reading; // m
  readonly root: RootSide; // root, where the root is drawn
  readonly order: Order; // ord, of the children of a frame
  readonly chains: Chains; // ch, frames that only call one other
  readonly steps: readonly ViewStep[]; // x, in the order in which they apply
  readonly sandwich: string; // sw, id of the function between its callers and callees
  readonly sandwichName: string; // swn
  readonly split: Split; // by, what the line is split by
}

export const EXPLORE_DEFAULTS: ExploreState = {
  service: '',
  type: 'cpu',
  from: 'now-1h',
  to: 'now',
  selection: null,
  environment: '',
  version: '',
  filter: '',
  view: 'both',
  sort: 'self',
  search: '',
  focus: '',
  focusName: '',
  reading: 'top-down',
  root: 'top',
  order: 'value',
  chains: 'open',
  steps: [],
  sandwich: '',
  sandwichName: '',
  split: '',
};

const TEXT_MAX = 2_000;
const text = (value: string | null): string => (value ?? '').slice(0, TEXT_MAX);

function oneOf<T extends string>(allowed: readonly T[], value: string | null, otherwise: T): T {
  return allowed.find((known) => known === value) ?? otherwise;
}

/** A type as URLs write it; what cannot be a type becomes CPU. */
function canonicalType(value: string | null): string {
  try {
    const full = parseProfileType(value || EXPLORE_DEFAULTS.type);
    return aliasOf(full) ?? full;
  } catch {
    return EXPLORE_DEFAULTS.type; // An old or mistyped link still opens.
  }
}

function parseSelection(value: string | null): Range | null {
  const match = /^(\d{1,15})~(\d{1,15})$/.exec(value ?? '');
  if (match === null) return null;
  const range = { from: Number(match[1]), to: Number(match[2]) };
  return range.from < range.to ? range : null;
}

/** Never throws: whatever is missing or cannot be used takes its default. */
export function parseExplore(search: string): ExploreState {
  const params = new URLSearchParams(search);
  // Of a parameter that is there twice the last counts, so that one can be put behind a link.
  const last = (name: string): string | null => params.getAll(name).at(-1) ?? null;
  const id = (name: string): string => {
    const value = last(name) ?? '';
    return /^[0-9a-f]{16}$/.test(value) ? value : '';
  };
  return {
    service: text(last('svc')),
    type: canonicalType(last('t')),
    from: canonicalTime(last('from') ?? '') ?? EXPLORE_DEFAULTS.from,
    to: canonicalTime(last('to') ?? '') ?? EXPLORE_DEFAULTS.to,
    selection: parseSelection(last('sel')),
    environment: text(last('env')),
    version: text(last('ver')),
    filter: text(last('q')),
    view: oneOf(VIEWS, last('view'), EXPLORE_DEFAULTS.view),
    sort: oneOf(SORTS, last('sort'), EXPLORE_DEFAULTS.sort),
    search: text(last('s')),
    focus: id('f'),
    focusName: text(last('fn')),
    reading: oneOf(READINGS, last('m'), EXPLORE_DEFAULTS.reading),
    root: oneOf(ROOTS, last('root'), EXPLORE_DEFAULTS.root),
    order: oneOf(ORDERS, last('ord'), EXPLORE_DEFAULTS.order),
    chains: oneOf(CHAINS, last('ch'), EXPLORE_DEFAULTS.chains),
    steps: parseSteps(params.getAll('x')),
    sandwich: id('sw'),
    sandwichName: text(last('swn')),
    split: oneOf(SPLITS, last('by'), EXPLORE_DEFAULTS.split),
  };
}

/** Equal states give equal text: parameters are sorted, defaults are left out. */
export function formatExplore(state: ExploreState): string {
  const all: Readonly<Record<string, string>> = {
    svc: state.service,
    t: state.type,
    from: state.from,
    to: state.to,
    sel: state.selection === null ? '' : `${state.selection.from}~${state.selection.to}`,
    env: state.environment,
    ver: state.version,
    q: state.filter,
    view: state.view,
    sort: state.sort,
    s: state.search,
    f: state.focus,
    fn: state.focusName,
    m: state.reading,
    root: state.root,
    ord: state.order,
    ch: state.chains,
    sw: state.sandwich,
    swn: state.sandwichName,
    by: state.split,
  };
  const defaults: Readonly<Record<string, string>> = {
    t: EXPLORE_DEFAULTS.type,
    from: EXPLORE_DEFAULTS.from,
    to: EXPLORE_DEFAULTS.to,
    view: EXPLORE_DEFAULTS.view,
    sort: EXPLORE_DEFAULTS.sort,
    m: EXPLORE_DEFAULTS.reading,
    root: EXPLORE_DEFAULTS.root,
    ord: EXPLORE_DEFAULTS.order,
    ch: EXPLORE_DEFAULTS.chains,
  };
  const params = new URLSearchParams();
  for (const key of Object.keys(all).sort())
    if (all[key] !== (defaults[key] ?? '')) params.set(key, all[key]!);
  for (const step of formatSteps(state.steps)) params.append('x', step);
  const query = params.toString();
  return query === '' ? '' : `?${query}`;
}

/** Growth is a view of the live heap alone; another type shows graph and table instead. */
export const showsGrowth = ({ view, type, sandwich }: ExploreState): boolean =>
  view === 'growth' && hasGrowth(type) && sandwich === '';

export const hasGrowth = (type: string): boolean => type === 'heap' || type === 'heap-objects';

/** The address of Explore in a state that differs from the defaults in some fields. */
export const exploreUrl = (part: Partial<ExploreState>): string =>
  `/explore${formatExplore({ ...EXPLORE_DEFAULTS, ...part })}`;
