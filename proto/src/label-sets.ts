import type { Label, Profile } from './profile.ts';
import type { WireProfile } from './wire-profile.ts';

/**
 * The label set of every sample, each set once.
 *
 * Shape   row 0 of `labelSets` is the empty set; `text` resolves an index into the string table.
 */
export function resolveLabels(
  wire: WireProfile,
  text: (index: number) => string,
): Pick<Profile, 'labelSet' | 'labelSets'> {
  const sets = new LabelSets(wire, text);
  const { labelEnd } = wire.samples;
  const labelSet = new Uint32Array(labelEnd.length);
  let start = 0;
  for (let sample = 0; sample < labelSet.length; sample++) {
    const end = labelEnd.at(sample);
    let set = 0;
    for (let row = start; row < end; row++) set = sets.withLabel(set, row);
    labelSet[sample] = set;
    start = end;
  }
  return sets.used(labelSet);
}

/** Label sets by what they add to another set, so that no text is made for a sample. */
class LabelSets {
  private readonly wire: WireProfile;
  private readonly text: (index: number) => string;
  private readonly sets: (readonly Label[])[] = [[]];
  private readonly next = new Map<number, number>(); // set and label -> set
  private readonly labels: Label[] = [];
  private readonly textLabels = new Map<number, number>(); // key and string -> label
  private readonly otherLabels = new Map<string, number>();

  constructor(wire: WireProfile, text: (index: number) => string) {
    this.wire = wire;
    this.text = text;
  }

  withLabel(set: number, row: number): number {
    const label = this.labelOf(row);
    const key = set * 2 ** 24 + label;
    let extended = this.next.get(key);
    if (extended === undefined) {
      extended = this.sets.push([...this.sets[set]!, this.labels[label]!]) - 1;
      this.next.set(key, extended);
    }
    return extended;
  }

  private labelOf(row: number): number {
    const { key, str, num, numUnit } = this.wire.labels;
    if (num.lowAt(row) === 0 && num.highAt(row) === 0 && numUnit.at(row) === 0) {
      return this.interned(this.textLabels, key.at(row) * 2 ** 26 + str.at(row), row);
    }
    const other = `${key.at(row)},${str.at(row)},${num.at(row)},${numUnit.at(row)}`;
    return this.interned(this.otherLabels, other, row);
  }

  private interned<Key>(known: Map<Key, number>, key: Key, row: number): number {
    let label = known.get(key);
    if (label === undefined) {
      label = this.labels.push(labelAt(this.wire, row, this.text)) - 1;
      known.set(key, label);
    }
    return label;
  }

  /** Only the sets that a sample has, renumbered; the empty set stays row 0. */
  used(labelSet: Uint32Array): Pick<Profile, 'labelSet' | 'labelSets'> {
    const newRow = new Map<number, number>([[0, 0]]);
    for (const set of labelSet) if (!newRow.has(set)) newRow.set(set, newRow.size);
    return {
      labelSet: labelSet.map((set) => newRow.get(set)!),
      labelSets: Array.from(newRow.keys(), (set) => this.sets[set]!),
    };
  }
}

function labelAt(wire: WireProfile, row: number, text: (index: number) => string): Label {
  const { labels } = wire;
  const str = labels.str.at(row);
  return {
    key: text(labels.key.at(row)),
    str: text(str),
    num: str === 0 ? BigInt.asIntN(64, BigInt(labels.num.at(row))) : null,
    numUnit: text(labels.numUnit.at(row)),
  };
}
