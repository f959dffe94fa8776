import { WIDTHS, type Width } from '../flame/diff-tree.ts';
import { canonicalTime } from '../time.ts';
import { formatParams, idOf, lastOf, oneOf, textOf } from './params.ts';

export const COMPARE_VIEWS = ['both', 'graph', 'table', 'sides'] as const;
export const SHOWN = ['changed', 'grew', 'shrank', 'new', 'gone', 'all'] as const;
export const COMPARE_SORTS = ['change', 'itself', 'before', 'after', 'q', 'name'] as const;
export const NORMS = ['auto', 'cores'] as const;
export type CompareView = (typeof COMPARE_VIEWS)[number];
export type Shown = (typeof SHOWN)[number];
export type CompareSort = (typeof COMPARE_SORTS)[number];
export type Norm = (typeof NORMS)[number];

/** One side of a comparison: what `GET /diff` takes as base or head. */
export interface SideState {
  readonly selector: string; // version:X, range:FROM~TO or version:X@FROM~TO; '' when not chosen
  readonly service: string; // '' for the service of the comparison
  readonly filter: string;
}

/** The whole state of Compare; an empty string means "not set". A is before, B is after. */
export interface CompareState {
  readonly service: string; // svc
  readonly environment: string; // env
  readonly a: SideState; // a, a.svc, a.q
  readonly b: SideState;
  readonly norm: Norm;
  readonly width: Width; // w
  readonly view: CompareView;
  readonly shown: Shown; // show, rows of the table
  readonly sort: CompareSort;
  readonly search: string; // s
  readonly focus: string; // f, node id
}

export const NO_SIDE: SideState = { selector: '', service: '', filter: '' };

export const COMPARE_DEFAULTS: CompareState = {
  service: '',
  environment: '',
  a: NO_SIDE,
  b: NO_SIDE,
  norm: 'auto',
  width: 'union',
  view: 'both',
  shown: 'changed',
  sort: 'change',
  search: '',
  focus: '',
};

/** A side as its parts; `from` and `to` are '' where the server chooses the time. */
export interface SideParts {
  readonly version: string; // '' for a time alone
  readonly from: string;
  readonly to: string;
}

/** The parts of a selector, or null when it is none. */
export function parseSide(selector: string): SideParts | null {
  const match = /^(?:range:(?<only>.+)|version:(?<version>[^@]+)(?:@(?<range>.+))?)$/.exec(
    selector,
  );
  if (match === null) return null;
  const { only, version = '', range } = match.groups as Record<string, string | undefined>;
  const times = only ?? range;
  if (times === undefined) return { version, from: '', to: '' };
  const [from, to, ...more] = times.split('~').map(canonicalTime);
  if (from == null || to == null || more.length > 0) return null;
  return { version, from, to };
}

export function formatSide({ version, from, to }: SideParts): string {
  const times = from === '' ? '' : `${from}~${to}`;
  if (version === '') return times === '' ? '' : `range:${times}`;
  return `version:${version}${times === '' ? '' : `@${times}`}`;
}

/** A selector in the one form that URLs keep; '' for what cannot be one. */
function canonicalSide(text: string): string {
  const parts = parseSide(text);
  return parts === null ? '' : formatSide(parts);
}

/** Never throws: whatever is missing or cannot be used takes its default. */
export function parseCompare(search: string): CompareState {
  const params = new URLSearchParams(search);
  const text = (name: string) => textOf(params, name);
  const side = (name: string): SideState => ({
    selector: canonicalSide(text(name)),
    service: text(`${name}.svc`),
    filter: text(`${name}.q`),
  });
  const last = (name: string) => lastOf(params, name);
  return {
    service: text('svc'),
    environment: text('env'),
    a: side('a'),
    b: side('b'),
    norm: oneOf(NORMS, last('norm'), COMPARE_DEFAULTS.norm),
    width: oneOf(WIDTHS, last('w'), COMPARE_DEFAULTS.width),
    view: oneOf(COMPARE_VIEWS, last('view'), COMPARE_DEFAULTS.view),
    shown: oneOf(SHOWN, last('show'), COMPARE_DEFAULTS.shown),
    sort: oneOf(COMPARE_SORTS, last('sort'), COMPARE_DEFAULTS.sort),
    search: text('s'),
    focus: idOf(params, 'f'),
  };
}

/** Equal states give equal text: parameters are sorted, defaults are left out. */
export function formatCompare(state: CompareState): string {
  const { a, b } = state;
  return formatParams(
    {
      svc: state.service,
      env: state.environment,
      a: a.selector,
      'a.svc': a.service,
      'a.q': a.filter,
      b: b.selector,
      'b.svc': b.service,
      'b.q': b.filter,
      norm: state.norm,
      w: state.width,
      view: state.view,
      show: state.shown,
      sort: state.sort,
      s: state.search,
      f: state.focus,
    },
    {
      norm: COMPARE_DEFAULTS.norm,
      w: COMPARE_DEFAULTS.width,
      view: COMPARE_DEFAULTS.view,
      show: COMPARE_DEFAULTS.shown,
      sort: COMPARE_DEFAULTS.sort,
    },
  );
}

/** The address of Compare in a state that differs from the defaults in some fields. */
export const compareUrl = (part: Partial<CompareState>): string =>
  `/compare${formatCompare({ ...COMPARE_DEFAULTS, ...part })}`;

/** Two versions of a service, the base first. */
export const versionsUrl = (
  service: string,
  base: string,
  head: string,
  environment = '',
): string =>
  compareUrl({
    service,
    environment,
    a: { ...NO_SIDE, selector: formatSide({ version: base, from: '', to: '' }) },
    b: { ...NO_SIDE, selector: formatSide({ version: head, from: '', to: '' }) },
  });
