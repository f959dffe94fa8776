import type { ComponentChildren } from 'preact';
import { followLink, location } from '../state/location.ts';
import { theme, toggleTheme } from '../state/theme.ts';
import { toast } from '../state/toast.ts';
import { Icon, type IconName, Logo } from './icon.tsx';

const SCREENS: readonly { path: string; label: string; icon: IconName }[] = [
  { path: '/', label: 'Services', icon: 'services' },
  { path: '/explore', label: 'Explore', icon: 'explore' },
  { path: '/compare', label: 'Compare', icon: 'compare' },
  { path: '/deploys', label: 'Deploys', icon: 'flag' },
];

/** A page of a screen, such as one deploy, belongs to it. */
const isHere = (path: string): boolean =>
  location.value.path === path || (path !== '/' && location.value.path.startsWith(`${path}/`));

function Rail() {
  return (
    <nav class="rail" aria-label="Main">
      <a class="brand" href="/" aria-label="Flamehouse" onClick={followLink}>
        <Logo />
      </a>
      {SCREENS.map(({ path, label, icon }) => (
        <a
          class="item"
          key={path}
          href={path}
          aria-current={isHere(path) ? 'page' : undefined}
          onClick={followLink}
        >
          <Icon name={icon} />
          {label}
        </a>
      ))}
    </nav>
  );
}

/** Rail, top bar and main part of every screen. `bar` is what the screen puts into its top bar. */
export function Shell(props: {
  readonly title: string;
  readonly bar: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <div class="shell">
      <Rail />
      <header class="topbar">
        {props.bar}
        <button
          type="button"
          class="icon-btn"
          aria-label={theme.value === 'dark' ? 'Use light colours' : 'Use dark colours'}
          onClick={toggleTheme}
        >
          <Icon name="theme" />
        </button>
      </header>
      <main class="main" aria-label={props.title}>
        {props.children}
      </main>
      <div class="toasts" role="status">
        {toast.value !== '' && (
          <div class="toast">
            <Icon name="check" />
            <span class="clip">{toast.value}</span>
          </div>
        )}
      </div>
    </div>
  );
}
