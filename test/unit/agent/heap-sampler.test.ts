import { expect, test } from 'vitest';
import { FrameDescriber } from '../../../agent/src/frame-describer.ts';
import { HeapSampler } from '../../../agent/src/heap-sampler.ts';
import { createLog } from '../../../agent/src/log.ts';
import { ManualClock } from '../../support/agent-clock.ts';
import { FakeProfiler } from '../../support/agent-profiler.ts';
import { foldedOf } from '../../support/agent-profiles.ts';

function setUp(intervalBytes = 1024) {
  const profiler = new FakeProfiler('main 1');
  const lines: string[] = [];
  let prepared = 0;
  const heap = new HeapSampler({
    profiler,
    describer: new FrameDescriber('/srv/shop'),
    intervalBytes,
    prepareOom: () => [`command ${++prepared}`],
    clock: new ManualClock(),
    log: createLog('error', (line) => lines.push(line)),
  });
  return { heap, lines, profiler };
}

test('sampled while wanted, and the limit is watched again after a pause', () => {
  const { heap, profiler } = setUp();
  expect(heap.take()).toBeNull();
  for (const wanted of [true, true, false, true]) heap.wanted = wanted;
  expect(profiler.calls).toEqual([
    'heap every 1024 bytes',
    'at the heap limit command 1',
    'stop heap',
    'heap every 1024 bytes',
    'at the heap limit command 1',
  ]);
  expect(foldedOf(heap.take()!, 'inuse_space')).toEqual(['keep 2048']);
});

test('an interval of 0 is never sampled', () => {
  const { heap, profiler } = setUp(0);
  heap.wanted = true;
  expect([heap.take(), profiler.calls]).toEqual([null, []]);
});

test('what fails once is left alone, with one line', () => {
  const { heap, lines, profiler } = setUp();
  profiler.takeHeap = () => {
    throw new Error('Heap profiler is not enabled.');
  };
  heap.wanted = true;
  expect([heap.take(), heap.take()]).toEqual([null, null]);
  heap.wanted = false;
  heap.wanted = true;
  expect(lines).toHaveLength(1);
  expect(profiler.calls).toHaveLength(2);
});
