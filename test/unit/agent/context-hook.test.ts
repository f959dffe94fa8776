import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { afterEach, expect, test } from 'vitest';
import { ContextHook } from '../../../agent/src/context-hook.ts';
import { NO_CONTEXTS, type PreparedContext } from '../../../agent/src/native-context.ts';

const named = (name: string) => NO_CONTEXTS.prepare({ work: null, span: null, labels: { name } });
const a = named('a');
const b = named('b');

let hook: ContextHook | null = null;
afterEach(() => hook?.stop());

/** A sampler that shows what it was told last, and code that knows its context. */
function setUp(contextPath: 'slot' | 'frame') {
  const storage = new AsyncLocalStorage<PreparedContext | undefined>();
  const sampler = {
    contextPath,
    current: undefined as PreparedContext | undefined,
    setContext(context: PreparedContext | undefined) {
      sampler.current = context;
    },
  };
  hook = new ContextHook(sampler, () => storage.getStore());
  const run = <T>(context: PreparedContext, work: () => T): T => {
    hook!.begin();
    try {
      return storage.run(context, () => {
        hook!.update();
        return work();
      });
    } finally {
      hook!.update();
    }
  };
  return { sampler, run, hook };
}

test('callbacks and continuations have the context of the code that left them', async () => {
  const { sampler, run } = setUp('slot');
  const seen = await Promise.all(
    [a, b].map((context) =>
      run(context, async () => {
        const found = [sampler.current];
        await null;
        found.push(sampler.current);
        await new Promise((done) => setTimeout(done, 1));
        found.push(sampler.current);
        return found;
      }),
    ),
  );
  expect(seen).toEqual([
    [a, a, a],
    [b, b, b],
  ]);
});

test('a callback inside a callback gives the context back', () => {
  const { sampler, run } = setUp('slot');
  const bound = run(a, () => AsyncResource.bind(() => sampler.current));
  run(b, () => {
    expect(bound()).toBe(a);
    expect(sampler.current).toBe(b);
  });
  expect(sampler.current).toBeUndefined();
});

test('a callback that throws gives it back too', () => {
  const { sampler, run } = setUp('slot');
  const bound = run(a, () =>
    AsyncResource.bind(() => {
      throw new Error('own');
    }),
  );
  run(b, () => {
    expect(bound).toThrow('own');
    expect(sampler.current).toBe(b);
  });
});

test('stopped, it leaves nothing and calls nobody', async () => {
  const { sampler, run, hook: stopping } = setUp('slot');
  const later = run(a, async () => {
    await null;
    return sampler.current;
  });
  run(b, () => stopping.stop());
  expect(sampler.current).toBeUndefined();
  sampler.setContext = () => {
    throw new Error('the sampler has stopped');
  };
  await later;
  run(a, () => {});
});

test('a sampler or a span that throws does not reach the host', () => {
  const { sampler, run } = setUp('slot');
  sampler.setContext = () => {
    throw new Error('broken');
  };
  expect(run(a, () => 42)).toBe(42);
  sampler.setContext = () => {};
});

test('with frames no hook runs: the sampler is told of switches only', async () => {
  const { sampler, run } = setUp('frame');
  await run(a, async () => {
    sampler.current = b; // as if the frame of another continuation were active
    await null;
    expect(sampler.current).not.toBe(a);
  });
});
