import { type Profile, sampleCount, stackOf } from '../../proto/src/index.ts';

/** Sum of a sample type over a profile. */
export function totalOf(profile: Profile, type: string): number {
  return rowsOf(profile, type).reduce((sum, row) => sum + row.value, 0);
}

/** Each sample as folded stack, root first, with its value of one type. */
export function rowsOf(profile: Profile, type: string): { stack: string[]; value: number }[] {
  const column = profile.sampleTypes.findIndex((found) => found.type === type);
  if (column < 0) {
    const types = profile.sampleTypes.map((found) => found.type).join(', ');
    throw new Error(`no sample type ${type} among ${types}`);
  }
  return Array.from({ length: sampleCount(profile) }, (_, sample) => ({
    stack: Array.from(
      stackOf(profile, sample),
      (frame) => profile.functions.name[profile.frames.func[frame]!]!,
    ),
    value: Number(profile.values[sample * profile.sampleTypes.length + column]),
  }));
}

/** Value of the samples whose stack holds a function of this name. */
export function totalBelow(profile: Profile, type: string, name: string): number {
  return rowsOf(profile, type)
    .filter((row) => row.stack.includes(name))
    .reduce((sum, row) => sum + row.value, 0);
}

export interface FunctionRow {
  readonly name: string;
  readonly file: string;
  readonly systemName: string;
  readonly startLine: number;
}

export function functionNamed(profile: Profile, name: string): FunctionRow {
  const row = profile.functions.name.indexOf(name);
  if (row < 0) throw new Error(`no function ${name} among ${profile.functions.name.join(', ')}`);
  return {
    name,
    file: profile.functions.file[row]!,
    systemName: profile.functions.systemName[row]!,
    startLine: profile.functions.startLine[row]!,
  };
}

/** Folded lines `root;leaf value`, heaviest first, for comparison by eye. */
export function foldedOf(profile: Profile, type: string): string[] {
  return rowsOf(profile, type)
    .sort((a, b) => b.value - a.value || a.stack.join(';').localeCompare(b.stack.join(';')))
    .map((row) => `${row.stack.join(';')} ${row.value}`);
}
