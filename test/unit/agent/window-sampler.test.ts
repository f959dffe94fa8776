import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Activity } from '../../../agent/src/activity.ts';
import { FrameDescriber } from '../../../agent/src/frame-describer.ts';
import { buildHeapProfile } from '../../../agent/src/heap-profile.ts';
import { OwnCost } from '../../../agent/src/own-cost.ts';
import { buildMeta } from '../../../agent/src/upload.ts';
import { WindowEncoder } from '../../../agent/src/window-encoder.ts';
import { type ClosedWindow, WindowSampler } from '../../../agent/src/window-sampler.ts';
import { decodeProfile } from '../../../proto/src/index.ts';
import { ManualClock } from '../../support/agent-clock.ts';
import { FakeProfiler } from '../../support/agent-profiler.ts';
import { foldedOf } from '../../support/agent-profiles.ts';

/** A process that uses one core: its clock is the wall clock. */
function setUp(profiler: FakeProfiler, windowMs = 15_000) {
  const clock = new ManualClock();
  const cost = new OwnCost(clock);
  const describer = new FrameDescriber('/srv/shop');
  const windows: ClosedWindow[] = [];
  const errors: unknown[] = [];
  const activity = new Activity({
    profiler,
    clock,
    spans: 'on',
    uiUrl: 'http://127.0.0.1:4040',
    stallMs: 0,
    thread: null,
    onError: (error) => errors.push(error),
  });
  const sampler = new WindowSampler({
    profiler,
    activity,
    describer,
    cost,
    clock,
    sampleHz: 99,
    windowMs,
    processCpuNanos: () => clock.monotonicMs() * 1e6,
    ownThreadsOnly: false,
    onWindow: (window) => windows.push(window),
    onError: (error) => errors.push(error),
  });
  return { clock, cost, describer, windows, errors, sampler };
}

test('a window is made of several native stops and takes the CPU of its own time', async () => {
  const profiler = new FakeProfiler('main;hot 3\n(idle) 1');
  const { clock, windows, sampler } = setUp(profiler);
  sampler.start();
  await clock.advance(30_000);
  expect(profiler.calls).toEqual(['start 99 Hz', ...Array(10).fill('take')]);
  expect(windows).toMatchObject([
    { reason: 'periodic', processCpuNanos: 15e9, busyTicks: 15, coveredMs: 200 },
    { reason: 'periodic', processCpuNanos: 15e9, busyTicks: 15, coveredMs: 200 },
  ]);
  const [first, second] = windows as [ClosedWindow, ClosedWindow];
  expect(first.toNanos).toBe(second.fromNanos);
  expect(second.toNanos - second.fromNanos).toBe(15_000_000_000n);
  expect(first.uploadId).not.toBe(second.uploadId);
  expect(foldedOf(first.buildCpu(), 'cpu')).toEqual([`main;hot ${15e9}`, '(idle) 0']);
});

test('a short window is one native stop', async () => {
  const profiler = new FakeProfiler('main 1');
  const { clock, windows, sampler } = setUp(profiler, 1000);
  sampler.start();
  await clock.advance(3000);
  expect({ windows: windows.length, calls: profiler.calls.length }).toEqual({
    windows: 3,
    calls: 4,
  });
});

test('a blocked event loop makes the window longer, not the samples wrong', async () => {
  const { clock, windows, sampler } = setUp(new FakeProfiler('main 1'));
  sampler.start();
  await clock.advance(12_000);
  const profile = sampler.close('exit').buildCpu();
  expect(profile.durationNanos).toBe(12_000_000_000n);
  expect(windows).toEqual([]);
});

test('an error of the native sampler is reported and the next stop is tried', async () => {
  const profiler = new FakeProfiler('main 1');
  const { clock, windows, errors, sampler } = setUp(profiler, 1000);
  sampler.start();
  const take = profiler.takeCpu.bind(profiler);
  profiler.takeCpu = () => {
    throw new Error('native');
  };
  await clock.advance(1000);
  profiler.takeCpu = take;
  await clock.advance(1000);
  expect(errors.map(String)).toEqual(['Error: native']);
  expect(windows).toMatchObject([{ processCpuNanos: 2e9 }]);
});

test('a stopped sampler sets no timer', async () => {
  const { clock, sampler } = setUp(new FakeProfiler('main 1'));
  sampler.start();
  sampler.stop();
  expect(clock.pendingMs).toEqual([]);
});

test('a window encoded at leisure and at the very end is the same upload', async () => {
  const profiler = new FakeProfiler('main;hot 3\n(idle) 1');
  const { clock, cost, describer, sampler } = setUp(profiler);
  sampler.start();
  await clock.advance(40);
  const window = sampler.close('exit');
  const config = {
    service: 'shop',
    version: null,
    revision: 'abc',
    environment: 'test',
    instance: 'i',
    labels: { region: 'eu' },
    sampleHz: 99,
  };
  const agent = { version: '0.1.0', cpuNanos: 1, longestPauseMicros: 2, rssBytes: 3 };
  const encoder = new WindowEncoder({
    clock,
    cost,
    describer,
    takeHeap: () =>
      buildHeapProfile(profiler.takeHeap(), describer, { timeNanos: 5n, intervalBytes: 1024 }),
    meta: (closed) =>
      buildMeta(closed, config, {
        startedAt: 4,
        nodeVersion: '24.0.0',
        scriptsWithoutMap: ['src/a.js'],
        agent,
      }),
  });
  const upload = await encoder.encode(window);
  expect(encoder.encodeNow(window)).toEqual(upload);
  expect(upload.parts.map((part) => part.name)).toEqual(['cpu', 'heap']);
  const heap = decodeProfile(gunzipSync(upload.parts[1]!.pprofGz));
  expect(foldedOf(heap, 'inuse_space')).toEqual(['keep 2048']);
  expect(heap).toMatchObject({ period: 1024, periodType: { type: 'space', unit: 'bytes' } });
  expect(upload.meta).toEqual({
    uploadId: window.uploadId,
    service: 'shop',
    from: String(window.fromNanos),
    to: String(window.toNanos),
    revision: 'abc',
    environment: 'test',
    instance: 'i',
    labels: { region: 'eu' },
    runtime: { name: 'nodejs', version: '24.0.0' },
    reason: 'exit',
    processStartedAt: 4,
    processCpuNanos: 40e6,
    busyTicks: 3,
    coveredMs: 40,
    scriptsWithoutMap: ['src/a.js'],
    agent: { ...agent, droppedUploads: 0, droppedSamples: 0, sampleHz: 99 },
  });
});

test('another rate begins with a window of its own', async () => {
  const profiler = new FakeProfiler('main 1');
  const { clock, windows, sampler } = setUp(profiler, 1000);
  sampler.start();
  sampler.sampleHz = 49;
  await clock.advance(2000);
  expect(profiler.calls).toEqual(['start 99 Hz', 'take and stop', 'start 49 Hz', 'take']);
  expect(windows.map((window) => window.sampleHz)).toEqual([99, 49]);
  expect(windows.map((window) => window.buildCpu().period)).toEqual([10_101_010, 20_408_163]);
});

test('a window with a suspend in it is as long as what was sampled', async () => {
  const profiler = new FakeProfiler('main 90');
  const { clock, windows, sampler } = setUp(profiler, 1000);
  sampler.start();
  clock.suspend(3_600_000);
  await clock.advance(1000);
  await clock.advance(1000);
  const lengths = windows.map(({ fromNanos, toNanos }) => Number(toNanos - fromNanos) / 1e6);
  expect(lengths).toEqual([900, 1000]);
  expect(windows.map((window) => window.coveredMs)).toEqual([900, 900]);
});

test('a system clock that jumps does not change the length of a window', async () => {
  const { clock, windows, sampler } = setUp(new FakeProfiler('main 90'), 1000);
  sampler.start();
  clock.skewMs = -7_200_000;
  await clock.advance(1000);
  clock.skewMs = 7_200_000;
  await clock.advance(1000);
  const lengths = windows.map(({ fromNanos, toNanos }) => Number(toNanos - fromNanos) / 1e6);
  expect(lengths).toEqual([1000, 1000]);
});
