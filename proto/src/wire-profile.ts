import { ProfileError } from './errors.ts';
import { Uint32List } from './typed-list.ts';
import { WireReader } from './wire-reader.ts';

/** What one decode may use at most. A limit that is reached rejects the whole profile. */
export interface DecodeLimits {
  /** The agent sends hundreds, large Go services tens of thousands; 500,000 stay under 100 MB decoded. */
  readonly samplesMax: number;
  /** Frames over all stacks; 8 million are 64 MB of ids. */
  readonly stackFramesMax: number;
}

export const DEFAULT_LIMITS: DecodeLimits = { samplesMax: 500_000, stackFramesMax: 8_000_000 };

/** A 64-bit id as a Map key: a number when that is exact, else a bigint. */
export type WireId = number | bigint;

/** Ids or values of 64 bits as two columns of 32. */
export class Uint64List {
  readonly low = new Uint32List();
  readonly high = new Uint32List();

  get length(): number {
    return this.low.length;
  }

  push(low: number, high: number): void {
    this.low.push(low);
    this.high.push(high);
  }

  id(index: number): WireId {
    return wireId(this.low.at(index), this.high.at(index));
  }
}

export function wireId(low: number, high: number): WireId {
  return high < 0x200000 ? high * 2 ** 32 + low : (BigInt(high) << 32n) | BigInt(low);
}

/** profile.proto as it is on the wire: ids unresolved, string fields are indexes, stacks leaf first. */
export interface WireProfile {
  readonly strings: string[];
  readonly sampleTypes: { readonly type: number; readonly unit: number }[];
  readonly samples: {
    readonly locationEnd: Uint32List; // sample -> end in locationIds; it starts where the one before ends
    readonly valueEnd: Uint32List; // sample -> end in values
    readonly labelEnd: Uint32List; // sample -> end in labels
  };
  readonly locationIds: Uint64List;
  readonly values: Uint64List;
  readonly labels: {
    readonly key: Uint32List;
    readonly str: Uint32List;
    readonly num: Uint64List;
    readonly numUnit: Uint32List;
  };
  readonly locations: {
    readonly id: Uint64List;
    readonly mapping: Uint64List;
    readonly address: Uint64List;
    readonly lineEnd: Uint32List; // location -> end in lines
  };
  readonly lines: { readonly func: Uint64List; readonly line: Uint32List };
  readonly functions: {
    readonly id: Uint64List;
    readonly name: Uint32List;
    readonly systemName: Uint32List;
    readonly file: Uint32List;
    readonly startLine: Uint32List;
  };
  readonly mappings: { readonly id: Uint64List; readonly file: Uint32List };
  readonly comments: number[];
  timeNanos: bigint;
  durationNanos: bigint;
  periodType: { readonly type: number; readonly unit: number } | null;
  period: number;
  defaultSampleType: number;
}

/**
 * Read the fields of a pprof message into columns, without looking at what they mean.
 *
 * Errors  ProfileError PROFILE_NOT_PPROF, PROFILE_TOO_MANY_SAMPLES, PROFILE_TOO_MANY_FRAMES.
 * Source  proto/profile.proto
 */
export function readWireProfile(bytes: Uint8Array, limits: DecodeLimits): WireProfile {
  const wire = emptyWireProfile();
  const reader = new WireReader(bytes);
  const utf8 = new TextDecoder();
  while (reader.nextField()) {
    switch (reader.field) {
      case 1:
        inside(reader, () => wire.sampleTypes.push(readValueType(reader)));
        break;
      case 2:
        inside(reader, () => readSample(reader, wire, limits));
        break;
      case 3:
        inside(reader, () => readMapping(reader, wire));
        break;
      case 4:
        inside(reader, () => readLocation(reader, wire));
        break;
      case 5:
        inside(reader, () => readFunction(reader, wire));
        break;
      case 6: {
        const end = reader.delimited();
        wire.strings.push(utf8.decode(bytes.subarray(reader.position, end)));
        reader.position = end;
        break;
      }
      case 9:
        reader.integer();
        wire.timeNanos = reader.bigint;
        break;
      case 10:
        reader.integer();
        wire.durationNanos = reader.bigint;
        break;
      case 11:
        inside(reader, () => {
          wire.periodType = readValueType(reader);
        });
        break;
      case 12:
        reader.integer();
        wire.period = reader.isSafe ? reader.number : 0;
        break;
      case 13:
        repeated(reader, () => wire.comments.push(stringIndex(reader)));
        break;
      case 14:
        reader.integer();
        wire.defaultSampleType = stringIndex(reader);
        break;
      default:
        reader.skip();
    }
  }
  return wire;
}

function emptyWireProfile(): WireProfile {
  return {
    strings: [],
    sampleTypes: [],
    samples: {
      locationEnd: new Uint32List(),
      valueEnd: new Uint32List(),
      labelEnd: new Uint32List(),
    },
    locationIds: new Uint64List(),
    values: new Uint64List(),
    labels: {
      key: new Uint32List(),
      str: new Uint32List(),
      num: new Uint64List(),
      numUnit: new Uint32List(),
    },
    locations: {
      id: new Uint64List(),
      mapping: new Uint64List(),
      address: new Uint64List(),
      lineEnd: new Uint32List(),
    },
    lines: { func: new Uint64List(), line: new Uint32List() },
    functions: {
      id: new Uint64List(),
      name: new Uint32List(),
      systemName: new Uint32List(),
      file: new Uint32List(),
      startLine: new Uint32List(),
    },
    mappings: { id: new Uint64List(), file: new Uint32List() },
    comments: [],
    timeNanos: 0n,
    durationNanos: 0n,
    periodType: null,
    period: 0,
    defaultSampleType: 0,
  };
}

/** Run `read` on the content of a nested message, then go on behind it. */
function inside(reader: WireReader, read: () => void): void {
  const contentEnd = reader.delimited();
  const outerEnd = reader.end;
  reader.end = contentEnd;
  read();
  reader.position = contentEnd;
  reader.end = outerEnd;
}

/** Read a repeated integer field, packed or not; `take` finds the integer in the reader. */
function repeated(reader: WireReader, take: () => void): void {
  if (reader.wireType !== 2) {
    reader.integer();
    take();
    return;
  }
  const end = reader.delimited();
  const outerEnd = reader.end;
  reader.end = end;
  while (reader.position < end) {
    reader.varint();
    take();
  }
  reader.end = outerEnd;
}

/** The last varint as an index into the string table; one that cannot be is the largest, which the check rejects. */
function stringIndex(reader: WireReader): number {
  return reader.high === 0 ? reader.low : 0xffffffff;
}

/** The last varint as a line; negative or absurd ones count as unknown. */
function lineNumber(reader: WireReader): number {
  return reader.high === 0 ? reader.low : 0;
}

function readValueType(reader: WireReader): { type: number; unit: number } {
  let type = 0;
  let unit = 0;
  while (reader.nextField()) {
    if (reader.field === 1) {
      reader.integer();
      type = stringIndex(reader);
    } else if (reader.field === 2) {
      reader.integer();
      unit = stringIndex(reader);
    } else reader.skip();
  }
  return { type, unit };
}

function readSample(reader: WireReader, wire: WireProfile, limits: DecodeLimits): void {
  if (wire.samples.valueEnd.length >= limits.samplesMax) {
    throw new ProfileError(
      'PROFILE_TOO_MANY_SAMPLES',
      `got more than ${limits.samplesMax} samples`,
    );
  }
  const takeLocation = () => wire.locationIds.push(reader.low, reader.high);
  const takeValue = () => wire.values.push(reader.low, reader.high);
  while (reader.nextField()) {
    if (reader.field === 1) repeated(reader, takeLocation);
    else if (reader.field === 2) repeated(reader, takeValue);
    else if (reader.field === 3) inside(reader, () => readLabel(reader, wire));
    else reader.skip();
  }
  if (wire.locationIds.length > limits.stackFramesMax) throw tooManyFrames(limits);
  wire.samples.locationEnd.push(wire.locationIds.length);
  wire.samples.valueEnd.push(wire.values.length);
  wire.samples.labelEnd.push(wire.labels.key.length);
}

export function tooManyFrames(limits: DecodeLimits): ProfileError {
  return new ProfileError(
    'PROFILE_TOO_MANY_FRAMES',
    `got more than ${limits.stackFramesMax} frames over all stacks`,
  );
}

function readLabel(reader: WireReader, wire: WireProfile): void {
  const { labels } = wire;
  let key = 0;
  let str = 0;
  let numUnit = 0;
  let low = 0;
  let high = 0;
  while (reader.nextField()) {
    if (reader.field < 1 || reader.field > 4) {
      reader.skip();
      continue;
    }
    reader.integer();
    if (reader.field === 1) key = stringIndex(reader);
    else if (reader.field === 2) str = stringIndex(reader);
    else if (reader.field === 4) numUnit = stringIndex(reader);
    else {
      low = reader.low;
      high = reader.high;
    }
  }
  labels.key.push(key);
  labels.str.push(str);
  labels.numUnit.push(numUnit);
  labels.num.push(low, high);
}

function readMapping(reader: WireReader, wire: WireProfile): void {
  let file = 0;
  let low = 0;
  let high = 0;
  while (reader.nextField()) {
    if (reader.field === 1) {
      reader.integer();
      low = reader.low;
      high = reader.high;
    } else if (reader.field === 5) {
      reader.integer();
      file = stringIndex(reader);
    } else reader.skip();
  }
  wire.mappings.id.push(low, high);
  wire.mappings.file.push(file);
}

function readLocation(reader: WireReader, wire: WireProfile): void {
  const { locations } = wire;
  // id, mapping and address are fields 1 to 3; proto3 leaves zeros out.
  const low = [0, 0, 0];
  const high = [0, 0, 0];
  while (reader.nextField()) {
    if (reader.field >= 1 && reader.field <= 3) {
      reader.integer();
      low[reader.field - 1] = reader.low;
      high[reader.field - 1] = reader.high;
    } else if (reader.field === 4) inside(reader, () => readLine(reader, wire));
    else reader.skip();
  }
  [locations.id, locations.mapping, locations.address].forEach((column, i) => {
    column.push(low[i]!, high[i]!);
  });
  locations.lineEnd.push(wire.lines.line.length);
}

function readLine(reader: WireReader, wire: WireProfile): void {
  let low = 0;
  let high = 0;
  let line = 0;
  while (reader.nextField()) {
    if (reader.field === 1) {
      reader.integer();
      low = reader.low;
      high = reader.high;
    } else if (reader.field === 2) {
      reader.integer();
      line = lineNumber(reader);
    } else reader.skip();
  }
  wire.lines.func.push(low, high);
  wire.lines.line.push(line);
}

function readFunction(reader: WireReader, wire: WireProfile): void {
  const { functions } = wire;
  const text = [0, 0, 0];
  let low = 0;
  let high = 0;
  let startLine = 0;
  while (reader.nextField()) {
    if (reader.field > 5) {
      reader.skip();
      continue;
    }
    reader.integer();
    if (reader.field === 1) {
      low = reader.low;
      high = reader.high;
    } else if (reader.field === 5) startLine = lineNumber(reader);
    else text[reader.field - 2] = stringIndex(reader);
  }
  functions.id.push(low, high);
  functions.name.push(text[0]!);
  functions.systemName.push(text[1]!);
  functions.file.push(text[2]!);
  functions.startLine.push(startLine);
}
