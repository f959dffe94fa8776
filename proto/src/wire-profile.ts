import { ProfileError } from './errors.ts';
import { TextRanges } from './string-table.ts';
import { Uint32List, Uint64List } from './typed-list.ts';
import { readShortFunction, readShortLabel, readShortLocation } from './wire-messages.ts';
import { WireReader } from './wire-reader.ts';

/** What one decode may use at most. A limit that is reached rejects the whole profile. */
export interface DecodeLimits {
  /** The agent sends hundreds, large Go services tens of thousands; 500,000 stay under 100 MB decoded. */
  readonly samplesMax: number;
  /** Frames over all stacks; 8 million are 64 MB of ids. */
  readonly stackFramesMax: number;
}

export const DEFAULT_LIMITS: DecodeLimits = { samplesMax: 500_000, stackFramesMax: 8_000_000 };

/** profile.proto as it is on the wire: ids unresolved, string fields are indexes, stacks leaf first. */
export interface WireProfile {
  readonly strings: TextRanges;
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
export function readWireProfile(message: Uint8Array, limits: DecodeLimits): WireProfile {
  // A view of its own: parts of Node's Buffer are Buffers, which cost several times as much.
  const bytes = new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  const wire = emptyWireProfile(bytes.length);
  const reader = new WireReader(bytes);
  const { strings } = wire;
  while (reader.nextField()) {
    switch (reader.field) {
      case 1:
        inside(reader, readSampleType, wire);
        break;
      case 2:
        inside(reader, readSample, wire);
        checkLimits(wire, limits);
        break;
      case 3:
        inside(reader, readMapping, wire);
        break;
      case 4:
        readShort(reader, readShortLocation, readLocation, wire);
        break;
      case 5:
        readShort(reader, readShortFunction, readFunction, wire);
        break;
      case 6: {
        const end = reader.delimited();
        strings.push(reader.position, end);
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
        inside(reader, readPeriodType, wire);
        break;
      case 12:
        reader.integer();
        wire.period = reader.isSafe ? reader.number : 0;
        break;
      case 13:
        readComments(reader, wire);
        break;
      case 14:
        reader.integer();
        wire.defaultSampleType = stringIndex(reader);
        break;
      default:
        reader.skip();
    }
  }
  strings.seal(bytes);
  return wire;
}

type Columns = Pick<
  WireProfile,
  | 'strings'
  | 'samples'
  | 'locationIds'
  | 'values'
  | 'labels'
  | 'locations'
  | 'lines'
  | 'functions'
  | 'mappings'
>;

function newColumns(): Columns {
  return {
    strings: new TextRanges(),
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
  };
}

/**
 * The columns of the last decode, to be filled again: making and growing some twenty arrays took a third of the time of
 * a small profile. A decode is done before the next begins, and nothing that it gives away is a view on them.
 */
const kept = newColumns();
const KEPT_LISTS = Object.values(kept).flatMap((column): { clear(): void }[] =>
  'clear' in column ? [column] : Object.values(column),
);
const KEPT_BYTES_MAX = 2 ** 20;

/** Empty columns. Those of a large message are its own, so that nothing large stays. */
function emptyWireProfile(byteLength: number): WireProfile {
  const columns = byteLength > KEPT_BYTES_MAX ? newColumns() : kept;
  if (columns === kept) clear();
  return {
    ...columns,
    sampleTypes: [],
    comments: [],
    timeNanos: 0n,
    durationNanos: 0n,
    periodType: null,
    period: 0,
    defaultSampleType: 0,
  };
}

function clear(): void {
  for (const column of KEPT_LISTS) column.clear();
}

/** Run `read` on the content of a nested message, then go on behind it. */
function inside<Target>(
  reader: WireReader,
  read: (reader: WireReader, target: Target) => void,
  target: Target,
): void {
  const contentEnd = reader.delimited();
  const outerEnd = reader.end;
  reader.end = contentEnd;
  read(reader, target);
  reader.position = contentEnd;
  reader.end = outerEnd;
}

type Read = (reader: WireReader, target: WireProfile) => void;
type ReadShort = (wire: WireProfile, bytes: Uint8Array, start: number, end: number) => boolean;

/** The content of a nested message, by the fast way if it is as messages mostly are. */
function readShort(reader: WireReader, short: ReadShort, read: Read, wire: WireProfile): void {
  const { position, end: outerEnd } = reader;
  const contentEnd = reader.delimited();
  if (short(wire, reader.bytes, reader.position, contentEnd)) {
    reader.position = contentEnd;
    return;
  }
  reader.position = position;
  reader.end = outerEnd;
  inside(reader, read, wire);
}

function readComments(reader: WireReader, wire: WireProfile): void {
  const indexes = new Uint64List();
  appendIntegers(reader, indexes);
  for (let row = 0; row < indexes.length; row++) {
    wire.comments.push(indexes.highAt(row) === 0 ? indexes.lowAt(row) : 0xffffffff);
  }
}

/** Append a repeated integer field, packed or not. */
function appendIntegers(reader: WireReader, list: Uint64List): void {
  if (reader.wireType !== 2) {
    reader.integer();
    list.push(reader.low, reader.high);
    return;
  }
  const { bytes, end: outerEnd } = reader;
  const end = reader.delimited();
  // Ids and most values take one to four bytes; those are stored without the detour over the reader.
  let low = list.reserve(end - reader.position);
  let length = list.length;
  let position = reader.position;
  while (position < end) {
    const first = bytes[position]!;
    if (first < 0x80) {
      low[length++] = first;
      position++;
      continue;
    }
    const second = position + 1 < end ? bytes[position + 1]! : 0x80;
    if (second < 0x80) {
      low[length++] = (first & 0x7f) | (second << 7);
      position += 2;
      continue;
    }
    const third = position + 2 < end ? bytes[position + 2]! : 0x80;
    if (third < 0x80) {
      low[length++] = (first & 0x7f) | ((second & 0x7f) << 7) | (third << 14);
      position += 3;
      continue;
    }
    const fourth = position + 3 < end ? bytes[position + 3]! : 0x80;
    if (fourth < 0x80) {
      low[length++] =
        (first & 0x7f) | ((second & 0x7f) << 7) | ((third & 0x7f) << 14) | (fourth << 21);
      position += 4;
      continue;
    }
    list.length = length;
    reader.position = position;
    reader.end = end;
    reader.varint();
    position = reader.position;
    list.push(reader.low, reader.high);
    low = list.reserve(end - position);
    length = list.length;
  }
  list.length = length;
  reader.position = end;
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

function readSampleType(reader: WireReader, wire: WireProfile): void {
  wire.sampleTypes.push(readValueType(reader));
}

function readPeriodType(reader: WireReader, wire: WireProfile): void {
  wire.periodType = readValueType(reader);
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

function readSample(reader: WireReader, wire: WireProfile): void {
  while (reader.nextField()) {
    if (reader.field === 1) appendIntegers(reader, wire.locationIds);
    else if (reader.field === 2) appendIntegers(reader, wire.values);
    else if (reader.field === 3) readShort(reader, readShortLabel, readLabel, wire);
    else reader.skip();
  }
  wire.samples.locationEnd.push(wire.locationIds.length);
  wire.samples.valueEnd.push(wire.values.length);
  wire.samples.labelEnd.push(wire.labels.key.length);
}

function checkLimits(wire: WireProfile, limits: DecodeLimits): void {
  if (wire.samples.valueEnd.length > limits.samplesMax) {
    throw new ProfileError(
      'PROFILE_TOO_MANY_SAMPLES',
      `got more than ${limits.samplesMax} samples`,
    );
  }
  if (wire.locationIds.length > limits.stackFramesMax) throw tooManyFrames(limits);
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
  let seen = 0; // fields 1 to 3 that came; proto3 leaves zeros out
  while (reader.nextField()) {
    if (reader.field === 4) inside(reader, readLine, wire);
    else if (reader.field > 3 || (seen & (1 << reader.field)) !== 0) reader.skip();
    else {
      reader.integer();
      seen |= 1 << reader.field;
      const column =
        reader.field === 1
          ? locations.id
          : reader.field === 2
            ? locations.mapping
            : locations.address;
      column.push(reader.low, reader.high);
    }
  }
  if ((seen & 2) === 0) locations.id.push(0, 0);
  if ((seen & 4) === 0) locations.mapping.push(0, 0);
  if ((seen & 8) === 0) locations.address.push(0, 0);
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
  let low = 0;
  let high = 0;
  let name = 0;
  let systemName = 0;
  let file = 0;
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
    } else if (reader.field === 2) name = stringIndex(reader);
    else if (reader.field === 3) systemName = stringIndex(reader);
    else if (reader.field === 4) file = stringIndex(reader);
    else startLine = lineNumber(reader);
  }
  functions.id.push(low, high);
  functions.name.push(name);
  functions.systemName.push(systemName);
  functions.file.push(file);
  functions.startLine.push(startLine);
}
