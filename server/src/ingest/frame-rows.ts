import { hash64, type Profile, stackId } from '@flamehouse/proto';
import { describeFrame, type FrameCache, type FrameRow } from './frame-cache.ts';
import type { Repairs } from './repairs.ts';

export interface StackRow {
  readonly frames: readonly FrameRow[]; // root first
  readonly lines: readonly number[]; // executing lines, pairs with frames
  readonly functionIds: readonly string[]; // each once, however often it recurs
}

// Deeper than any call tree that people read; recursion without end goes to 10,000 and more.
const DEPTH_MAX = 1_000;
const SYMBOL_LENGTH_MAX = 2_048;

/** The frames and stacks of a profile with their ids, each function described once. */
export class FrameRows {
  readonly stacks = new Map<string, StackRow>();
  private readonly profile: Profile;
  private readonly cache: FrameCache;
  private readonly repairs: Repairs;
  private readonly ofFunction: (FrameRow | undefined)[] = [];

  constructor(profile: Profile, cache: FrameCache, repairs: Repairs) {
    this.profile = profile;
    this.cache = cache;
    this.repairs = repairs;
    repairs.add('functionIdZero', profile.repairs.functionIdZero);
    repairs.add('missingLines', profile.repairs.missingLines);
  }

  /** The id of a sample's stack, after which `stacks` has it. */
  stackOf(sample: number): string {
    const { stackStart, stackFrames, frames } = this.profile;
    const end = stackStart[sample + 1]!;
    let start = stackStart[sample]!;
    const stack: FrameRow[] = [];
    const lines: number[] = [];
    if (end - start > DEPTH_MAX) {
      this.repairs.add('deepStacks');
      stack.push(TRUNCATED);
      lines.push(0);
      start = end - (DEPTH_MAX - 1); // What ran is at the leaf, so that end stays.
    } else if (end === start) {
      this.repairs.add('emptyStacks');
      stack.push(NO_STACK);
      lines.push(0);
    }
    for (let entry = start; entry < end; entry++) {
      const frame = stackFrames[entry]!;
      stack.push(this.frameOf(frames.func[frame]!));
      lines.push(frames.line[frame]!);
    }
    const id = stackId(
      stack.map((frame) => frame.frameId),
      lines,
    );
    if (!this.stacks.has(id)) {
      const functionIds = [...new Set(stack.map((frame) => frame.functionId))];
      this.stacks.set(id, { frames: stack, lines, functionIds });
    }
    return id;
  }

  private frameOf(func: number): FrameRow {
    let row = this.ofFunction[func];
    if (row === undefined) {
      const { name, file, systemName, startLine } = this.profile.functions;
      row = this.cache.row({
        name: this.symbol(name[func]!),
        file: this.symbol(file[func]!),
        systemName: this.symbol(systemName[func]!),
        line: startLine[func]!,
      });
      this.ofFunction[func] = row;
    }
    return row;
  }

  /** A name of a length that an index can hold; what is cut off still tells two names apart. */
  private symbol(text: string): string {
    if (text.length <= SYMBOL_LENGTH_MAX) return text;
    this.repairs.add('longSymbols');
    return `${text.slice(0, SYMBOL_LENGTH_MAX - 17)}…${hash64([text])}`;
  }
}

const TRUNCATED = describeFrame({ name: '(truncated)', file: '', systemName: '', line: 0 });
const NO_STACK = describeFrame({ name: '(no stack)', file: '', systemName: '', line: 0 });
