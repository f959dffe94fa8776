// Runs before the first paint, so that a dark page never flashes white. The toggle is in src/state/theme.ts.
(() => {
  let stored = null;
  try {
    stored = localStorage.getItem('flamehouse-theme');
  } catch {
    // Storage is blocked: follow the system.
  }
  const dark = stored ? stored === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
