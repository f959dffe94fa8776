import { ProfileError } from './errors.ts';
import type { Label, Profile, ValueType } from './profile.ts';
import { Uint32List } from './typed-list.ts';

/** A frame to intern: function identity and the line that ran. */
export interface FrameInput {
  readonly name: string;
  readonly file: string;
  readonly systemName: string; // by `systemNameOf` for described functions; '' when there is none
  readonly startLine: number; // from 1; 0 when unknown
  readonly line: number; // from 1; 0 when unknown
}

export interface ProfileMeta {
  readonly timeNanos: bigint;
  readonly durationNanos: bigint;
  readonly periodType: ValueType | null;
  readonly period: number;
  readonly comments?: readonly string[];
  readonly defaultSampleType?: string;
}

/** Row of a key in a table that grows by first use. */
class Interned {
  private readonly known = new Map<string, number>();

  row(key: string, add: () => void): number {
    let row = this.known.get(key);
    if (row === undefined) {
      row = this.known.size;
      this.known.set(key, row);
      add();
    }
    return row;
  }
}

/** Builds a profile sample by sample; samples with an equal stack and equal labels become one. */
export class ProfileBuilder {
  private readonly sampleTypes: readonly ValueType[];
  private readonly functionRows = new Interned();
  private readonly frameRows = new Interned();
  private readonly labelRows = new Interned();
  private readonly sampleRows = new Interned();
  private readonly functions = {
    name: [] as string[],
    systemName: [] as string[],
    file: [] as string[],
    startLine: new Uint32List(),
  };
  private readonly frames = { func: new Uint32List(), line: new Uint32List() };
  private readonly labelSets: (readonly Label[])[] = [];
  private readonly stackStart = new Uint32List();
  private readonly stackFrames = new Uint32List();
  private readonly labelSet = new Uint32List();
  private readonly values: number[] = [];

  constructor(sampleTypes: readonly ValueType[]) {
    this.sampleTypes = sampleTypes;
    this.stackStart.push(0);
    this.labelRow([]);
  }

  /** The row of a frame, to be used in `addSample`. */
  frame({ name, file, systemName, startLine, line }: FrameInput): number {
    const func = this.functionRows.row(`${startLine}\n${systemName}\n${file}\n${name}`, () => {
      this.functions.name.push(name);
      this.functions.systemName.push(systemName);
      this.functions.file.push(file);
      this.functions.startLine.push(startLine);
    });
    return this.frameRows.row(`${func},${line}`, () => {
      this.frames.func.push(func);
      this.frames.line.push(line);
    });
  }

  /**
   * Add a sample, or its values to the sample with the same stack and labels.
   *
   * Shape   `stack` holds frame rows, root first; `values` pairs with the sample types.
   * Errors  ProfileError PROFILE_LENGTH_MISMATCH.
   */
  addSample(
    stack: ArrayLike<number>,
    values: ArrayLike<number>,
    labels: readonly Label[] = [],
  ): void {
    const types = this.sampleTypes.length;
    if (values.length !== types) {
      throw new ProfileError(
        'PROFILE_LENGTH_MISMATCH',
        `got ${values.length} values for ${types} sample types`,
      );
    }
    const set = this.labelRow(labels);
    const key = `${set};${Array.prototype.join.call(stack, ',')}`;
    const row = this.sampleRows.row(key, () => {
      for (let i = 0; i < stack.length; i++) this.stackFrames.push(stack[i]!);
      this.stackStart.push(this.stackFrames.length);
      this.labelSet.push(set);
      for (let i = 0; i < types; i++) this.values.push(0);
    });
    for (let i = 0; i < types; i++) this.values[row * types + i]! += values[i]!;
  }

  /** The profile so far, with memory of its own. */
  build(meta: ProfileMeta): Profile {
    return {
      sampleTypes: this.sampleTypes,
      stackStart: this.stackStart.toArray(),
      stackFrames: this.stackFrames.toArray(),
      values: Float64Array.from(this.values),
      labelSet: this.labelSet.toArray(),
      labelSets: [...this.labelSets],
      frames: { func: this.frames.func.toArray(), line: this.frames.line.toArray() },
      functions: {
        name: [...this.functions.name],
        systemName: [...this.functions.systemName],
        file: [...this.functions.file],
        startLine: this.functions.startLine.toArray(),
      },
      timeNanos: meta.timeNanos,
      durationNanos: meta.durationNanos,
      periodType: meta.periodType,
      period: meta.period,
      defaultSampleType: meta.defaultSampleType ?? '',
      comments: meta.comments ?? [],
      repairs: { functionIdZero: 0, missingLines: 0 },
    };
  }

  private labelRow(labels: readonly Label[]): number {
    const key = JSON.stringify(
      labels.map(({ key, str, num, numUnit }) => [
        key,
        str,
        num === null ? null : String(num),
        numUnit,
      ]),
    );
    return this.labelRows.row(key, () => this.labelSets.push(labels));
  }
}
