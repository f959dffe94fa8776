import {
  formatBytes,
  formatCores,
  formatCount,
  formatFolded,
  formatMicros,
  formatNumber,
  formatPercent,
  formatSigned,
  parseFolded,
} from '@flamehouse/proto';
import { expect, test } from 'vitest';

const plain = (text: string) => text.replaceAll('\u00a0', ' ').replaceAll('\u2212', '-');

test('three significant digits, no exponent', () => {
  expect(
    [0, 0.0417, 0.9, 4.206, 14.84, 302.4, 1284, 1_234_567, -0.31, Number.NaN]
      .map(formatNumber)
      .map(plain),
  ).toEqual(['0', '0.0417', '0.900', '4.21', '14.8', '302', '1,284', '1,234,567', '-0.310', '–']);
  expect([4.2, 0, -0.5].map(formatSigned).map(plain)).toEqual(['+4.20', '0', '-0.500']);
});

test('shares', () => {
  expect([1, 0.33, 0.0084, 0.00001, 0].map(formatPercent).map(plain)).toEqual([
    '100.0 %',
    '33.0 %',
    '0.84 %',
    '<0.01 %',
    '0 %',
  ]);
});

test('time, bytes, counts and cores', () => {
  expect(
    [450, 1500, 1_840_000, 125e6, 11_160e6, 400 * 3600e6].map(formatMicros).map(plain),
  ).toEqual(['450 µs', '1.50 ms', '1.84 s', '2 m 05 s', '3.10 h', '16.7 d']);
  expect([0, 512, 1536, 5 * 1024 ** 3].map(formatBytes).map(plain)).toEqual([
    '0 B',
    '512 B',
    '1.50 KiB',
    '5.00 GiB',
  ]);
  expect([7, 1284, 302_400, 1_410_000].map(formatCount).map(plain)).toEqual([
    '7',
    '1,284',
    '302 k',
    '1.41 M',
  ]);
  expect([1, 0.42].map(formatCores).map(plain)).toEqual(['1.00 core', '0.420 cores']);
});

test('folded text: spaces stay, separators inside names are replaced', () => {
  const { names, stacks, values } = parseFolded('main;RegExp: a b 10\n\n main 2');
  expect(formatFolded(stacks, values, (row) => names[row]!)).toBe('main;RegExp: a b 10\nmain 2\n');
  expect(formatFolded([[0]], [1], () => 'a;b\nc')).toBe('a:b c 1\n');
  expect(() => parseFolded('main;x\n')).toThrow('line 1 is "main;x"');
});
