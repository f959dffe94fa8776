import { afterEach, beforeEach, expect, test } from 'vitest';
import { OtelRegistration } from '../../../agent/src/otel-registration.ts';

const KEY = Symbol.for('opentelemetry.js.api.1');
const globals = globalThis as { [KEY]?: { version?: string; context?: unknown } | undefined };

/** As `registerGlobal` of @opentelemetry/api 1.x does it. */
function register(context: unknown): void {
  globals[KEY] = globals[KEY] ?? { version: '1.9.1' };
  const api = globals[KEY]!;
  if (api.context) throw new Error('duplicate registration');
  if (api.version !== '1.9.1') throw new Error(`another version: ${api.version}`);
  api.context = context;
}

function unregister(): void {
  delete globals[KEY]!.context;
}

let before: PropertyDescriptor | undefined;
beforeEach(() => {
  before = Object.getOwnPropertyDescriptor(globals, KEY);
  delete globals[KEY];
});
afterEach(() => {
  delete globals[KEY];
  if (before !== undefined) Object.defineProperty(globals, KEY, before);
});

function watch() {
  const found: unknown[] = [];
  const registration = new OtelRegistration((manager) => found.push(manager));
  return { found, registration };
}

test('a manager that was there before', () => {
  register('manager');
  const { found, registration } = watch();
  registration.start();
  expect(found).toEqual(['manager']);
});

test('one that is registered later, at once, with the api still in charge of its globals', () => {
  const { found, registration } = watch();
  registration.start();
  expect(globals[KEY]).toBeUndefined();
  register('manager');
  expect(found).toEqual(['manager']);
  expect(() => register('second')).toThrow('duplicate registration');
  expect(globals[KEY]).toEqual({ version: '1.9.1', context: 'manager' });
});

test('one that goes and comes back is found by looking', () => {
  const { found, registration } = watch();
  registration.start();
  register('first');
  unregister();
  registration.check();
  register('second');
  registration.check();
  registration.check();
  expect(found).toEqual(['first', undefined, 'second']);
});

test('stopped, it leaves plain values and hears nothing', () => {
  const { found, registration } = watch();
  registration.start();
  register('manager');
  registration.stop();
  expect(Object.getOwnPropertyDescriptor(globals[KEY], 'context')).toMatchObject({
    value: 'manager',
    writable: true,
  });
  unregister();
  register('second');
  registration.check();
  expect(found).toEqual(['manager']);
});

test('stopped before anybody came, it leaves nothing', () => {
  const { registration } = watch();
  registration.start();
  registration.stop();
  expect(Object.getOwnPropertyDescriptor(globals, KEY)).toBeUndefined();
});

test('a report that fails does not disturb the registration', () => {
  const registration = new OtelRegistration(() => {
    throw new Error('broken');
  });
  registration.start();
  expect(() => register('manager')).not.toThrow();
  expect(globals[KEY]!.context).toBe('manager');
});
