import { dirname, isAbsolute, resolve } from 'node:path';
import type { Clock } from './clock.ts';
import { atOnce, inSlices, type Steps } from './in-slices.ts';
import { mapFrame } from './map-frame.ts';
import type { OwnCost } from './own-cost.ts';
import { ScriptText } from './script-text.ts';
import { findMapPlace, readInline } from './source-map-file.ts';
import { indexSourceMap, type MapIndex } from './source-map-index.ts';
import type { RawFrame } from './v8-profiler.ts';

/** A function in the source that its author wrote. */
export interface SourceFrame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

const MAPS_BYTES_MAX = 6 * 1024 * 1024; // of 15 MiB that the agent may take; a larger map is read again when needed
const ANSWERS_MAX = 20_000; // functions of a large application
const SCRIPTS_MAX = 10_000;
const MISSING_MAX = 100; // scripts named in one upload
const EXIT_FILE_BYTES_MAX = 2 * 1024 * 1024;
const EXIT_MS_MAX = 250; // a few small maps take 6 to 37 ms, most of it code that runs for the first time

const NODE_MODULES = /[\\/]node_modules[\\/]/;

/**
 * Original names, files and lines of the functions that were seen in samples.
 *
 * Scripts in node_modules stay as they are: what is installed is what a reader can open.
 * A map is loaded when a function of its script is first seen, in slices of about 2 ms, and kept
 * compact; the least recently used goes first. Nothing here throws.
 */
export class SourceMaps {
  readonly #clock: Clock;
  readonly #cost: OwnCost;
  readonly #answers = new Map<string, SourceFrame | null>();
  readonly #withoutMap = new Set<string>();
  readonly #indexes = new Map<string, { index: MapIndex; mapPath: string }>();
  readonly #wanted = new Map<string, Map<string, RawFrame>>(); // script -> key -> frame
  #missing: string[] = [];
  #loading: Promise<void> | null = null;

  constructor(clock: Clock, cost: OwnCost) {
    this.#clock = clock;
    this.#cost = cost;
  }

  /** The original; null when there is none; undefined while it is not known, which starts the search. */
  find(frame: RawFrame): SourceFrame | null | undefined {
    const { file } = frame;
    if (frame.line === 0 || !isAbsolute(file) || NODE_MODULES.test(file)) return null;
    if (this.#withoutMap.has(file)) return null;
    const key = keyOf(frame);
    const answer = this.#answers.get(key);
    if (answer !== undefined) return answer;
    let wanted = this.#wanted.get(file);
    if (wanted === undefined) {
      wanted = new Map();
      this.#wanted.set(file, wanted);
    }
    wanted.set(key, frame);
    this.#loading ??= this.#loadAll().finally(() => {
      this.#loading = null;
    });
    return undefined;
  }

  /** Wait until everything asked for is known, but not longer than `msMax`. */
  async settle(msMax: number): Promise<void> {
    if (this.#loading === null) return;
    const loading = this.#loading;
    await new Promise<void>((resolve) => {
      const timer = this.#clock.setTimer(resolve, msMax);
      loading.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  /** The same at once, for the moment in which the process ends: small files, and not for long. */
  settleNow(): void {
    const endMs = this.#clock.monotonicMs() + EXIT_MS_MAX;
    for (const [file, frames] of this.#wanted) {
      if (this.#clock.monotonicMs() >= endMs) return;
      atOnce(this.#resolveScript(file, frames), EXIT_FILE_BYTES_MAX);
    }
  }

  /** Scripts that name a map which is not there or cannot be read. Each is returned once. */
  takeMissing(): readonly string[] {
    return this.#missing.splice(0, MISSING_MAX);
  }

  /** Bytes that loaded maps take. */
  get byteLength(): number {
    return [...this.#indexes.values()].reduce((sum, { index }) => sum + index.byteLength, 0);
  }

  async #loadAll(): Promise<void> {
    for (const [file, frames] of this.#wanted) {
      await inSlices(this.#resolveScript(file, frames), this.#clock, this.#cost);
    }
  }

  *#resolveScript(file: string, frames: Map<string, RawFrame>): Steps<void> {
    try {
      const bytes = yield* readScript(file);
      const loaded =
        bytes === null ? null : (this.#indexes.get(file) ?? (yield* load(bytes, file)));
      if (bytes === null || loaded === null) this.#withoutMap.add(file);
      else {
        this.#keep(file, loaded);
        yield* this.#answer(frames, loaded, new ScriptText(bytes));
      }
    } catch {
      // A map that is declared but absent or broken is reported; the script is shown as it runs.
      this.#withoutMap.add(file);
      this.#missing.push(file);
    } finally {
      this.#wanted.delete(file);
      if (this.#withoutMap.size > SCRIPTS_MAX) this.#withoutMap.clear();
    }
  }

  *#answer(
    frames: Map<string, RawFrame>,
    { index, mapPath }: { index: MapIndex; mapPath: string },
    script: ScriptText,
  ): Steps<void> {
    for (const [key, frame] of frames) {
      const mapped = mapFrame(frame, index, script);
      if (this.#answers.size >= ANSWERS_MAX) this.#answers.clear();
      const found = mapped && { ...mapped, file: sourceFile(mapped.source, mapPath) };
      this.#answers.set(key, found && { name: found.name, file: found.file, line: found.line });
      yield;
    }
  }

  #keep(file: string, loaded: { index: MapIndex; mapPath: string }): void {
    this.#indexes.delete(file);
    this.#indexes.set(file, loaded);
    let bytes = this.byteLength;
    for (const [oldest, { index }] of this.#indexes) {
      if (bytes <= MAPS_BYTES_MAX) return;
      this.#indexes.delete(oldest);
      bytes -= index.byteLength;
    }
  }
}

export function keyOf({ file, line, column, name }: RawFrame): string {
  return `${line}:${column ?? 0}\n${file}\n${name}`;
}

/** V8 names an ES module by its URL, so a blank in its path is `%20`. */
function* readScript(file: string): Steps<Buffer | null> {
  const bytes = yield file;
  if (bytes || !file.includes('%')) return bytes ?? null;
  return (yield decodeURIComponent(file)) ?? null;
}

/** The map of a script; null when it has none. Errors  throws when it names one that is of no use. */
function* load(script: Buffer, file: string): Steps<{ index: MapIndex; mapPath: string } | null> {
  const place = findMapPlace(script, file);
  if (place.kind === 'unreachable') throw new Error('the map is not a file');
  if (place.kind === 'inline') {
    const index = yield* indexSourceMap(yield* readInline(script, place));
    return { index, mapPath: file };
  }
  const json = yield place.path;
  if (!json && !place.declared) return null;
  if (!json) throw new Error('the map is not there');
  return { index: yield* indexSourceMap(json), mapPath: place.path };
}

/** The path of a source; names that bundlers make up keep the part that says what file it was. */
export function sourceFile(source: string, mapPath: string): string {
  const plain = source.replace(/^\0/, '').replace(/\?.*$/, '');
  if (/^(file|webpack(-internal)?):/i.test(plain)) return plain; // proto knows what to do with them
  const scheme = /^[a-z][\w+.-]+:\/\/[^/]*\/(?:\[project\]\/)?(.*)$/i.exec(plain);
  return scheme === null ? resolve(dirname(mapPath), plain) : scheme[1]!;
}
