import { computed, signal } from '@preact/signals';
import { type CompareState, formatCompare, parseCompare } from './compare-url.ts';
import { type DeploysState, deploysUrl, parseDeploys } from './deploys-url.ts';
import { type ExploreState, formatExplore, parseExplore } from './url.ts';

const here = (): { path: string; search: string } => ({
  path: window.location.pathname,
  search: window.location.search,
});

/** Where the browser is. Screens read it, `go` and the browser's own buttons write it. */
export const location = signal(here());

export const exploreState = computed<ExploreState>(() => parseExplore(location.value.search));

export const compareState = computed<CompareState>(() => parseCompare(location.value.search));

export const deploysState = computed<DeploysState>(() =>
  parseDeploys(location.value.path, location.value.search),
);

/** Follow the browser's own buttons. */
export function followHistory(): void {
  window.addEventListener('popstate', () => {
    location.value = here();
  });
}

/** Go to an address of ours: `push` for what Back should undo, `replace` for typing. */
export function go(url: string, how: 'push' | 'replace' = 'push'): void {
  if (url === window.location.pathname + window.location.search) return;
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', url);
  location.value = here();
}

/** Change some fields of Explore's state. */
export function setExplore(part: Partial<ExploreState>, how: 'push' | 'replace' = 'push'): void {
  go(`/explore${formatExplore({ ...exploreState.peek(), ...part })}`, how);
}

/** Change some fields of Compare's state. */
export function setCompare(part: Partial<CompareState>, how: 'push' | 'replace' = 'push'): void {
  go(`/compare${formatCompare({ ...compareState.peek(), ...part })}`, how);
}

/** Change some fields of the state of Deploys. */
export function setDeploys(part: Partial<DeploysState>, how: 'push' | 'replace' = 'push'): void {
  go(deploysUrl({ ...deploysState.peek(), ...part }), how);
}

/** Take a click on a link to another screen, unless the user wants a new tab. */
export function followLink(event: MouseEvent): void {
  const plain =
    event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  const link = event.currentTarget as HTMLAnchorElement;
  if (!plain || link.target !== '') return;
  event.preventDefault();
  go(link.pathname + link.search);
}
