import type { FrameKind } from '@flamehouse/proto';

/** One class per token of tokens.css; a class is an index into the fills of a palette. */
export const FILL_TOKENS = [
  '--frame-root',
  '--user-1',
  '--user-2',
  '--user-3',
  '--pkg-1',
  '--pkg-2',
  '--pkg-3',
  '--pkg-4',
  '--pkg-5',
  '--pkg-6',
  '--pkg-7',
  '--pkg-8',
  '--pkg-9',
  '--pkg-10',
  '--kind-runtime',
  '--kind-gc',
  '--kind-native',
  '--frame-rest',
  '--diff-none',
  '--diff-more-1',
  '--diff-more-2',
  '--diff-more-3',
  '--diff-more-4',
  '--diff-more-5',
  '--diff-more-6',
  '--diff-less-1',
  '--diff-less-2',
  '--diff-less-3',
  '--diff-less-4',
  '--diff-less-5',
  '--diff-less-6',
] as const;

const USER = FILL_TOKENS.indexOf('--user-1');
const PACKAGE = FILL_TOKENS.indexOf('--pkg-1');
export const ROOT_CLASS = FILL_TOKENS.indexOf('--frame-root');
export const REST_CLASS = FILL_TOKENS.indexOf('--frame-rest');
const DIFF_NONE = FILL_TOKENS.indexOf('--diff-none');

/** Steps of the diff scale each way; the first is already a significant change. */
export const DIFF_STEPS = 6;

/** The class of a change: 0 is none, 1 to 6 is more, -1 to -6 is less. */
export const diffClass = (step: number): number =>
  DIFF_NONE + (step >= 0 ? step : DIFF_STEPS - step);
const BY_KIND: Partial<Record<FrameKind, number>> = {
  runtime: FILL_TOKENS.indexOf('--kind-runtime'),
  gc: FILL_TOKENS.indexOf('--kind-gc'),
  native: FILL_TOKENS.indexOf('--kind-native'),
  idle: FILL_TOKENS.indexOf('--frame-rest'),
};

/** FNV-1a with the high half folded in; fixed, so a package keeps its hue on every screen and in every version. */
export function hashText(text: string): number {
  let hash = 2166136261;
  for (let at = 0; at < text.length; at++) {
    hash ^= text.charCodeAt(at);
    hash = Math.imul(hash, 16777619);
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** `src/pricing/config.ts` belongs to `pricing`; folders that every project has say nothing. */
export function topFolder(file: string): string {
  const parts = file.split('/');
  const common = ['src', 'lib', 'dist', 'build', 'app', 'out'];
  return (parts.length > 1 && common.includes(parts[0]!) ? parts[1] : parts[0]) ?? '';
}

/** The class of a function: its kind, and for your code and packages a hue by hash. */
export function fillClass(f: {
  readonly kind: FrameKind;
  readonly file: string;
  readonly package: string;
}): number {
  const fixed = BY_KIND[f.kind];
  if (fixed !== undefined) return fixed;
  if (f.kind === 'user') return USER + ((hashText(topFolder(f.file)) % 7) % 3);
  return PACKAGE + (hashText(f.package || f.file) % 10);
}

const DIFF_LABELS = [
  '--diff-label-low',
  '--diff-label-low',
  '--diff-label-low',
  '--diff-label-mid',
  '--diff-label-mid',
  '--diff-label-high',
];

type Rgb = readonly [number, number, number];

export function parseHex(hex: string): Rgb {
  const digits = hex.trim().replace('#', '');
  const full = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits;
  const n = Number.parseInt(full, 16);
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
}

const toLinear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const toGamma = (c: number): number =>
  c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055;

function toOklab(rgb: Rgb): Rgb {
  const [r, g, b] = rgb.map((c) => toLinear(c / 255)) as unknown as Rgb;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromOklab([L, a, b]: Rgb): Rgb {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channel = (c: number): number =>
    Math.round(Math.min(1, Math.max(0, toGamma(Math.max(0, c)))) * 255);
  return [
    channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    channel(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/**
 * `color-mix(in oklab, a share, b)`: a canvas needs the mixed colour as a value.
 *
 * Source  https://bottosson.github.io/posts/oklab/
 */
export function mixOklab(a: string, b: string, share: number): string {
  const x = toOklab(parseHex(a));
  const y = toOklab(parseHex(b));
  const mixed = x.map((v, i) => v * share + y[i]! * (1 - share)) as unknown as Rgb;
  return `#${fromOklab(mixed)
    .map((c) => c.toString(16).padStart(2, '0'))
    .join('')}`;
}

/** Everything a renderer needs of the theme, as values. */
export interface Palette {
  readonly fills: readonly string[]; // class -> full colour
  readonly quiet: readonly string[]; // class -> colour off the hot path
  readonly canvas: string;
  readonly hatch: string; // stripes of what was folded
  readonly label: string;
  readonly labelSecond: string;
  readonly labelRest: string;
  readonly diffLabels: readonly string[]; // step of the diff scale -> label on its fill
  readonly match: string;
  readonly ring: string;
  readonly surface: string;
  readonly hover: string;
  readonly linked: string;
  readonly fontMono: string;
  readonly fontUi: string;
}

/** Reads a palette from custom properties; `get` is `getComputedStyle(...).getPropertyValue`. */
export function readPalette(get: (token: string) => string, dark: boolean): Palette {
  const token = (name: string): string => get(name).trim();
  const canvas = token('--canvas');
  const share = Number.parseFloat(token('--quiet-mix')) / 100;
  const fills = FILL_TOKENS.map(token);
  return {
    fills,
    quiet: fills.map((fill, i) => (i === ROOT_CLASS ? fill : mixOklab(fill, canvas, share))),
    canvas,
    hatch: token('--frame-rest'),
    label: token('--frame-label'),
    labelSecond: token('--frame-label-2'),
    labelRest: token('--fg-3'),
    diffLabels: ['--fg-2', ...DIFF_LABELS].map(token),
    match: token('--match'),
    ring: token('--fg'),
    surface: token('--surface'),
    hover: dark ? 'rgb(255 255 255 / 9%)' : 'rgb(0 0 0 / 5%)',
    linked: dark ? 'rgb(255 255 255 / 16%)' : 'rgb(0 0 0 / 12%)',
    fontMono: token('--font-mono'),
    fontUi: token('--font-ui'),
  };
}
