import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import type * as Pprof from '@datadog/pprof';
import { AgentError } from './messages.ts';
import {
  type ContextPath,
  contextSetter,
  type NativeHolders,
  NO_CONTEXTS,
  type PreparedContext,
} from './native-context.ts';
import type { SampleContext } from './sample-context.ts';
import { FrameIndex, type RawProfile, sliceOfTree } from './tree-slice.ts';

/** A place in code as V8 names it: where the function is defined, in the code that runs. */
export interface RawFrame {
  readonly name: string;
  readonly file: string;
  readonly line: number; // from 1; 0 when unknown
  readonly column?: number; // from 1, in UTF-16 units: where the parameters begin
}

/**
 * What the native sampler saw between two stops.
 *
 * Shape   stacks[i] holds rows of `frames`, leaf first as V8 gives it, and pairs with ticks[i],
 *         contexts[i] (null: outside any) and stalls[i] (-1: in none). Rows with one stack share
 *         the array. Idle and garbage collection are stacks of one frame.
 * Units   `tickNanos` is the wall time of a tick; `nonJsCpuNanos` is CPU of threads that are not sampled.
 */
export interface CpuSlice {
  readonly frames: readonly RawFrame[];
  readonly stacks: readonly (readonly number[])[];
  readonly ticks: readonly number[];
  readonly contexts: readonly (SampleContext | null)[];
  readonly stalls: readonly number[];
  readonly tickNanos: number;
  readonly durationNanos: number;
  readonly nonJsCpuNanos: number;
  readonly threadCpuNanos: number; // of this thread, by its own clock
}

/** What is alive on the heap now. stacks[i] is leaf first and pairs with objects[i] and bytes[i]. */
export interface HeapSlice {
  readonly frames: readonly RawFrame[];
  readonly stacks: readonly (readonly number[])[];
  readonly objects: readonly number[];
  readonly bytes: readonly number[];
}

/** Which stall of the window holds a moment, in epoch microseconds; -1 when none does. */
export type StallAt = (epochMicros: number) => number;

export interface V8Profiler {
  /** Where a context lives: with the continuation (AsyncContextFrame), or in one slot per thread. */
  readonly contextPath: ContextPath;
  /** Which start of the sampler this is: what was prepared before another one is of no use. */
  readonly contextEpoch: number;
  prepareContext(context: SampleContext): PreparedContext;
  /** The context of the code that runs now. Does nothing while nothing is sampled. */
  setContext(context: PreparedContext | undefined): void;
  startCpu(sampleHz: number): void;
  /** Take what was seen since the last call and, with `restart`, go on sampling. */
  takeCpu(restart: boolean, stallAt?: StallAt | null): CpuSlice;
  startHeap(intervalBytes: number): void;
  takeHeap(): HeapSlice;
  stopHeap(): void;
  /** Near the limit V8 runs the command with the path of a heap profile in JSON, and waits for it. */
  watchHeapLimit(command: readonly string[]): void;
  /** Stop whatever runs. */
  stop(): void;
}

export const NON_JS_NAME = 'Non JS threads activity';
const HEAP_STACK_FRAMES = 64; // what dd-trace uses; deeper frames are cut at the root

/** Contexts also size a ring buffer of 2 x duration / interval entries: 20 s are 190 kB at 99 Hz. */
const CONTEXT_BUFFER_MS = 20_000;

/**
 * The library emits columns only of frames whose map it thinks missing. With this in place of its
 * SourceMapper, which keeps every map of the application in memory, it emits them all.
 */
const KEEP_COLUMNS = {
  mappingInfo: (place: object) => ({ ...place, missingMapFile: true }),
} as unknown as Pprof.SourceMapper;

/**
 * The one door to @datadog/pprof.
 *
 * Errors  AgentError PROFILER_NO_NATIVE_BUILD when the addon does not load here.
 */
export function loadV8Profiler(
  load: () => typeof Pprof = loadPprof,
  detectContextPath: () => ContextPath = findContextPath,
): V8Profiler {
  let pprof: typeof Pprof;
  try {
    pprof = load();
  } catch (cause) {
    throw new AgentError('PROFILER_NO_NATIVE_BUILD', firstLine(cause), { cause });
  }
  const contextPath = detectContextPath();
  const index = new FrameIndex();
  let contexts = NO_CONTEXTS;
  let contextEpoch = 0;
  let sampler = NOT_STARTED;
  let intervalMicros = 0;
  return {
    contextPath,
    get contextEpoch() {
      return contextEpoch;
    },
    prepareContext: (context) => contexts.prepare(context),
    setContext: (context) => contexts.set(context),
    startCpu(sampleHz) {
      intervalMicros = Math.round(1e6 / sampleHz);
      sampler = overhear(() => startCpu(pprof, intervalMicros, contextPath));
      contexts = contextSetter(pprof.time, contextPath, sampler.holders);
      contextEpoch += 1;
    },
    takeCpu(restart, stallAt = null) {
      if (!restart) contexts = NO_CONTEXTS;
      pprof.time.stop(restart);
      return sliceOfTree(sampler.takeProfile(), { index, intervalMicros, stallAt });
    },
    startHeap: (intervalBytes) => pprof.heap.start(intervalBytes, HEAP_STACK_FRAMES),
    takeHeap: () => heapSlice(pprof.heap.profile(undefined, KEEP_COLUMNS, undefined, 'emit')),
    stopHeap: () => pprof.heap.stop(),
    // No extension of the limit: the process ends as it would without the agent.
    watchHeapLimit: (command) => pprof.heap.monitorOutOfMemory(0, 0, false, [...command]),
    stop() {
      contexts = NO_CONTEXTS; // every call of the addon throws once it has stopped
      pprof.heap.stop();
      if (pprof.time.isStarted()) pprof.time.stop(false);
    },
  };
}

function loadPprof(): typeof Pprof {
  return createRequire(__filename)('@datadog/pprof');
}

/**
 * Asks the addon itself: flags in NODE_OPTIONS or a worker's execArgv make versions lie both ways.
 *
 * But not where a storage keeps its store in resources, which only those without frames do: the addon
 * runs a storage of its own, and a second one costs every await of the host 70 ns there (Node 20).
 */
export function findContextPath(): ContextPath {
  if (process.platform === 'win32') return 'none';
  if ('kResourceStore' in new AsyncLocalStorage()) return 'slot';
  try {
    const probe = createRequire(__filename)('@datadog/pprof/out/src/async-context-frame.js');
    return probe.isAsyncContextFrameActive() ? 'frame' : 'slot';
  } catch {
    return 'slot'; // right on every Node, only dearer
  }
}

function startCpu(pprof: typeof Pprof, intervalMicros: number, contextPath: ContextPath): void {
  const withContexts = contextPath !== 'none'; // without contexts there is no CPU of other threads
  try {
    pprof.time.start({
      intervalMicros,
      durationMillis: Math.max(CONTEXT_BUFFER_MS, Math.ceil(intervalMicros / 1000)),
      withContexts,
      useCPED: contextPath === 'frame',
      collectCpuTime: withContexts,
      lineNumbers: false, // not together with contexts
      workaroundV8Bug: false, // true blocks the event loop 11 to 21 ms at every stop (measured 2026-11)
    });
  } catch (cause) {
    const text = firstLine(cause);
    const code = /SIGPROF|already started/.test(text) ? 'PROFILER_CONFLICT' : 'PROFILER_FAILED';
    throw new AgentError(code, text, { cause });
  }
}

/** As much of the addon's class as is used. */
interface NativeProfiler {
  stop(restart: boolean): RawProfile;
  createContextHolder?(context: SampleContext): object;
}

/** What the library keeps to itself. */
interface OverheardSampler {
  /** Null when contexts are not made by holders. */
  readonly holders: NativeHolders | null;
  /**
   * The call tree of the stop that was just made.
   *
   * Errors  AgentError PROFILER_FAILED when the library is not the release that is pinned.
   */
  takeProfile(): RawProfile;
}

const NOT_STARTED: OverheardSampler = {
  holders: null,
  takeProfile() {
    throw new AgentError('PROFILER_FAILED', '@datadog/pprof is not the release this agent knows');
  },
};

/** For the library to serialize, which would take longer than the stop itself. */
const EMPTY_TREE = { children: [], hitCount: 0 };

/** Start the sampler, and listen to what the addon says to the library. */
function overhear(start: () => void): OverheardSampler {
  const bindings = createRequire(__filename)('@datadog/pprof/out/src/time-profiler-bindings.js');
  const { TimeProfiler } = bindings;
  let heard = NOT_STARTED;
  bindings.TimeProfiler = function construct(options: {
    readonly CPEDKey?: AsyncLocalStorage<unknown>;
  }) {
    const profiler: NativeProfiler = new TimeProfiler(options);
    heard = { holders: holdersOf(profiler, options.CPEDKey), takeProfile: listen(profiler) };
    return profiler;
  };
  try {
    start();
  } finally {
    bindings.TimeProfiler = TimeProfiler;
  }
  return heard;
}

/** Keep the call tree of each stop, and let the library have an empty one. */
function listen(profiler: NativeProfiler): () => RawProfile {
  const { stop } = profiler;
  let taken: RawProfile | null = null;
  profiler.stop = (restart) => {
    taken = stop.call(profiler, restart);
    return { ...taken, topDownRoot: EMPTY_TREE as unknown as RawProfile['topDownRoot'] };
  };
  return () => {
    const profile = taken ?? NOT_STARTED.takeProfile();
    taken = null;
    return profile;
  };
}

function holdersOf(
  profiler: NativeProfiler,
  storage: AsyncLocalStorage<unknown> | undefined,
): NativeHolders | null {
  if (storage === undefined || typeof profiler.createContextHolder !== 'function') return null;
  return { storage, createHolder: (context) => profiler.createContextHolder!(context) };
}

type PprofProfile = ReturnType<typeof Pprof.heap.profile>;

function heapSlice(profile: PprofProfile): HeapSlice {
  const frames = readFrames(profile);
  return {
    frames,
    stacks: profile.sample.map((sample) => stackRows(sample.locationId)),
    objects: profile.sample.map((sample) => Number(sample.value[0])),
    bytes: profile.sample.map((sample) => Number(sample.value[1])),
  };
}

/** Location ids are dense from 1, one line each: row = id - 1. */
function readFrames(profile: PprofProfile): RawFrame[] {
  const { strings } = profile.stringTable;
  return profile.location.map((location) => {
    const line = location.line[0]!;
    const func = profile.function[Number(line.functionId) - 1]!;
    return {
      name: strings[Number(func.name)]!,
      file: strings[Number(func.filename)]!,
      line: Number(line.line),
      column: Number(line.column ?? 0),
    };
  });
}

function stackRows(locationIds: readonly (number | bigint)[]): number[] {
  return locationIds.map((id) => Number(id) - 1);
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0]!;
}
