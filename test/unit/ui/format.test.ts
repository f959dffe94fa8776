import { expect, test } from 'vitest';
import {
  columnShare,
  groupDigits,
  measureOf,
  plural,
  sayChange,
  sayShare,
} from '../../../ui/src/format.ts';
import {
  canonicalTime,
  formatAgo,
  formatRange,
  formatSpan,
  resolveRange,
  stepFor,
} from '../../../ui/src/time.ts';

const NBSP = '\u00a0';
const T = Date.parse('2026-11-20T13:20:00Z');

test('CPU is said in cores of the covered time', () => {
  const cpu = measureOf('process_cpu:cpu:nanoseconds:cpu:nanoseconds');
  expect(cpu.short(4.21e6 * 60, 60_000)).toBe('4.21');
  expect(cpu.long(4.21e6 * 60, 60_000)).toBe(`4.21${NBSP}cores`);
  expect(cpu.long(1, 0)).toBe(`0${NBSP}cores`);
});

test('cells keep to seven characters', () => {
  const { short } = measureOf('process_cpu:cpu:nanoseconds:cpu:nanoseconds');
  const cell = (cores: number) => short(cores * 1e6, 1000);
  expect([12.34, 0.0417, 0.00123, 0.000996, 0.00005, 0].map(cell)).toEqual([
    '12.3',
    '0.0417',
    '0.00123',
    '0.0010',
    '<0.0001',
    '0',
  ]);
});

test('the four heap types are named in words', () => {
  const title = (type: string) => measureOf(`memory:${type}:space:bytes`).title;
  expect(
    ['inuse_space:bytes', 'inuse_objects:count', 'alloc_space:bytes', 'alloc_objects:count'].map(
      title,
    ),
  ).toEqual(['Heap in use', 'Objects in use', 'Allocated', 'Objects allocated']);
});

test('a type that nobody named is called by its own words', () => {
  expect(measureOf('mutex:contentions:count:contentions:count').title).toBe('mutex contentions');
  expect(measureOf('block:delay:nanoseconds:contentions:count').long(2_500_000, 1)).toBe(
    `2.50${NBSP}s`,
  );
});

test('shares in sentences are whole from ten percent on', () => {
  expect([0.33, 0.0996, 0.05, 0].map(sayShare)).toEqual([
    `33${NBSP}%`,
    `10${NBSP}%`,
    `5.0${NBSP}%`,
    `0${NBSP}%`,
  ]);
  expect(columnShare(0.214)).toBe('21.4');
});

test('counts', () => {
  expect(groupDigits(100412)).toBe('100,412');
  expect([plural(1, 'frame'), plural(3993, 'frame')]).toEqual([
    `1${NBSP}frame`,
    `3,993${NBSP}frames`,
  ]);
});

test('times are relative, epoch milliseconds or ISO', () => {
  expect(
    ['now', 'now-15m', '1795180800000', '2026-11-20T13:20:00Z', 'x', 'now-', '-5'].map(
      canonicalTime,
    ),
  ).toEqual(['now', 'now-15m', '1795180800000', String(T), null, null, null]);
  expect(resolveRange('now-2h', 'now', T)).toEqual({ from: T - 7_200_000, to: T });
});

test('ranges are said in the viewer’s zone, with the day when it is another one', () => {
  expect(formatRange({ from: T - 7_200_000, to: T }, T)).toBe('11:20 – 13:20');
  expect(formatRange({ from: T - 86_400_000, to: T }, T)).toBe('19 Nov 13:20 – 20 Nov 13:20');
  expect(formatRange({ from: T - 30_000, to: T }, T)).toBe('13:19:30 – 13:20');
  expect([15_000, 900_000, 7_200_000, 604_800_000].map(formatSpan)).toEqual([
    '15 s',
    '15 min',
    '2 h',
    '7 d',
  ]);
  expect([1_000, 120_000, 7_200_000, 200_000_000].map((age) => formatAgo(T - age, T))).toEqual([
    'just now',
    '2 min ago',
    '2 h ago',
    '2 d ago',
  ]);
});

test('a series has at most 240 steps of whole windows', () => {
  const hour = 3_600_000;
  const steps = [hour / 4, hour, 24 * hour, 720 * hour].map((to) => stepFor({ from: 0, to }));
  expect(steps).toEqual([15_000, 15_000, 600_000, 6 * hour]);
});

test('changes carry their sign, and none is neither more nor less', () => {
  expect([0.094, -0.11, 0.0002, 24].map(sayChange)).toEqual([
    '+9.4\u00a0%',
    '−11.0\u00a0%',
    '0.0\u00a0%',
    '+2400\u00a0%',
  ]);
});
