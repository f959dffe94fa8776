import type { Profile } from './profile.ts';

const NUMBERS_MIN = 4_096;
// As many as there are names in the cache of names. Past that all begin anew.
const NUMBERS_MAX = 262_144;
const FIELDS = 4;

/** Functions of a profile by a number that the same function has in other profiles too, as long as the generation is the same. */
export interface KnownFunctions {
  readonly generation: number;
  readonly numbers: Int32Array; // row of functions -> number, -1 for none; rows that decoding added have none
}

const ofProfile = new WeakMap<Profile, KnownFunctions>();

/** What decoding knows of the functions of a profile, so that nobody has to look them up by their names; null for nothing. */
export function knownFunctionsOf(profile: Profile): KnownFunctions | null {
  return ofProfile.get(profile) ?? null;
}

export function rememberFunctions(profile: Profile, known: KnownFunctions): void {
  ofProfile.set(profile, known);
}

/** Numbers functions by the rows of their names in a cache of texts, and their line. */
export class FunctionNumbers {
  private slots = new Int32Array(NUMBERS_MIN * 2).fill(-1);
  private fields = new Int32Array(NUMBERS_MIN * FIELDS);
  private count = 0;
  generation = 0;

  /** Forget all, since a row of the cache of texts is another text now. */
  clear(): void {
    this.slots.fill(-1);
    this.count = 0;
    this.generation++;
  }

  numberOf(name: number, systemName: number, file: number, line: number): number {
    const { slots, fields } = this;
    const mask = slots.length - 1;
    let slot = hashOf(name, systemName, file, line) & mask;
    for (let number = slots[slot]!; number >= 0; number = slots[slot]!) {
      const at = number * FIELDS;
      if (
        fields[at] === name &&
        fields[at + 1] === systemName &&
        fields[at + 2] === file &&
        fields[at + 3] === line
      ) {
        return number;
      }
      slot = (slot + 1) & mask;
    }
    return this.add([name, systemName, file, line]);
  }

  private add(fields: readonly number[]): number {
    if (this.count === NUMBERS_MAX) this.clear();
    if (this.count * FIELDS === this.fields.length) this.grow();
    const number = this.count++;
    this.fields.set(fields, number * FIELDS);
    this.place(number);
    return number;
  }

  private grow(): void {
    const fields = new Int32Array(this.fields.length * 2);
    fields.set(this.fields);
    this.fields = fields;
    this.slots = new Int32Array(this.slots.length * 2).fill(-1);
    for (let number = 0; number < this.count; number++) this.place(number);
  }

  private place(number: number): void {
    const { slots, fields } = this;
    const at = number * FIELDS;
    const mask = slots.length - 1;
    let slot = hashOf(fields[at]!, fields[at + 1]!, fields[at + 2]!, fields[at + 3]!) & mask;
    while (slots[slot]! >= 0) slot = (slot + 1) & mask;
    slots[slot] = number;
  }
}

function hashOf(name: number, systemName: number, file: number, line: number): number {
  let hash = Math.imul(name ^ Math.imul(line, 0x85ebca6b), 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ file, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ systemName, 0x9e3779b1);
  return hash ^ (hash >>> 16);
}
