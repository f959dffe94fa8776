import type { ComponentChildren } from 'preact';
import { followLink, location } from '../state/location.ts';
import { theme, toggleTheme } from '../state/theme.ts';
import { toast } from '../state/toast.ts';
import { Icon, type IconName, Logo } from './icon.tsx';

interface RailItem {
  readonly path: string;
  readonly label: string;
  readonly icon: IconName;
  readonly holds?: RegExp; // other paths of the same entry
  readonly foot?: boolean;
}

const SCREENS: readonly RailItem[] = [
  { path: '/', label: 'Services', icon: 'services' },
  { path: '/explore', label: 'Explore', icon: 'explore' },
  { path: '/compare', label: 'Compare', icon: 'compare' },
  { path: '/deploys', label: 'Deploys', icon: 'flag' },
  {
    path: '/traces',
    label: 'Traces',
    icon: 'traces',
    holds: /^\/(trace\/.*|traces|endpoints|stalls)$/,
  },
  { path: '/server', label: 'Server', icon: 'settings', foot: true },
];

/** A page of a screen, such as one deploy, belongs to it. */
const isHere = ({ path, holds }: RailItem, here: string): boolean =>
  here === path || (path !== '/' && here.startsWith(`${path}/`)) || holds?.test(here) === true;

function Rail() {
  return (
    <nav class="rail" aria-label="Main">
      <a class="brand" href="/" aria-label="Flamehouse" onClick={followLink}>
        <Logo />
      </a>
      {SCREENS.map((screen) => (
        <a
          class={screen.foot === true ? 'item end' : 'item'}
          key={screen.path}
          href={screen.path}
          aria-current={isHere(screen, location.value.path) ? 'page' : undefined}
          onClick={followLink}
        >
          <Icon name={screen.icon} />
          {screen.label}
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
