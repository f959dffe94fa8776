import {
  aliasOf,
  isGauge,
  parseProfileType,
  profileTypesOf,
  ScaledCarry,
  storeScaleOf,
  unitOf,
} from '@flamehouse/proto';
import { describe, expect, test } from 'vitest';

describe('what arrives is mapped to a profile type', () => {
  const cases: [type: string, unit: string, period: [string, string] | null, expected: string][] = [
    ['cpu', 'nanoseconds', ['cpu', 'nanoseconds'], 'process_cpu:cpu:nanoseconds:cpu:nanoseconds'],
    ['cpu', 'nanoseconds', ['wall', 'nanoseconds'], 'process_cpu:cpu:nanoseconds:cpu:nanoseconds'],
    ['wall', 'nanoseconds', null, 'wall:wall:nanoseconds:wall:nanoseconds'],
    ['space', 'bytes', ['space', 'bytes'], 'memory:inuse_space:bytes:space:bytes'],
    ['objects', 'count', ['space', 'bytes'], 'memory:inuse_objects:count:space:bytes'],
    ['inuse_space', 'bytes', ['inuse_space', 'bytes'], 'memory:inuse_space:bytes:space:bytes'],
    ['alloc_objects', 'count', ['space', 'bytes'], 'memory:alloc_objects:count:space:bytes'],
    ['samples', 'count', ['cpu', 'nanoseconds'], 'process_cpu:samples:count:cpu:nanoseconds'],
    ['sample', 'count', ['wall', 'nanoseconds'], 'wall:samples:count:wall:nanoseconds'],
    [
      'contentions',
      'count',
      ['contentions', 'count'],
      'contentions:contentions:count:contentions:count',
    ],
    [
      'delay',
      'nanoseconds',
      ['contentions', 'count'],
      'contentions:delay:nanoseconds:contentions:count',
    ],
    ['goroutine', 'count', ['goroutine', 'count'], 'goroutine:goroutine:count:goroutine:count'],
    ['odd:name', 'count', null, 'odd_name:odd_name:count:odd_name:count'],
  ];
  test.each(cases)('%s/%s with period %s', (type, unit, period, expected) => {
    const periodType = period === null ? null : { type: period[0], unit: period[1] };
    expect(profileTypesOf({ sampleTypes: [{ type, unit }], periodType })).toEqual([expected]);
    expect(parseProfileType(expected)).toBe(expected);
  });
});

test('aliases stand for full types, both ways', () => {
  expect(parseProfileType('heap')).toBe('memory:inuse_space:bytes:space:bytes');
  expect(aliasOf('memory:inuse_space:bytes:space:bytes')).toBe('heap');
  expect(aliasOf('wall:samples:count:wall:nanoseconds')).toBeNull();
});

test.each(['', 'cpus', 'a:b:c', 'a:b:c:d:e:f', ':b:c:d:e', 'toString'])(
  '"%s" is no profile type',
  (text) => {
    expect(() => parseProfileType(text)).toThrow(`"${text}" is neither an alias nor five parts`);
  },
);

test('units and gauges follow from the type', () => {
  expect(unitOf(parseProfileType('cpu'))).toBe('microseconds');
  expect(unitOf(parseProfileType('heap'))).toBe('bytes');
  expect(unitOf(parseProfileType('alloc-objects'))).toBe('count');
  expect(isGauge(parseProfileType('heap-objects'))).toBe(true);
  expect(isGauge(parseProfileType('alloc'))).toBe(false);
  expect(isGauge(parseProfileType('cpu'))).toBe(false);
});

test('nanoseconds become microseconds with the remainder carried', () => {
  const carry = new ScaledCarry(storeScaleOf(parseProfileType('cpu')));
  expect([1_600, 1_600, 1_600, 200n].map((value) => carry.next(value))).toEqual([1, 2, 1, 1]);
});

test('a value that no number can hold is refused with the value', () => {
  const carry = new ScaledCarry({ numerator: 1n, denominator: 1n });
  expect(() => carry.next(2n ** 60n)).toThrow('1152921504606846976 does not fit into 53 bits');
});
