import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  FILL_TOKENS,
  fillClass,
  mixOklab,
  readPalette,
  topFolder,
} from '../../../ui/src/flame/colours.ts';

const token = (kind: Parameters<typeof fillClass>[0]['kind'], file: string, owner = '') =>
  FILL_TOKENS[fillClass({ kind, file, package: owner })];

test('kinds have colours of their own', () => {
  expect(token('runtime', 'node:fs', 'node')).toBe('--kind-runtime');
  expect(token('gc', '')).toBe('--kind-gc');
  expect(token('native', '')).toBe('--kind-native');
});

test('a package keeps its hue whatever the file', () => {
  expect(token('dependency', 'pg/lib/a.js', 'pg')).toBe(token('dependency', 'pg/lib/b.js', 'pg'));
  expect(token('dependency', '', 'pg')).toMatch(/^--pkg-\d+$/);
});

test('your code is coloured by the folder below the one that every project has', () => {
  expect(topFolder('src/pricing/config.ts')).toBe('pricing');
  expect(topFolder('server.js')).toBe('server.js');
  expect(token('user', 'src/pricing/a.ts')).toBe(token('user', 'src/pricing/b/c.ts'));
  expect(token('user', 'src/pricing/a.ts')).toMatch(/^--user-[123]$/);
});

test('hues of the reference pages', () => {
  expect(token('user', 'src/pricing/config.ts')).toBe('--user-1');
  expect(token('user', 'src/routes/checkout.ts')).toBe('--user-2');
});

test('colours mix in oklab as color-mix does', () => {
  expect(mixOklab('#f9bf85', '#ffffff', 1)).toBe('#f9bf85');
  expect(mixOklab('#000000', '#ffffff', 0.5)).toBe('#636363');
});

/** Custom properties of one theme, read from the stylesheet itself. */
function tokensOf(dark: boolean): (name: string) => string {
  const css = readFileSync(join(import.meta.dirname, '../../../ui/src/styles/tokens.css'), 'utf8');
  const [light, darkPart] = css.split(':root[data-theme="dark"]');
  const read = (part: string, name: string) =>
    new RegExp(`${name}:\\s*([^;]+);`).exec(part)?.[1]?.trim();
  return (name) =>
    (dark ? (read(darkPart!, name) ?? read(light!, name)) : read(light!, name)) ?? '';
}

test.each([false, true])('every token of the palette exists, dark: %s', (dark) => {
  const palette = readPalette(tokensOf(dark), dark);
  expect(palette.fills).toHaveLength(FILL_TOKENS.length);
  for (const fill of [...palette.fills, ...palette.quiet]) expect(fill).toMatch(/^#[0-9a-f]{6}$/);
  expect(palette.quiet[1]).not.toBe(palette.fills[1]);
});
