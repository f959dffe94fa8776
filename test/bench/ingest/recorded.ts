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

function columnOf({ sampleTypes, values }: Profile, name: string): number[] {
  const column = sampleTypes.findIndex(({ type }) => type === name);
  const rows = Array.from({ length: values.length / sampleTypes.length }, (_, row) => row);
  return rows.map((row) => Number(values[row * sampleTypes.length + column]));
}

const DEPTH_MAX = 60;

/**
 * The distinct stacks of a service, heaviest first: ends of recorded stacks grafted onto others until
 * they are as many and as deep as those of a service, in functions that carry the name of its modules.
 */
export function serviceStacks(
  { stacks }: Recorded,
  options: { readonly service: string; readonly count: number; readonly random: Random },
): FrameInput[][] {
  const { service, count, random } = options;
  const own = new Map<string, FrameInput[]>();
  for (let row = 0; own.size < count; row++) {
    const stack = [...stacks[random.below(stacks.length)]!];
    const depth = 6 + random.below(DEPTH_MAX - 6);
    const module = `src/${service}/module-${row % 97}.js`;
    while (stack.length < depth) {
      const other = stacks[random.below(stacks.length)]!;
      const from = random.below(other.length);
      stack.push(
        {
          name: `step${row % 389}`,
          file: module,
          systemName: systemNameOf({ kind: 'user', package: '' }),
          startLine: 1 + (row % 389),
          line: 2 + (row % 389),
        },
        ...other.slice(from, from + 8),
      );
    }
    const whole = stack.slice(0, depth);
    const key = whole.map(({ name, file, line }) => `${file} ${name} ${line}`).join('\n');
    if (!own.has(key)) own.set(key, whole);
  }
  return [...own.values()];
}
