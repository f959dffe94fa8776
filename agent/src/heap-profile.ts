import { type Profile, ProfileBuilder, type ValueType } from '@flamehouse/proto';
import type { FrameDescriber } from './frame-describer.ts';
import type { HeapSlice } from './v8-profiler.ts';

const SAMPLE_TYPES: readonly ValueType[] = [
  { type: 'inuse_objects', unit: 'count' },
  { type: 'inuse_space', unit: 'bytes' },
];

/** What is alive on the heap, as a profile. It has no duration: it is a level, not a sum over time. */
export function buildHeapProfile(
  slice: HeapSlice,
  describer: FrameDescriber,
  options: { readonly timeNanos: bigint; readonly intervalBytes: number },
): Profile {
  const builder = new ProfileBuilder(SAMPLE_TYPES);
  const rows = slice.frames.map((frame) => describer.row(builder, frame));
  slice.stacks.forEach((leafFirst, i) => {
    const stack = leafFirst.map((frame) => rows[frame]!).reverse();
    builder.addSample(stack, [slice.objects[i]!, slice.bytes[i]!]);
  });
  return builder.build({
    timeNanos: options.timeNanos,
    durationNanos: 0n,
    periodType: { type: 'space', unit: 'bytes' },
    period: options.intervalBytes,
    defaultSampleType: 'inuse_space',
  });
}
