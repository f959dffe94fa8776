import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { LabelError, runWithLabels } from '../../../agent/src/index.ts';
import { checkLabels } from '../../../agent/src/run-with-labels.ts';

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`label${i}`, 'x']));

test('without an agent the function is only called', () => {
  expect(runWithLabels({ tenant: 'acme' }, () => 42)).toBe(42);
});

test('each code is in the docs', () => {
  const root = resolve(import.meta.dirname, '../../..');
  const source = readFileSync(resolve(root, 'agent/src/run-with-labels.ts'), 'utf8');
  const page = readFileSync(resolve(root, 'docs/configuration.md'), 'utf8');
  const codes = [...source.matchAll(/^ {2}(LABELS?_[A-Z_]+):/gm)].map(([, code]) => code!);
  expect(codes).toHaveLength(6);
  expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});

test('labels are copied', () => {
  const given = { tenant: 'acme' };
  const checked = checkLabels(given, null);
  given.tenant = 'other';
  expect(checked).toEqual({ tenant: 'acme' });
});

test.each([
  ['LABELS_NOT_AN_OBJECT', 'acme', 'labels are "acme"'],
  ['LABELS_NOT_AN_OBJECT', null, 'labels are null'],
  ['LABELS_NOT_AN_OBJECT', ['a'], 'labels are a'],
  ['LABELS_TOO_MANY', many(17), '17 labels are set'],
  ['LABEL_KEY_INVALID', { '1a': 'x' }, 'a label is named "1a"'],
  ['LABEL_KEY_INVALID', { ['k'.repeat(65)]: 'x' }, `a label is named "${'k'.repeat(65)}"`],
  ['LABEL_KEY_TAKEN', { endpoint: 'x' }, 'a label is named "endpoint"'],
  ['LABEL_VALUE_INVALID', { tenant: 7 }, 'label tenant is 7'],
  ['LABEL_VALUE_INVALID', { tenant: undefined }, 'label tenant is undefined'],
  ['LABEL_VALUE_INVALID', { tenant: 'a\nb' }, 'label tenant is "a\\nb" (3 characters)'],
  ['LABEL_VALUE_INVALID', { tenant: 'v'.repeat(201) }, '(201 characters)'],
])('%s is said with the value and the repair', (code, given, detail) => {
  let thrown: unknown;
  try {
    runWithLabels(given as Record<string, string>, () => {
      throw new Error('must not run');
    });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(LabelError);
  const { message, help, ...error } = thrown as LabelError;
  expect(error.code).toBe(code);
  expect(message).toContain(detail);
  expect(message.endsWith(help)).toBe(true);
});

test('labels around count too', () => {
  expect(Object.keys(checkLabels(many(8), many(16)))).toHaveLength(8);
  expect(() => checkLabels({ one: 'more' }, many(16))).toThrow('17 labels are set');
});

test('what is not a function is refused', () => {
  expect(() => runWithLabels({}, 'work' as unknown as () => void)).toThrow(
    'LABELS_NOT_A_FUNCTION: the second argument is "work"',
  );
});
