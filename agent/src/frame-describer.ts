import { dirname } from 'node:path';
import {
  type DescribedFunction,
  type DescribeOptions,
  describeFunction,
  type ProfileBuilder,
  systemNameOf,
} from '@flamehouse/proto';
import { findPackageAbove } from './nearest-package.ts';
import type { RawFrame } from './v8-profiler.ts';

const ENTRIES_MAX = 20_000; // functions of a large application; past it the memory starts afresh

/** Describes functions and remembers the answers across windows: an application repeats itself. */
export class FrameDescriber {
  readonly #known = new Map<string, DescribedFunction>();
  readonly #owners = new Map<string, ReturnType<NonNullable<DescribeOptions['packageOf']>>>();
  readonly #options: DescribeOptions;

  constructor(appRoot: string) {
    this.#options = { appRoot, packageOf: (file) => this.#owner(dirname(file)) };
  }

  describe({ name, file }: RawFrame): DescribedFunction {
    const key = `${file}\n${name}`;
    let described = this.#known.get(key);
    if (described === undefined) {
      described = describeFunction({ name, file, systemName: '' }, this.#options);
      if (this.#known.size >= ENTRIES_MAX) this.#known.clear();
      this.#known.set(key, described);
    }
    return described;
  }

  /** Row of the frame in the builder, with its package-relative file and definition line. */
  row(builder: ProfileBuilder, frame: RawFrame): number {
    const described = this.describe(frame);
    return builder.frame({
      name: described.name,
      file: described.file,
      systemName: systemNameOf(described),
      startLine: frame.line,
      line: 0, // the sampler with contexts knows the definition, not the line that ran
    });
  }

  #owner(directory: string) {
    let owner = this.#owners.get(directory);
    if (owner === undefined) {
      const found = findPackageAbove(directory);
      owner = found === null ? null : { root: found.directory, name: found.name };
      if (this.#owners.size >= ENTRIES_MAX) this.#owners.clear();
      this.#owners.set(directory, owner);
    }
    return owner;
  }
}
