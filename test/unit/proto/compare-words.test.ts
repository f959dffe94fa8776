import {
  type CompareInput,
  type Comparison,
  compare,
  describeCause,
  describeCommon,
  describeVerdict,
} from '@flamehouse/proto';
import { describe, expect, test } from 'vitest';
import { type CompareTextOptions, compareInput } from '../../support/compare-input.ts';

const NAMES = { base: '9ab07d3', head: '4f2c1e9' };
const STEADY = Array.from({ length: 30 }, (_, i) => `main;steady${i} 3000 3020 | 3010 2990`);

function inputOf(lines: readonly string[], options: CompareTextOptions = {}): CompareInput {
  return compareInput([...lines, ...STEADY].join('\n'), { minutes: 20, ...options });
}

const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const sentence = (comparison: Comparison) => plain(describeVerdict(comparison, NAMES));

describe('describeVerdict', () => {
  const grown = ['main;handle;parse 5000 5050 | 15000 15100'];

  test('more', () => {
    const input = inputOf(grown);
    const comparison = compare(input);
    // Steady functions say that head ran 0.3 % cheaper, so parse grew by 10,075 of 95,325 ticks.
    expect(sentence(comparison)).toBe('4f2c1e9 takes 10.6 % more CPU per request than 9ab07d3.');
    expect(plain(describeCause(comparison, input.functions))).toMatch(
      /^95 % interval \+[\d.]+ % to \+[\d.]+ %\. parse \+10\.6 pp\.$/,
    );
    expect(plain(describeCommon(comparison))).toMatch(
      /^All functions took [\d.<]+ % (more|less) CPU alike; the usual range is ±[\d.]+ %, so this is not counted\.$/,
    );
  });

  test('less, and gone', () => {
    const input = inputOf(['main;handle;cache 5000 5050 | 0 0', 'main;handle;x 900 910 | 905 900']);
    const comparison = compare(input);
    expect(sentence(comparison)).toMatch(
      /^4f2c1e9 takes 5\.\d % less CPU per request than 9ab07d3\.$/,
    );
    expect(plain(describeCause(comparison, input.functions))).toContain('cache gone −5.');
  });

  test('the same, with what would have been seen', () => {
    expect(sentence(compare(inputOf([])))).toMatch(
      /^4f2c1e9 takes the same CPU per request as 9ab07d3\. A change of \d\.\d % would have been seen\.$/,
    );
  });

  test('changes that cancel', () => {
    const lines = ['main;a 5000 5050 | 10000 10100', 'main;b 10000 10100 | 5000 5050'];
    expect(sentence(compare(inputOf(lines)))).toBe(
      '4f2c1e9 takes the same CPU per request as 9ab07d3, but 2 functions changed.',
    );
  });

  test('too few of each kind', () => {
    const few = compare(compareInput('main;f 19 19 | 20 21'));
    expect(sentence(few)).toBe(
      'Not enough samples to judge 4f2c1e9. 38 before and 41 after; at least 600 on each side are needed.',
    );
    const short = compare(inputOf([], { minutes: 1 }));
    expect(sentence(short)).toBe(
      'Not enough data to judge 4f2c1e9. Each process needs 2 complete minutes after its warm-up; 4f2c1e9 has 1, 9ab07d3 has 1.',
    );
    const alone = Array.from({ length: 30 }, (_, i) => `main;steady${i} 100 | 101`).join('\n');
    expect(sentence(compare(compareInput(alone)))).toMatch(
      /^Not enough data to judge 4f2c1e9\. Only a change above 1\d\.\d % would have been seen;/,
    );
    expect(sentence(compare(inputOf([], { requests: [0, 0, 9, 9] })))).toContain(
      'on one side only',
    );
  });

  test('cores where requests were not counted, shares where instances are unlike', () => {
    const none = { requests: [0, 0, 0, 0] };
    const cores = compare(inputOf(grown, none));
    expect(sentence(cores)).toContain('more CPU per instance than');
    const unlike = grown.concat('main;other 90000 100 | 90000 100');
    expect(sentence(compare(inputOf(unlike, none)))).toMatch(/more of its CPU in 1 function than/);
  });
});

describe('warnings', () => {
  const codes = (input: CompareInput) => compare(input).warnings.map(({ code }) => code);
  const withInstances = (
    input: CompareInput,
    change: (instance: CompareInput['head']['instances'][number]) => object,
  ): CompareInput => ({
    ...input,
    head: {
      ...input.head,
      instances: input.head.instances.map((one) => ({ ...one, ...change(one) })),
    },
  });

  test('none but the missing history on a plain comparison', () => {
    expect(codes(inputOf([]))).toEqual(['no-history']);
    expect(codes(inputOf([], { change: { simultaneous: true } }))).toEqual([]);
  });

  test('load, by what factor and what is believed', () => {
    const { warnings } = compare(inputOf([], { requests: [9000, 9000, 20000, 20000] }));
    const load = warnings.find(({ code }) => code === 'load');
    expect(plain(load!.text)).toMatch(
      /^Traffic changed by a factor 2\.22\..* above \d+\.\d % are believed\.$/,
    );
  });

  test('what instances say about themselves', () => {
    const input = inputOf([]);
    expect(codes(withInstances(input, () => ({ runtime: 'v22' })))).toContain('runtime');
    expect(codes(withInstances(input, () => ({ machine: 'c7g' })))).toContain('unequal-instances');
    expect(codes(withInstances(input, () => ({ ageMinutesMin: 2 })))).toContain('start-up');
    expect(codes(withInstances(input, () => ({ errors: 500 })))).toContain('errors');
    expect(codes(withInstances(input, () => ({ unattributedMicros: 1e9 })))).toContain(
      'unattributed',
    );
    expect(codes(withInstances(input, () => ({ minutes: 5 })))).toContain('overload');
  });

  test.each([
    [1, '1 minute'],
    [3, '3 minutes'],
    [4.46, '4.5 minutes'],
  ])('the age %d is said as %s', (ageMinutesMin, words) => {
    const { warnings } = compare(withInstances(inputOf([]), () => ({ ageMinutesMin })));
    expect(warnings.find(({ code }) => code === 'start-up')!.text).toBe(
      `Still settling: the youngest minute compared is ${words} after start.`,
    );
  });

  test('CPU per request that still falls', () => {
    const thirds = [1.3, 1.1, 1].map((cost) => ({ cpuMicros: cost * 1e6, requests: 1000 }));
    const { warnings } = compare(withInstances(inputOf([]), () => ({ thirds })));
    const text = warnings.find(({ code }) => code === 'start-up')!.text;
    expect(plain(text)).toContain('moved by −23.1 %');
  });

  test('one instance, and unequal ones', () => {
    const alone = Array.from({ length: 30 }, (_, i) => `main;steady${i} 3000 | 3010`).join('\n');
    expect(codes(compareInput(alone))).toContain('one-instance');
    const unequal = Array.from({ length: 30 }, (_, i) => `main;s${i} 3000 3900 | 3010 3000`).join(
      '\n',
    );
    expect(codes(compareInput(unequal))).toContain('unequal-instances');
  });

  test('a note on the choice of base comes through', () => {
    const { warnings } = compare(inputOf([], { change: { baseNote: 'Base is older.' } }));
    expect(warnings).toContainEqual({ code: 'base', text: 'Base is older.' });
  });
});
