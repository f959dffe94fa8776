import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  encodeProfile,
  nameWithoutPosition,
  ProfileBuilder,
  profileTypeParts,
  systemNameOf,
  unitOf,
  type ValueType,
} from '@flamehouse/proto';
import { giveWay } from '../http/give-way.ts';
import type { ProfileSelection, SelectedStacks } from '../storage/profile-store.ts';

const gzipAsync = promisify(gzip);

const NANOS_PER_MICRO = 1_000;
const NANOS_PER_MS = 1_000_000n;
// About 10 ms of work between two looks at what else is waiting.
const STACKS_PER_STEP = 2_000;

/**
 * Write all selected stacks as pprof.gz, never pruned.
 *
 * Units   time in nanoseconds, although the store keeps microseconds; bytes and counts as they are.
 * Source  https://github.com/google/pprof/blob/main/proto/profile.proto
 */
export async function exportPprof(
  selection: Pick<ProfileSelection, 'service' | 'type'>,
  stacks: SelectedStacks,
): Promise<Buffer> {
  const { sample, period } = profileTypeParts(selection.type);
  const isTime = unitOf(selection.type) === 'microseconds';
  const sampleType: ValueType = isTime ? { type: sample.type, unit: 'nanoseconds' } : sample;
  const factor = isTime ? NANOS_PER_MICRO : 1;
  const builder = new ProfileBuilder([sampleType]);
  const rows = frameRows(builder, stacks.frames);
  for (const [i, stack] of stacks.stacks.entries()) {
    if (i % STACKS_PER_STEP === STACKS_PER_STEP - 1) await giveWay();
    const own = Uint32Array.from(stack, (frame) => rows[frame]!);
    builder.addSample(own, [Math.round(stacks.values[i]! * factor)]);
  }
  const { from, to } = stacks.range;
  const profile = builder.build({
    timeNanos: BigInt(from) * NANOS_PER_MS,
    durationNanos: BigInt(to - from) * NANOS_PER_MS,
    periodType: period,
    period: 1, // Values are sums, no longer counts of samples, so a period would multiply nothing.
    defaultSampleType: sample.type,
    comments: [`flamehouse service=${selection.service} type=${selection.type}`],
  });
  return gzipAsync(encodeProfile(profile));
}

/**
 * The row in the profile of every frame: kind and package travel in `system_name`.
 *
 * Names are those of the functions table, without positions, so that `-top` adds up the same; the
 * start line tells closures apart.
 */
function frameRows(builder: ProfileBuilder, frames: SelectedStacks['frames']): Uint32Array {
  return Uint32Array.from(frames.name, (name, frame) =>
    builder.frame({
      name: nameWithoutPosition(name),
      file: frames.file[frame]!,
      systemName: systemNameOf({ kind: frames.kind[frame]!, package: frames.package[frame]! }),
      startLine: frames.line[frame]!,
      line: frames.line[frame]!,
    }),
  );
}
