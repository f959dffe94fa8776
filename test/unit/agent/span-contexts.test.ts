import type { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, context, createContextKey, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { NodeTracerProvider } from 'otel-sdk-trace-node-2';
import { afterEach, expect, test } from 'vitest';
import type { PreparedContext } from '../../../agent/src/native-context.ts';
import type { SampleContext } from '../../../agent/src/sample-context.ts';
import { SpanContexts } from '../../../agent/src/span-context.ts';

const provider = new NodeTracerProvider();
provider.register();
const { _asyncLocalStorage: storage } = (
  context as unknown as {
    _getContextManager(): { _asyncLocalStorage: AsyncLocalStorage<Context> };
  }
)._getContextManager();
const KEY = createContextKey('what instrumentation of HTTP puts beside the span');

function watched() {
  const prepared: SampleContext[] = [];
  const set: (PreparedContext | undefined)[] = [];
  const contexts = new SpanContexts({
    profiler: {
      contextPath: 'frame',
      contextEpoch: 1,
      prepareContext: (one) => ({ number: prepared.push(one) }) as unknown as PreparedContext,
      setContext: (one) => void set.push(one),
    },
    mode: 'on',
    uiUrl: 'http://127.0.0.1:4040',
    onRoot: () => {},
    openWork: () => null,
  });
  contexts.start();
  afterEach(() => contexts.stop());
  return { prepared, set };
}

test('contexts of OpenTelemetry that follow each other with one span share what the sampler holds', () => {
  const { prepared, set } = watched();
  const spans = ['a', 'b'].map((name) => provider.getTracer('test').startSpan(name));
  const [a, b] = spans.map((span) => trace.setSpan(ROOT_CONTEXT, span)) as [Context, Context];
  for (const one of [a, a.setValue(KEY, 1), a.setValue(KEY, 2), b, b.setValue(KEY, 1)]) {
    storage.enterWith(one);
  }
  expect(prepared).toHaveLength(2);
  const [ofA, , , ofB] = set.slice(-5);
  expect(set.slice(-5)).toEqual([ofA, ofA, ofA, ofB, ofB]);
  expect(ofA).not.toBe(ofB);
  storage.enterWith(a); // known, whatever was last
  expect(set.at(-1)).toBe(ofA);
});
