import { dirname } from 'node:path';
import {
  type DescribedFunction,
  type DescribeOptions,
  describeFunction,
  type Profile,
  type ProfileBuilder,
  systemNameOf,
} from '@flamehouse/proto';
import { findPackageAbove } from './nearest-package.ts';
import { keyOf, type SourceFrame, type SourceMaps } from './source-maps.ts';
import type { RawFrame } from './v8-profiler.ts';

const ENTRIES_MAX = 20_000; // functions of a large application; past it the memory starts afresh
const ENTRY_BYTES = 400; // key, description and the answer of a map
const MAPS_MS_MAX = 5_000; // how long a window waits for source maps; then it shows what runs

/** Where the agent's own package lies, wherever it was built or linked to. */
const OWN_DIRECTORY = `${dirname(__dirname).replaceAll('\\', '/')}/`;
const OWN_PACKAGE = '@flamehouse/agent';

interface Description {
  readonly described: DescribedFunction;
  readonly line: number;
}

/**
 * Says of each function what its source, its package and its kind are, and remembers the answers
 * across windows: an application repeats itself.
 *
 * In two steps. `row` puts a function into a profile as V8 names it and starts the search for its
 * source map; `describe` replaces it in the finished profile, when the maps are there. So a function
 * has one identity from the first window on.
 */
export class FrameDescriber {
  readonly #known = new Map<string, Description>();
  readonly #owners = new Map<string, ReturnType<NonNullable<DescribeOptions['packageOf']>>>();
  readonly #options: DescribeOptions;
  readonly #maps: SourceMaps | null;

  constructor(appRoot: string, maps: SourceMaps | null = null) {
    this.#options = { appRoot, packageOf: (file) => this.#owner(dirname(file)) };
    this.#maps = maps;
  }

  /** Row of the frame in the builder, as V8 names it. The column travels as system name. */
  row(builder: ProfileBuilder, frame: RawFrame): number {
    this.#original(frame);
    return builder.frame({
      name: frame.name,
      file: frame.file,
      systemName: String(frame.column ?? 0),
      startLine: frame.line,
      line: 0, // the sampler with contexts knows the definition, not the line that ran
    });
  }

  /** Bytes of what is remembered, roughly. */
  get byteLength(): number {
    return this.#known.size * ENTRY_BYTES + (this.#maps?.byteLength ?? 0);
  }

  /** Wait for source maps, for a few seconds at most. */
  async settle(): Promise<void> {
    await this.#maps?.settle(MAPS_MS_MAX);
  }

  /** What can be had at once, for the moment in which the process ends. */
  settleNow(): void {
    this.#maps?.settleNow();
  }

  /** The profile with every function described as far as is known now. */
  describe(profile: Profile): Profile {
    const { functions } = profile;
    const rows = functions.name.map((name, row) =>
      this.#description({
        name,
        file: functions.file[row]!,
        line: functions.startLine[row]!,
        column: Number(functions.systemName[row]),
      }),
    );
    return {
      ...profile,
      functions: {
        name: rows.map(({ described }) => described.name),
        systemName: rows.map(({ described }) => systemNameOf(described)),
        file: rows.map(({ described }) => described.file),
        startLine: Uint32Array.from(rows, ({ line }) => line),
      },
    };
  }

  /** Scripts whose source map was looked for in vain, each once. */
  takeScriptsWithoutMap(): readonly string[] {
    const missing = this.#maps?.takeMissing() ?? [];
    return missing.map((file) => this.#describePlace({ name: '', file }).file);
  }

  #description(frame: RawFrame): Description {
    const key = keyOf(frame);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const original = this.#original(frame);
    const { name, file, line } = original ?? frame;
    const description = { described: this.#describePlace({ name, file }), line };
    if (original !== undefined) this.#remember(key, description);
    return description;
  }

  #original(frame: RawFrame): SourceFrame | null | undefined {
    return this.#maps === null || isOwn(frame.file) ? null : this.#maps.find(frame);
  }

  #describePlace({ name, file }: Pick<RawFrame, 'name' | 'file'>): DescribedFunction {
    if (isOwn(file)) {
      const own = `${OWN_PACKAGE}/${file.slice(OWN_DIRECTORY.length)}`;
      return { name, file: own, package: OWN_PACKAGE, kind: 'dependency' };
    }
    return describeFunction({ name, file, systemName: '' }, this.#options);
  }

  #remember(key: string, description: Description): void {
    if (this.#known.size >= ENTRIES_MAX) this.#known.clear();
    this.#known.set(key, description);
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

function isOwn(file: string): boolean {
  return (
    file.startsWith(OWN_DIRECTORY) && !file.includes('/node_modules/', OWN_DIRECTORY.length - 1)
  );
}
