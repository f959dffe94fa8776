import { signal } from '@preact/signals';

export type Theme = 'light' | 'dark';
const KEY = 'flamehouse-theme';

const current = (): Theme =>
  document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light';

/** What is shown; public/theme.js has decided it before the first paint. */
export const theme = signal<Theme>('light');

function apply(next: Theme): void {
  document.documentElement.dataset['theme'] = next;
  theme.value = next;
}

/** Follow the system until the user has chosen. */
export function startTheme(): void {
  theme.value = current();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (event) => {
    if (stored() === null) apply(event.matches ? 'dark' : 'light');
  });
}

export function toggleTheme(): void {
  const next = current() === 'dark' ? 'light' : 'dark';
  apply(next);
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Storage is blocked: the choice holds for this page.
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // Storage is blocked: nothing was chosen.
  }
}
