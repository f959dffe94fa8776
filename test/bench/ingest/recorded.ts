import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  decodeProfile,
  describeFunction,
  type FrameInput,
  type Profile,
  sampleCount,
  systemNameOf,
} from '../../../proto/src/index.ts';
import type { Random } from '../verdict/random.ts';

const DIR = 'test/fixtures/profiles';

export interface Recorded {
  readonly stacks: readonly (readonly FrameInput[])[]; // root first
  readonly cpuNanos: readonly number[]; // positive values as they were recorded
  readonly pairs: readonly { readonly cpu: number; readonly wall: number }[]; // nanoseconds of one sample of Node.js
  readonly heapBytes: readonly number[];
}

/** Stacks and values of the recorded CPU profiles. */
export function readRecorded(): Recorded {
  const [node, go, heap] = ['node-20-wall-cpu', 'go-1.26-cpu', 'go-1.26-heap'].map((name) =>
    decodeProfile(gunzipSync(readFileSync(join(DIR, `${name}.pb.gz`)))),
  );
  const profiles = [node!, go!];
  const wall = columnOf(node!, 'wall');
  return {
    stacks: profiles.flatMap(stacksOf),
    cpuNanos: profiles.flatMap((profile) => columnOf(profile, 'cpu')).filter((value) => value > 0),
    pairs: columnOf(node!, 'cpu')
      .map((cpu, sample) => ({ cpu, wall: wall[sample]! }))
      .filter((pair) => pair.wall > 0),
    heapBytes: columnOf(heap!, 'alloc_space'),
  };
}

function stacksOf(profile: Profile): FrameInput[][] {
  const { stackStart, stackFrames, frames, functions } = profile;
  const inputs = Array.from(frames.func, (func, frame): FrameInput => {
    const described = describeFunction({
      name: functions.name[func]!,
      file: functions.file[func]!,
      systemName: functions.systemName[func]!,
    });
    return {
      name: described.name,
      file: described.file,
      systemName: systemNameOf(described),
      startLine: functions.startLine[func]!,
      line: frames.line[frame]!,
    };
  });
  return Array.from({ length: sampleCount(profile) }, (_, sample) =>
    Array.from(
      stackFrames.subarray(stackStart[sample]!, stackStart[sample + 1]!),
      (frame) => inputs[frame]!,
    ),
  ).filter((stack) => stack.length > 0);
}

const DEPTH_MAX = 60;

function columnOf({ sampleTypes, values }: Profile, name: string): number[] {
  const column = sampleTypes.findIndex(({ type }) => type === name);
  const rows = Array.from({ length: values.length / sampleTypes.length }, (_, row) => row);
  return rows.map((row) => Number(values[row * sampleTypes.length + column]));
}

// A service's stacks have four to five times as many prefixes as there are stacks: most differ near their leaves.
const CUT_MAX = 8;
const GRAFT_MAX = 8;

/**
 * The distinct stacks of a service, heaviest first: the recorded ones, then each one that is there already, cut near its leaf and
 * with a piece of another recorded stack grafted on, in functions that carry the name of the service's modules.
 */
export function serviceStacks(
  { stacks }: Recorded,
  options: { readonly service: string; readonly count: number; readonly random: Random },
): FrameInput[][] {
  const { service, count, random } = options;
  const own: FrameInput[][] = [];
  const known = new Set<string>();
  for (let row = 0; own.length < count; row++) {
    const stack =
      row < stacks.length
        ? stacks[row]!.slice(0, DEPTH_MAX)
        : grafted(own[random.below(own.length)]!, stacks[random.below(stacks.length)]!, {
            step: stepOf(service, row),
            random,
          });
    const key = stack.map(({ name, file, line }) => `${file} ${name} ${line}`).join('\n');
    if (known.has(key)) continue;
    known.add(key);
    own.push(stack);
  }
  return own;
}

function grafted(
  stack: readonly FrameInput[],
  other: readonly FrameInput[],
  { step, random }: { readonly step: FrameInput; readonly random: Random },
): FrameInput[] {
  const kept = stack.slice(0, Math.max(2, stack.length - random.below(CUT_MAX)));
  const from = random.below(other.length);
  const graft = other.slice(from, from + random.below(GRAFT_MAX));
  return [...kept, step, ...graft].slice(0, DEPTH_MAX);
}

function stepOf(service: string, row: number): FrameInput {
  return {
    name: `step${row % 389}`,
    file: `src/${service}/module-${row % 97}.js`,
    systemName: systemNameOf({ kind: 'user', package: '' }),
    startLine: 1 + (row % 389),
    line: 2 + (row % 389),
  };
}
