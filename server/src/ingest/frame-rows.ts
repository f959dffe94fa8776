import { hash64, type KnownFunctions, knownFunctionsOf, type Profile } from '@flamehouse/proto';
import type { Repairs } from './repairs.ts';
import { mixed, type RawFrame, type StackCache, type StackRow } from './stack-cache.ts';

// Deeper than any call tree that people read; recursion without end goes to 10,000 and more.
const DEPTH_MAX = 1_000;
const SYMBOL_LENGTH_MAX = 2_048;
const TRUNCATED: RawFrame = { name: '(truncated)', file: '', systemName: '', line: 0 };
const NO_STACK: RawFrame = { name: '(no stack)', file: '', systemName: '', line: 0 };

/** The places of one stack at a time; a stack is done before the next begins. */
const scratch = new Int32Array(DEPTH_MAX);

/** The stacks of a profile as rows, mended where they cannot be stored as they are. */
export class FrameRows {
  private readonly profile: Profile;
  private readonly cache: StackCache;
  private readonly repairs: Repairs;
  private readonly known: KnownFunctions | null;
  private readonly places: Int32Array; // frame of the profile -> its place; -1 as long as it is not known

  constructor(profile: Profile, cache: StackCache, repairs: Repairs) {
    this.profile = profile;
    this.cache = cache;
    this.repairs = repairs;
    this.known = knownFunctionsOf(profile);
    if (this.known !== null) cache.useNumbers(this.known.generation);
    this.places = new Int32Array(profile.frames.func.length).fill(-1);
    repairs.add('functionIdZero', profile.repairs.functionIdZero);
    repairs.add('missingLines', profile.repairs.missingLines);
  }

  stackOf(sample: number): StackRow {
    const { stackStart, stackFrames } = this.profile;
    const { cache, places } = this;
    const end = stackStart[sample + 1]!;
    let start = stackStart[sample]!;
    let length = 0;
    if (end - start > DEPTH_MAX) {
      this.repairs.add('deepStacks');
      scratch[length++] = cache.place(TRUNCATED, 0);
      start = end - (DEPTH_MAX - 1); // What ran is at the leaf, so that end stays.
    } else if (end === start) {
      this.repairs.add('emptyStacks');
      scratch[length++] = cache.place(NO_STACK, 0);
    }
    let hash = length === 0 ? 0 : mixed(0, scratch[0]!);
    for (let entry = start; entry < end; entry++) {
      const frame = stackFrames[entry]!;
      let place = places[frame]!;
      if (place < 0) place = this.placeOf(frame);
      scratch[length++] = place;
      hash = mixed(hash, place);
    }
    return cache.stack(scratch, length, hash);
  }

  private placeOf(frame: number): number {
    const { frames } = this.profile;
    const func = frames.func[frame]!;
    const number = this.known?.numbers[func] ?? -1;
    let known = number < 0 ? undefined : this.cache.byNumber(number);
    if (known === undefined) {
      known = this.cache.functionOf(this.rawFrame(func));
      if (number >= 0) this.cache.number(number, known);
    }
    const place = this.cache.placeIn(known, frames.line[frame]!);
    this.places[frame] = place;
    return place;
  }

  private rawFrame(func: number): RawFrame {
    const { functions } = this.profile;
    return {
      name: this.symbol(functions.name[func]!),
      file: this.symbol(functions.file[func]!),
      systemName: this.symbol(functions.systemName[func]!),
      line: functions.startLine[func]!,
    };
  }

  /** A name of a length that an index can hold; what is cut off still tells two names apart. */
  private symbol(text: string): string {
    if (text.length <= SYMBOL_LENGTH_MAX) return text;
    this.repairs.add('longSymbols');
    return `${text.slice(0, SYMBOL_LENGTH_MAX - 17)}…${hash64([text])}`;
  }
}
