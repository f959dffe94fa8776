import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DIFF_STEPS, parseHex } from '../../../ui/src/flame/colours.ts';

const TOKENS = readFileSync(new URL('../../../ui/src/styles/tokens.css', import.meta.url), 'utf8');

/** Custom properties of a theme as values. */
function tokensOf(theme: 'light' | 'dark'): (name: string) => string {
  const [light, dark] = TOKENS.split(':root[data-theme="dark"]') as [string, string];
  const text = theme === 'light' ? light : dark;
  return (name) => new RegExp(`${name}:\\s*(#[0-9a-f]{3,6})`).exec(text)![1]!;
}

type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB. */
const SEEN: Readonly<Record<string, Matrix>> = {
  everybody: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopes: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopes: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopes: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
const XYZ: Matrix = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
];
const WHITE: Vector = [0.95047, 1, 1.08883];

const times = (matrix: Matrix, v: Vector): Vector =>
  matrix.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as unknown as Vector;
const linear = (hex: string): Vector =>
  parseHex(hex).map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  ) as unknown as Vector;

function lab(rgb: Vector): Vector {
  const inside = rgb.map((c) => Math.min(1, Math.max(0, c))) as unknown as Vector;
  const f = times(XYZ, inside).map((value, i) => {
    const t = value / WHITE[i]!;
    return t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116;
  });
  return [116 * f[1]! - 16, 500 * (f[0]! - f[1]!), 200 * (f[1]! - f[2]!)];
}

/** CIE76: above 20 two colours are told apart side by side. */
function distance(a: string, b: string, seen: Matrix): number {
  const [x, y] = [lab(times(seen, linear(a))), lab(times(seen, linear(b)))];
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}

const STEPS = Array.from({ length: DIFF_STEPS }, (_, i) => i + 1);

test('the measure is that of the reference: red and green are hard for deuteranopes', () => {
  const { everybody, deuteranopes } = SEEN;
  expect(distance('#ffffff', '#000000', everybody!)).toBeCloseTo(100, 0);
  expect(distance('#f2495c', '#73bf69', deuteranopes!)).toBeLessThan(
    0.4 * distance('#f2495c', '#73bf69', everybody!),
  );
});

test.each(
  (['light', 'dark'] as const).flatMap((theme) => Object.keys(SEEN).map((who) => ({ theme, who }))),
)('$theme: $who tell more from less, and both from no change, at every step', ({ theme, who }) => {
  const token = tokensOf(theme);
  const none = token('--diff-none');
  const found = STEPS.map((step) => {
    const more = token(`--diff-more-${step}`);
    const less = token(`--diff-less-${step}`);
    const seen = SEEN[who]!;
    return {
      apart: distance(more, less, seen),
      fromNone: Math.min(distance(more, none, seen), distance(less, none, seen)),
    };
  });
  expect(Math.min(...found.map(({ apart }) => apart))).toBeGreaterThanOrEqual(40);
  expect(Math.min(...found.map(({ fromNone }) => fromNone))).toBeGreaterThanOrEqual(19);
});
