import type { JSX } from 'preact';

/** Shapes of the design's icon set: 16 px grid, 12 px for the small ones. */
const SHAPES = {
  explore: <path d="M2.5 12.5h11M2.5 9.5h11M4.5 6.5h7M6.5 3.5h3" />,
  services: (
    <>
      <rect x="2.5" y="2.5" width="11" height="4.5" rx="1" />
      <rect x="2.5" y="9" width="11" height="4.5" rx="1" />
      <path d="M5 4.75h.01M5 11.25h.01" />
    </>
  ),
  traces: <path d="M2.5 3.5h7M5.5 8h6M8.5 12.5h5" />,
  settings: (
    <>
      <circle cx="8" cy="8" r="2" />
      <path d="M8 2v2M8 12v2M2 8h2M12 8h2M3.8 3.8l1.4 1.4M10.8 10.8l1.4 1.4M12.2 3.8l-1.4 1.4M5.2 10.8l-1.4 1.4" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4" />
      <path d="m10 10 3.5 3.5" />
    </>
  ),
  link: (
    <path d="M7 9.5a2.5 2.5 0 0 0 3.6 0l2-2A2.5 2.5 0 0 0 9 4l-.7.7M9 6.5a2.5 2.5 0 0 0-3.6 0l-2 2A2.5 2.5 0 0 0 7 12l.7-.7" />
  ),
  theme: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.5v11a5.5 5.5 0 0 0 0-11Z" fill="currentColor" stroke="none" />
    </>
  ),
  help: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M6.4 6.4A1.7 1.7 0 1 1 8 8.6v.6M8 11.3h.01" />
    </>
  ),
  flag: <path d="M4 14V2.5M4 3h8l-2 2.75L12 8.5H4" />,
  clock: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 5v3l2 1.5" />
    </>
  ),
  warn: <path d="M8 2.5 14 13H2L8 2.5ZM8 6.5v3M8 11.2h.01" />,
  error: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 5v3.5M8 10.8h.01" />
    </>
  ),
  swap: <path d="M2.5 5.5h11L11 3M13.5 10.5h-11L5 13" />,
  compare: <path d="M5 2.5v11M11 2.5v11M2.5 5.5 5 3l2.5 2.5M8.5 10.5 11 13l2.5-2.5" />,
  terminal: <path d="m3 4.5 3.5 3.5L3 11.5M8.5 12H13" />,
  check: <path d="m3 8.5 3.5 3.5L13 4.5" />,
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" />
    </>
  ),
  out: (
    <path d="M9.5 2.5h4v4M13.5 2.5 7 9M11.5 9.5v3a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1h3" />
  ),
  sandwich: <path d="M3 3.5h10M3 12.5h10M2 8h12" stroke-width="2" />,
  filter: <path d="M2.5 4h11M4.5 8h7M6.5 12h3" />,
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" stroke-width="2.2" />,
  download: <path d="M8 2.5v8M4.5 7.5 8 11l3.5-3.5M3 13.5h10" />,
  source: <path d="m5.5 4.5-3.5 3.5 3.5 3.5M10.5 4.5 14 8l-3.5 3.5" />,
  undo: <path d="M5.5 3 2.5 6l3 3M2.5 6H10a3.5 3.5 0 0 1 0 7H7" />,
  down: <path d="m3 4.5 3 3 3-3" />,
  right: <path d="m4.5 3 3 3-3 3" />,
  left: <path d="m7.5 3-3 3 3 3" />,
  x: <path d="m3.5 3.5 5 5M8.5 3.5l-5 5" />,
} as const satisfies Readonly<Record<string, JSX.Element>>;

const SMALL: ReadonlySet<string> = new Set(['down', 'right', 'left', 'x']);

export type IconName = keyof typeof SHAPES;

/** One icon; the text beside it, or the label of its button, says what it means. */
export function Icon({ name }: { readonly name: IconName }) {
  const small = SMALL.has(name);
  return (
    <svg
      class={small ? 'icon s' : 'icon'}
      viewBox={small ? '0 0 12 12' : '0 0 16 16'}
      aria-hidden="true"
    >
      {SHAPES[name]}
    </svg>
  );
}

export function Logo() {
  return (
    <svg viewBox="0 0 22 22" aria-hidden="true">
      <path fill="#f7a24c" d="M9 2h4v3H9z" />
      <path fill="#e98528" d="M5.5 6h11v3h-11z" />
      <path fill="#d06a0c" d="M2 10h18v3H2z" />
      <path fill="#b35806" d="M4 14h6v3H4zM12.5 14H18v3h-5.5zM4 18h6v3H4zM12.5 18H18v3h-5.5z" />
    </svg>
  );
}
