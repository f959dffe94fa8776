import type * as Pprof from '@datadog/pprof';
import { expect, test } from 'vitest';
import { loadV8Profiler } from '../../../agent/src/v8-profiler.ts';

/** @datadog/pprof as far as the door uses it, with a `start` of the test's own. */
function fakePprof(start: () => void): () => typeof Pprof {
  const time = { start, getState: () => [0], constants: { kSampleCount: 0 } };
  return () => ({ time }) as unknown as typeof Pprof;
}

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'nothing thrown';
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code}: ${message}`;
  }
}

test('an addon that does not load is said in one line', () => {
  const load = () => {
    throw new Error('No native build was found for platform=sunos\n    loaded from: /srv\n');
  };
  expect(codeOf(() => loadV8Profiler(load))).toBe(
    'PROFILER_NO_NATIVE_BUILD: No native build was found for platform=sunos',
  );
});

test.each([
  ['PROFILER_CONFLICT', 'Cannot start wall profiler: failed to install SIGPROF handler'],
  ['PROFILER_CONFLICT', 'Wall profiler is already started'],
  ['PROFILER_FAILED', 'Contexts are not supported.'],
])('a sampler that does not start is %s', (code, message) => {
  const load = fakePprof(() => {
    throw new Error(message);
  });
  expect(codeOf(() => loadV8Profiler(load, () => 'slot').startCpu(99))).toBe(`${code}: ${message}`);
});

test('the sampler is asked for contexts, CPU time and 99 Hz', () => {
  let options: unknown;
  const load = fakePprof(((given: unknown) => {
    options = given;
  }) as () => void);
  loadV8Profiler(load, () => 'slot').startCpu(99);
  expect(options).toEqual({
    intervalMicros: 10_101,
    durationMillis: 20_000,
    withContexts: true,
    useCPED: false,
    collectCpuTime: true,
    lineNumbers: false,
    workaroundV8Bug: false,
  });
});

test('a library that is not the pinned release is said, and nothing is made up', () => {
  const load = fakePprof(() => {});
  const profiler = loadV8Profiler(
    () => ({ time: { ...load().time, stop: () => ({}) } }) as unknown as typeof Pprof,
    () => 'slot',
  );
  profiler.startCpu(99);
  expect(codeOf(() => profiler.takeCpu(true))).toMatch(/^PROFILER_FAILED: .*release/);
});
