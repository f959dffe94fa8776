import { type Label, type Profile, sampleCount, stackOf, type ValueType } from './profile.ts';
import { WireWriter } from './wire-writer.ts';

/**
 * Encode a profile as a pprof message (not gzip): one location for each frame, ids from 1.
 *
 * Shape   `decodeProfile(encodeProfile(p))` equals `p`, when no function or label set is unused or doubled.
 * Source  proto/profile.proto
 */
export function encodeProfile(profile: Profile): Uint8Array {
  const out = new WireWriter();
  const strings = new StringTable();
  const content = new WireWriter();
  for (const type of profile.sampleTypes) out.message(1, valueType(content.reset(), strings, type));
  writeSamples(out, strings, profile);
  writeLocations(out, profile);
  writeFunctions(out, strings, profile);
  const comments = profile.comments.map((comment) => strings.index(comment));
  const periodType =
    profile.periodType === null ? null : valueType(new WireWriter(), strings, profile.periodType);
  const defaultSampleType = strings.index(profile.defaultSampleType);
  for (const text of strings.texts) out.text(6, text);
  out.integer(9, profile.timeNanos);
  out.integer(10, profile.durationNanos);
  if (periodType !== null) out.message(11, periodType);
  out.integer(12, profile.period);
  out.packed(13, comments);
  out.integer(14, defaultSampleType);
  return out.finish();
}

class StringTable {
  readonly texts: string[] = [''];
  private readonly known = new Map<string, number>([['', 0]]);

  index(text: string): number {
    let index = this.known.get(text);
    if (index === undefined) {
      index = this.texts.push(text) - 1;
      this.known.set(text, index);
    }
    return index;
  }
}

function valueType(content: WireWriter, strings: StringTable, type: ValueType): WireWriter {
  content.integer(1, strings.index(type.type));
  content.integer(2, strings.index(type.unit));
  return content;
}

function writeSamples(out: WireWriter, strings: StringTable, profile: Profile): void {
  const types = profile.sampleTypes.length;
  const content = new WireWriter();
  const labelSets = profile.labelSets.map((set) =>
    set.map((label) => labelMessage(strings, label)),
  );
  for (let sample = 0; sample < sampleCount(profile); sample++) {
    content.reset();
    const locations = Array.from(stackOf(profile, sample), (frame) => frame + 1).reverse();
    content.packed(1, locations);
    content.packed(2, profile.values.subarray(sample * types, (sample + 1) * types));
    for (const label of labelSets[profile.labelSet[sample]!]!) content.message(3, label);
    out.message(2, content);
  }
}

function labelMessage(strings: StringTable, label: Label): WireWriter {
  const content = new WireWriter();
  content.integer(1, strings.index(label.key));
  content.integer(2, strings.index(label.str));
  content.integer(3, label.num ?? 0);
  content.integer(4, strings.index(label.numUnit));
  return content;
}

function writeLocations(out: WireWriter, profile: Profile): void {
  const content = new WireWriter();
  const line = new WireWriter();
  profile.frames.func.forEach((func, frame) => {
    line.reset().integer(1, func + 1);
    line.integer(2, profile.frames.line[frame]!);
    content.reset().integer(1, frame + 1);
    content.message(4, line);
    out.message(4, content);
  });
}

function writeFunctions(out: WireWriter, strings: StringTable, profile: Profile): void {
  const { functions } = profile;
  const content = new WireWriter();
  functions.name.forEach((name, row) => {
    content.reset().integer(1, row + 1);
    content.integer(2, strings.index(name));
    content.integer(3, strings.index(functions.systemName[row]! || name));
    content.integer(4, strings.index(functions.file[row]!));
    content.integer(5, functions.startLine[row]!);
    out.message(5, content);
  });
}
