import { type CheckedIds, checkWireProfile } from './check-profile.ts';
import { FunctionNumbers, rememberFunctions } from './function-numbers.ts';
import { resolveLabels } from './label-sets.ts';
import type { Profile, ValueType } from './profile.ts';
import { Uint32List } from './typed-list.ts';
import {
  DEFAULT_LIMITS,
  type DecodeLimits,
  readWireProfile,
  tooManyFrames,
  type WireProfile,
} from './wire-profile.ts';

/**
 * Decode a pprof message (not gzip) and check it.
 *
 * Shape   inlined lines become frames of their own; stacks are turned to root first.
 *         A location without lines becomes a frame named `file!0xaddress`.
 * Units   values as the profile says; BigInt64Array when one passes 2^53, else Float64Array.
 * Errors  ProfileError, see check-profile.ts and wire-profile.ts.
 * Source  proto/profile.proto
 */
export function decodeProfile(bytes: Uint8Array, limits: Partial<DecodeLimits> = {}): Profile {
  const bounds = { ...DEFAULT_LIMITS, ...limits };
  const wire = readWireProfile(bytes, bounds);
  return resolve(wire, checkWireProfile(wire), bounds);
}

function resolve(wire: WireProfile, ids: CheckedIds, limits: DecodeLimits): Profile {
  const text = (index: number) => wire.strings.name(index);
  const valueType = (v: { type: number; unit: number }): ValueType => ({
    type: text(v.type),
    unit: text(v.unit),
  });
  const functions = new FunctionRows(wire, text);
  const frames = expandLocations(wire, ids, functions);
  const stacks = turnStacks(wire, ids, frames, limits);
  const labels = resolveLabels(wire);
  const profile: Profile = {
    sampleTypes: wire.sampleTypes.map(valueType),
    ...stacks,
    values: resolveValues(wire),
    labelSet: labels.labelSet,
    labelSets: labels.labelSets,
    frames: { func: frames.func.toArray(), line: frames.line.toArray() },
    functions: functions.table(),
    timeNanos: wire.timeNanos,
    durationNanos: wire.durationNanos,
    periodType: wire.periodType === null ? null : valueType(wire.periodType),
    period: wire.period,
    defaultSampleType: text(wire.defaultSampleType),
    comments: wire.comments.map(text),
    repairs: { functionIdZero: functions.idZero, missingLines: frames.missingLines },
  };
  numberFunctions(wire, profile);
  return profile;
}

const functionNumbers = new FunctionNumbers();
let namesGeneration = 0; // of the names that the numbers are of

/** Nothing is remembered when names or numbers were given anew half way: the next profile has them all of one generation. */
function numberFunctions({ functions, strings }: WireProfile, profile: Profile): void {
  if (namesGeneration !== strings.generation) functionNumbers.clear();
  namesGeneration = strings.generation;
  const { generation } = functionNumbers;
  const numbers = new Int32Array(functions.id.length);
  for (let row = 0; row < numbers.length; row++) {
    const name = strings.nameNumber(functions.name.at(row));
    const systemName = strings.nameNumber(functions.systemName.at(row));
    const file = strings.nameNumber(functions.file.at(row));
    const isKnown = name !== -1 && systemName !== -1 && file !== -1;
    numbers[row] = isKnown
      ? functionNumbers.numberOf(name, systemName, file, functions.startLine.at(row))
      : -1;
  }
  const isWhole =
    namesGeneration === strings.generation && generation === functionNumbers.generation;
  if (isWhole) rememberFunctions(profile, { generation, numbers });
}

/** The function table, with rows added for what the profile does not name. */
class FunctionRows {
  readonly name: string[] = [];
  readonly systemName: string[] = [];
  readonly file: string[] = [];
  readonly startLine: Uint32List;
  idZero = 0;
  /** Old .NET writers give every function id 0 and one location to each: then the rows pair up. */
  private readonly pairsWithLocations: boolean;
  private readonly added = new Map<string, number>();

  constructor(wire: WireProfile, text: (index: number) => string) {
    const { functions } = wire;
    this.startLine = new Uint32List(functions.id.length);
    let allZero = functions.id.length > 0 && functions.id.length === wire.locations.id.length;
    for (let row = 0; row < functions.id.length; row++) {
      const name = text(functions.name.at(row));
      const systemName = text(functions.systemName.at(row));
      this.name.push(name === '' ? systemName : name);
      this.systemName.push(systemName === name ? '' : systemName);
      this.file.push(text(functions.file.at(row)));
      this.startLine.push(functions.startLine.at(row));
      if (functions.id.at(row) !== 0) allZero = false;
    }
    this.pairsWithLocations = allZero;
  }

  /** The row for a line whose function id is 0. */
  forIdZero(location: number): number {
    this.idZero++;
    return this.pairsWithLocations ? location : this.named('[unknown]', '');
  }

  /** The row of a function that the profile has no entry for. */
  named(name: string, file: string): number {
    const key = `${file}\n${name}`;
    let row = this.added.get(key);
    if (row === undefined) {
      row = this.name.push(name) - 1;
      this.systemName.push('');
      this.file.push(file);
      this.startLine.push(0);
      this.added.set(key, row);
    }
    return row;
  }

  table(): Profile['functions'] {
    const { name, systemName, file } = this;
    return { name, systemName, file, startLine: this.startLine.toArray() };
  }
}

/** Frames of every location, root first: frame rows from `start[location]` to `start[location + 1]`. */
interface LocationFrames {
  readonly start: Uint32List;
  readonly rows: Uint32List;
  readonly func: Uint32List;
  readonly line: Uint32List;
  missingLines: number;
}

function expandLocations(
  wire: WireProfile,
  ids: CheckedIds,
  functions: FunctionRows,
): LocationFrames {
  const frames: LocationFrames = {
    start: new Uint32List(wire.locations.id.length + 1),
    rows: new Uint32List(wire.lines.func.length),
    func: new Uint32List(wire.lines.func.length),
    line: new Uint32List(wire.lines.func.length),
    missingLines: 0,
  };
  // Most functions were hit in one line or a few, so their frames are chained.
  const firstOf = new Int32Array(wire.functions.id.length).fill(-1); // function -> its newest frame
  const firstOfAdded = new Map<number, number>(); // the same for functions that the profile does not name
  const next: number[] = []; // frame -> an earlier one of its function; -1 for none
  const intern = (func: number, line: number) => {
    const isAdded = func >= firstOf.length;
    const first = isAdded ? (firstOfAdded.get(func) ?? -1) : firstOf[func]!;
    for (let row = first; row >= 0; row = next[row]!) {
      if (frames.line.at(row) === line) return row;
    }
    const row = next.push(first) - 1;
    frames.func.push(func);
    frames.line.push(line);
    if (isAdded) firstOfAdded.set(func, row);
    else firstOf[func] = row;
    return row;
  };
  let lineStart = 0;
  for (let location = 0; location < wire.locations.id.length; location++) {
    const lineEnd = wire.locations.lineEnd.at(location);
    frames.start.push(frames.rows.length);
    if (lineEnd === lineStart) {
      frames.missingLines++;
      frames.rows.push(intern(functions.named(addressName(wire, ids, location), ''), 0));
    }
    // On the wire the first line is the innermost of an inlined chain.
    for (let line = lineEnd - 1; line >= lineStart; line--) {
      const known = ids.funcRows[line]!;
      const func = known < 0 ? functions.forIdZero(location) : known;
      frames.rows.push(intern(func, wire.lines.line.at(line)));
    }
    lineStart = lineEnd;
  }
  frames.start.push(frames.rows.length);
  return frames;
}

/** `libfoo.so!0x1f3a`, or the address alone when the mapping is not known. */
function addressName(wire: WireProfile, ids: CheckedIds, location: number): string {
  const mapping = ids.mapping.rowOf(wire.locations.mapping, location);
  const path = mapping < 0 ? '' : wire.strings.name(wire.mappings.file.at(mapping));
  const address = `0x${wire.locations.address.at(location).toString(16)}`;
  const file = path.slice(path.lastIndexOf('/') + 1);
  return file === '' ? address : `${file}!${address}`;
}

function turnStacks(
  wire: WireProfile,
  ids: CheckedIds,
  frames: LocationFrames,
  limits: DecodeLimits,
): Pick<Profile, 'stackStart' | 'stackFrames'> {
  const stackStart = new Uint32Array(wire.samples.locationEnd.length + 1);
  const locationStart = frames.start.view();
  const rows = frames.rows.view();
  const { locationRows } = ids;
  const oneEach = rows.length === locationStart.length - 1; // no inlined lines: a location is a frame
  const stackFrames = new Uint32Array(
    oneEach ? locationRows.length : framesOfAll(locationRows, locationStart),
  );
  if (stackFrames.length > limits.stackFramesMax) throw tooManyFrames(limits);
  let length = 0;
  let start = 0;
  for (let sample = 0; sample < wire.samples.locationEnd.length; sample++) {
    const end = wire.samples.locationEnd.at(sample);
    for (let entry = end - 1; entry >= start; entry--) {
      const location = locationRows[entry]!;
      if (oneEach) {
        stackFrames[length++] = rows[location]!;
        continue;
      }
      const rowEnd = locationStart[location + 1]!;
      for (let row = locationStart[location]!; row < rowEnd; row++) {
        stackFrames[length++] = rows[row]!;
      }
    }
    stackStart[sample + 1] = length;
    start = end;
  }
  return { stackStart, stackFrames };
}

/** How many frames the stacks have together, inlined ones among them. */
function framesOfAll(locationRows: Int32Array, locationStart: Uint32Array): number {
  let frames = 0;
  for (let entry = 0; entry < locationRows.length; entry++) {
    const location = locationRows[entry]!;
    frames += locationStart[location + 1]! - locationStart[location]!;
  }
  return frames;
}

function resolveValues(wire: WireProfile): Float64Array | BigInt64Array {
  const { values } = wire;
  if (values.isNarrow) return new Float64Array(values.lows());
  const numbers = new Float64Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const high = values.highAt(row);
    if (high >= 0x200000) return bigValues(wire);
    numbers[row] = high * 2 ** 32 + values.lowAt(row);
  }
  return numbers;
}

function bigValues(wire: WireProfile): BigInt64Array {
  return BigInt64Array.from({ length: wire.values.length }, (_, row) =>
    BigInt(wire.values.at(row)),
  );
}
