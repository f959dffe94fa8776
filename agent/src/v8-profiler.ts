import { createRequire } from 'node:module';
import type * as Pprof from '@datadog/pprof';
import { AgentError } from './messages.ts';

/** A place in code as V8 names it. `line` is the line of the definition, from 1; 0 when unknown. */
export interface RawFrame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/**
 * What the native sampler saw between two stops.
 *
 * Shape   stacks[i] holds rows of `frames`, leaf first as V8 gives it, and pairs with ticks[i].
 *         Idle and garbage collection are stacks of one frame.
 * Units   `tickNanos` is the wall time of a tick; `nonJsCpuNanos` is CPU of other threads.
 */
export interface CpuSlice {
  readonly frames: readonly RawFrame[];
  readonly stacks: readonly (readonly number[])[];
  readonly ticks: readonly number[];
  readonly tickNanos: number;
  readonly durationNanos: number;
  readonly nonJsCpuNanos: number;
}

/** What is alive on the heap now. stacks[i] is leaf first and pairs with objects[i] and bytes[i]. */
export interface HeapSlice {
  readonly frames: readonly RawFrame[];
  readonly stacks: readonly (readonly number[])[];
  readonly objects: readonly number[];
  readonly bytes: readonly number[];
}

export interface V8Profiler {
  startCpu(sampleHz: number): void;
  /** Take what was seen since the last call and, with `restart`, go on sampling. */
  takeCpu(restart: boolean): CpuSlice;
  startHeap(intervalBytes: number): void;
  takeHeap(): HeapSlice;
  /** Stop whatever runs. */
  stop(): void;
}

export const IDLE_FRAME: RawFrame = { name: '(idle)', file: '', line: 0 };
export const NON_JS_NAME = 'Non JS threads activity';
const RUNTIME_PARENT = 'Node.js'; // @datadog/pprof puts the two below under this frame of its own
const HEAP_STACK_FRAMES = 64; // what dd-trace uses; deeper frames are cut at the root

/** Contexts also size a ring buffer of 2 x duration / interval entries: 20 s are 190 kB at 99 Hz. */
const CONTEXT_BUFFER_MS = 20_000;

const NO_LABELS = {};

/**
 * The one door to @datadog/pprof.
 *
 * Errors  AgentError PROFILER_NO_NATIVE_BUILD when the addon does not load here.
 */
export function loadV8Profiler(load: () => typeof Pprof = loadPprof): V8Profiler {
  let pprof: typeof Pprof;
  try {
    pprof = load();
  } catch (cause) {
    throw new AgentError('PROFILER_NO_NATIVE_BUILD', firstLine(cause), { cause });
  }
  return {
    startCpu: (sampleHz) => startCpu(pprof, sampleHz),
    takeCpu: (restart) => takeCpu(pprof, restart),
    startHeap: (intervalBytes) => pprof.heap.start(intervalBytes, HEAP_STACK_FRAMES),
    takeHeap: () => heapSlice(pprof.heap.profile()),
    stop() {
      pprof.heap.stop();
      if (pprof.time.isStarted()) pprof.time.stop(false);
    },
  };
}

function loadPprof(): typeof Pprof {
  return createRequire(__filename)('@datadog/pprof');
}

function startCpu(pprof: typeof Pprof, sampleHz: number): void {
  const intervalMicros = Math.round(1e6 / sampleHz);
  // Windows has no signals, so no contexts, so no CPU of other threads.
  const withContexts = process.platform !== 'win32';
  try {
    pprof.time.start({
      intervalMicros,
      durationMillis: Math.max(CONTEXT_BUFFER_MS, Math.ceil(intervalMicros / 1000)),
      withContexts,
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

function takeCpu(pprof: typeof Pprof, restart: boolean): CpuSlice {
  let idleTicks = 0;
  // Serialization leaves idle ticks out when they carry no CPU, so they are read from the node here.
  const profile = pprof.time.stop(restart, ({ node }) => {
    if (node.name === IDLE_FRAME.name && node.scriptName === '') idleTicks = node.hitCount;
    return NO_LABELS;
  });
  return cpuSlice(profile, idleTicks);
}

type PprofProfile = ReturnType<typeof Pprof.time.stop>;

function cpuSlice(profile: PprofProfile, idleTicks: number): CpuSlice {
  const frames: RawFrame[] = readFrames(profile);
  const stacks: number[][] = [];
  const ticks: number[] = [];
  let nonJsCpuNanos = 0;
  for (const sample of profile.sample) {
    const stack = stackRows(sample.locationId, frames);
    const leaf = frames[stack[0]!]!;
    if (isSynthetic(leaf, NON_JS_NAME)) nonJsCpuNanos += Number(sample.value[2] ?? 0);
    else if (!isSynthetic(leaf, IDLE_FRAME.name) && Number(sample.value[0]) > 0) {
      stacks.push(stack);
      ticks.push(Number(sample.value[0]));
    }
  }
  if (idleTicks > 0) {
    stacks.push([frames.push(IDLE_FRAME) - 1]);
    ticks.push(idleTicks);
  }
  return {
    frames,
    stacks,
    ticks,
    tickNanos: Number(profile.period),
    durationNanos: Number(profile.durationNanos),
    nonJsCpuNanos,
  };
}

function heapSlice(profile: PprofProfile): HeapSlice {
  const frames = readFrames(profile);
  return {
    frames,
    stacks: profile.sample.map((sample) => stackRows(sample.locationId, frames)),
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
    };
  });
}

function stackRows(locationIds: readonly (number | bigint)[], frames: readonly RawFrame[]) {
  const rows = locationIds.map((id) => Number(id) - 1);
  const outermost = frames[rows[rows.length - 1]!]!;
  if (rows.length > 1 && isSynthetic(outermost, RUNTIME_PARENT)) rows.pop();
  return rows;
}

function isSynthetic(frame: RawFrame, name: string): boolean {
  return frame.file === '' && frame.name === name;
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0]!;
}
