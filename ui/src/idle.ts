/** Do something when the page has nothing else to do; soon after, where the browser does not tell. */
export function whenIdle(run: () => void): void {
  if (typeof window.requestIdleCallback === 'function') window.requestIdleCallback(run);
  else window.setTimeout(run, 50);
}
