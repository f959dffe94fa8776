import type { Label, Profile } from './profile.ts';
import type { WireProfile } from './wire-profile.ts';

/**
 * The label set of every sample, each set once.
 *
 * Shape   row 0 of `labelSets` is the empty set.
 */
export function resolveLabels(wire: WireProfile): Pick<Profile, 'labelSet' | 'labelSets'> {
  const sets = new LabelSets(wire);
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

// Two of them make an integer that a Map takes as it is.
const SMALL_MAX = 2 ** 15;

/** Label sets by what they add to another set, so that no text is made for a sample. */
class LabelSets {
  private readonly wire: WireProfile;
  private readonly sets: (readonly Label[])[] = [[]];
  private readonly next = new Map<number, number>(); // set and label -> set
  private readonly labels: Label[] = [];
  private readonly textLabels = new Map<number, number>(); // key and string -> label
  private readonly otherLabels = new Map<string, number>();

  constructor(wire: WireProfile) {
    this.wire = wire;
  }

  withLabel(set: number, row: number): number {
    const label = this.labelOf(row);
    const isSmall = set < SMALL_MAX && label < SMALL_MAX;
    const key = isSmall ? set * SMALL_MAX + label : 2 ** 40 + set * 2 ** 24 + label;
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
      const isSmall = key.at(row) < SMALL_MAX && str.at(row) < SMALL_MAX;
      const text = isSmall
        ? key.at(row) * SMALL_MAX + str.at(row)
        : 2 ** 52 + (key.at(row) * 2 ** 26 + str.at(row));
      return this.interned(this.textLabels, text, row);
    }
    const other = `${key.at(row)},${str.at(row)},${num.at(row)},${numUnit.at(row)}`;
    return this.interned(this.otherLabels, other, row);
  }

  private interned<Key>(known: Map<Key, number>, key: Key, row: number): number {
    let label = known.get(key);
    if (label === undefined) {
      label = this.labels.push(labelAt(this.wire, row)) - 1;
      known.set(key, label);
    }
    return label;
  }

  /** Only the sets that a sample has, renumbered; the empty set stays row 0. */
  used(labelSet: Uint32Array): Pick<Profile, 'labelSet' | 'labelSets'> {
    const rowOf = new Int32Array(this.sets.length).fill(-1);
    const labelSets = [this.sets[0]!];
    rowOf[0] = 0;
    for (let sample = 0; sample < labelSet.length; sample++) {
      const set = labelSet[sample]!;
      if (rowOf[set] === -1) rowOf[set] = labelSets.push(this.sets[set]!) - 1;
      labelSet[sample] = rowOf[set]!;
    }
    return { labelSet, labelSets };
  }
}

function labelAt({ labels, strings }: WireProfile, row: number): Label {
  const str = labels.str.at(row);
  return {
    key: strings.name(labels.key.at(row)),
    str: strings.text(str),
    num: str === 0 ? BigInt.asIntN(64, BigInt(labels.num.at(row))) : null,
    numUnit: strings.name(labels.numUnit.at(row)),
  };
}
