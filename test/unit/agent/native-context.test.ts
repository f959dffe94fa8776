import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { findCurrentFrame } from '../../../agent/src/context-frame.ts';
import { contextSetter } from '../../../agent/src/native-context.ts';
import { SampleContext } from '../../../agent/src/sample-context.ts';

/** The sampler's calls; every one of `setContext` would make a native holder. */
function fakeTime() {
  let current: unknown;
  const given: unknown[] = [];
  const time = {
    getContext: () => current,
    setContext(context: unknown) {
      current = context;
      given.push(context);
    },
    getState: () => [0],
    constants: { kSampleCount: 0 },
  };
  return { time, given };
}

const context = new SampleContext(null, null, null);

test('one holder a context is put into the storage of the sampler, and only where it is not', async () => {
  const { time, given } = fakeTime();
  const storage = new AsyncLocalStorage<unknown>();
  const made: SampleContext[] = [];
  const entered: unknown[] = [];
  const enterWith = storage.enterWith.bind(storage);
  storage.enterWith = (holder) => {
    entered.push(holder);
    enterWith(holder);
  };
  const holders = { storage, createHolder: (one: SampleContext) => ({ number: made.push(one) }) };
  const { prepare, set } = contextSetter(time, 'frame', holders, () => null);
  const holder = prepare(context);
  await storage.run(undefined, async () => {
    entered.length = 0;
    for (const one of [holder, holder, undefined, holder]) set(one);
    await null;
    expect(storage.getStore()).toBe(holder);
  });
  expect(entered.slice(0, 3)).toEqual([holder, undefined, holder]);
  expect(made).toEqual([context]);
  expect(given).toEqual([]);
});

test('without holders the sampler is told itself, when the context changes', () => {
  const { time, given } = fakeTime();
  const { prepare, set } = contextSetter(time, 'frame', null);
  for (const one of [prepare(context), prepare(context), undefined]) set(one);
  expect(given).toEqual([context, undefined]);
});

test('a holder is put into the frame of the running code where that has a place for it', () => {
  const storage = new AsyncLocalStorage<unknown>();
  const entered: unknown[] = [];
  storage.enterWith = (holder) => void entered.push(holder);
  let frame: Map<unknown, unknown> | undefined;
  const holders = { storage, createHolder: () => ({}) };
  const { prepare, set } = contextSetter(fakeTime().time, 'frame', holders, () => () => frame);
  const [a, b] = [prepare(context), prepare(context)];
  set(a); // outside any
  frame = new Map();
  set(a); // it would have to grow
  expect([entered, frame.size]).toEqual([[a, a], 0]);
  frame = new Map([[storage, undefined]]);
  for (const one of [a, b, undefined]) {
    set(one);
    expect(frame.get(storage)).toBe(one);
  }
  expect(entered).toHaveLength(2);
});

test('the frame of the running code is found where Node has frames, and only there', () => {
  const storage = new AsyncLocalStorage<object>();
  const store = {};
  const current = findCurrentFrame();
  if ('kResourceStore' in storage) expect(current).toBeNull();
  else expect(storage.run(store, () => current!()!.get(storage))).toBe(store);
});
