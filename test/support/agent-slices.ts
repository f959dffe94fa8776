import { IDLE_FRAME } from '../../agent/src/tree-slice.ts';
import type { CpuSlice, RawFrame } from '../../agent/src/v8-profiler.ts';
import { parseFolded } from '../../proto/src/index.ts';

export interface SliceOptions {
  readonly tickNanos?: number;
  readonly nonJsCpuNanos?: number;
  /** File of every frame that is not one of V8's own. */
  readonly file?: string;
}

const SYNTHETIC = /^(\(.*\)|Garbage Collection)$/;

/** A native slice from folded text, `root;leaf ticks`. A frame `name@12` is defined on line 12. */
export function sliceOf(folded: string, options: SliceOptions = {}): CpuSlice {
  const { names, stacks, values } = parseFolded(folded);
  const { tickNanos = 10_000_000, nonJsCpuNanos = 0, file = '/srv/shop/src/app.js' } = options;
  const frames: RawFrame[] = names.map((text) => {
    const [name, line] = text.split('@') as [string, string?];
    if (name === IDLE_FRAME.name) return IDLE_FRAME;
    return { name, file: SYNTHETIC.test(name) ? '' : file, line: Number(line ?? 0) };
  });
  return {
    frames,
    stacks: stacks.map((stack) => [...stack].reverse()),
    ticks: values,
    contexts: values.map(() => null),
    stalls: values.map(() => -1),
    tickNanos,
    durationNanos: tickNanos * values.reduce((a, b) => a + b, 0),
    nonJsCpuNanos,
    threadCpuNanos: 0,
  };
}
