import type { Range } from '../time.ts';
import { EXPLORE_DEFAULTS, type ExploreState, formatExplore, parseExplore } from './url.ts';

/** What the source page is about: profiles are selected as in Explore. */
export interface SourceState
  extends Pick<
    ExploreState,
    'service' | 'type' | 'from' | 'to' | 'environment' | 'version' | 'filter'
  > {
  readonly functionId: string; // '' for none
  readonly name: string; // to say before the answer is there
}

const NAME_MAX = 200;

/** Never throws, as `parseExplore`. */
export function parseSource(search: string): SourceState {
  const { service, type, from, to, environment, version, filter } = parseExplore(search);
  const params = new URLSearchParams(search);
  const id = params.get('fn') ?? '';
  return {
    service,
    type,
    from,
    to,
    environment,
    version,
    filter,
    functionId: /^[0-9a-f]{16}$/.test(id) ? id : '',
    name: (params.get('name') ?? '').slice(0, NAME_MAX),
  };
}

/** Equal states give equal text. */
export function formatSource({ functionId, name, ...selection }: SourceState): string {
  const params = new URLSearchParams(formatExplore({ ...EXPLORE_DEFAULTS, ...selection }));
  if (functionId !== '') params.set('fn', functionId);
  if (name !== '') params.set('name', name);
  params.sort();
  return `?${params}`;
}

export const sourceUrl = (state: SourceState): string => `/source${formatSource(state)}`;

/** The source of a function of what Explore shows; a part that was dragged becomes the range. */
export function sourceOf(
  { service, type, from, to, environment, version, filter, selection }: ExploreState,
  functionId: string,
  name: string,
): SourceState {
  const times = selection === null ? { from, to } : asTimes(selection);
  return { service, type, ...times, environment, version, filter, functionId, name };
}

const asTimes = ({ from, to }: Range) => ({
  from: String(Math.round(from)),
  to: String(Math.round(to)),
});
