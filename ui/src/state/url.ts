import { aliasOf, parseProfileType } from '@flamehouse/proto';
import { canonicalTime, type Range } from '../time.ts';

export const VIEWS = ['both', 'graph', 'table'] as const;
export const SORTS = ['self', 'total', 'name'] as const;
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
  const focus = last('f') ?? '';
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
    focus: /^[0-9a-f]{16}$/.test(focus) ? focus : '',
    focusName: text(last('fn')),
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
  };
  const defaults: Readonly<Record<string, string>> = {
    t: EXPLORE_DEFAULTS.type,
    from: EXPLORE_DEFAULTS.from,
    to: EXPLORE_DEFAULTS.to,
    view: EXPLORE_DEFAULTS.view,
    sort: EXPLORE_DEFAULTS.sort,
  };
  const params = new URLSearchParams();
  for (const key of Object.keys(all).sort())
    if (all[key] !== (defaults[key] ?? '')) params.set(key, all[key]!);
  const query = params.toString();
  return query === '' ? '' : `?${query}`;
}

/** The address of Explore in a state that differs from the defaults in some fields. */
export const exploreUrl = (part: Partial<ExploreState>): string =>
  `/explore${formatExplore({ ...EXPLORE_DEFAULTS, ...part })}`;
