import {
  type FunctionsAnswer,
  hash64,
  nameWithoutPosition,
  sumByFunction,
  unitOf,
} from '@flamehouse/proto';
import type { ProfileSelection, SelectedStacks } from '../storage/profile-store.ts';

export interface FunctionsOptions {
  readonly limit: number;
  readonly offset: number;
  readonly sort: 'self' | 'total' | 'name';
  readonly search?: string;
  readonly groupBy?: 'package';
}

type Columns = FunctionsAnswer['functions'];

/** Groups of frames: the function, or the package, that each frame belongs to. */
interface Groups {
  readonly groupOf: Uint32Array; // frame -> group
  readonly columns: Omit<Columns, 'self' | 'total'>; // group -> what it is
}

/** The exact table over all stacks, by function or by package, with recursion counted once. */
export function functionsAnswer(
  selection: Pick<ProfileSelection, 'service' | 'type'>,
  stacks: SelectedStacks,
  options: FunctionsOptions,
): FunctionsAnswer {
  const { groupOf, columns } =
    options.groupBy === 'package' ? byPackage(stacks.frames) : byFunction(stacks.frames);
  const sums = sumByFunction(stacks.stacks, stacks.values, groupOf, columns.id.length);
  const all: Columns = { ...columns, self: [...sums.self], total: [...sums.total] };
  const rows = sortRows(all, matchingRows(all, options.search ?? ''), options.sort);
  return {
    service: selection.service,
    type: selection.type,
    unit: unitOf(selection.type),
    from: stacks.range.from,
    to: stacks.range.to,
    tier: stacks.tier,
    total: stacks.values.reduce((sum, value) => sum + value, 0),
    rows: rows.length,
    functions: pickRows(all, rows.slice(options.offset, options.offset + options.limit)),
  };
}

function byFunction(frames: SelectedStacks['frames']): Groups {
  const { first, groupOf } = groupFrames(frames.functionId);
  const pick = <T>(column: readonly T[]) => first.map((frame) => column[frame]!);
  return {
    groupOf,
    columns: {
      id: pick(frames.functionId),
      // Closures of one file are one function, so the position of the first would mislead.
      name: pick(frames.name).map(nameWithoutPosition),
      file: pick(frames.file),
      package: pick(frames.package),
      kind: pick(frames.kind),
    },
  };
}

/** Kind is part of the group, since the application, the engine and the collector all have no package. */
function byPackage(frames: SelectedStacks['frames']): Groups {
  const keys = frames.package.map((name, frame) => hash64([name, frames.kind[frame]!]));
  const { first, groupOf } = groupFrames(keys);
  const names = first.map((frame) => frames.package[frame]!);
  return {
    groupOf,
    columns: {
      id: first.map((frame) => keys[frame]!),
      name: names,
      file: names.map(() => ''),
      package: names,
      kind: first.map((frame) => frames.kind[frame]!),
    },
  };
}

function groupFrames(keys: readonly string[]): { first: number[]; groupOf: Uint32Array } {
  const known = new Map<string, number>();
  const first: number[] = []; // group -> its first frame
  const groupOf = Uint32Array.from(keys, (key, frame) => {
    let group = known.get(key);
    if (group === undefined) {
      group = first.push(frame) - 1;
      known.set(key, group);
    }
    return group;
  });
  return { first, groupOf };
}

function matchingRows(columns: Columns, search: string): number[] {
  const rows = columns.id.map((_, row) => row).filter((row) => columns.total[row]! > 0);
  if (search === '') return rows;
  const wanted = search.toLowerCase();
  const found = (text: string | undefined) => text?.toLowerCase().includes(wanted) === true;
  return rows.filter(
    (row) => found(columns.name[row]) || found(columns.file[row]) || found(columns.package[row]),
  );
}

/** Largest first; equal rows by the other value, then name and id, so that pages do not overlap. */
function sortRows(columns: Columns, rows: number[], sort: FunctionsOptions['sort']): number[] {
  const { id, name, self, total } = columns;
  const text = (column: readonly string[], a: number, b: number) =>
    column[a]! < column[b]! ? -1 : column[a]! > column[b]! ? 1 : 0;
  const byText = (a: number, b: number) => text(name, a, b) || text(id, a, b);
  const bySelf = (a: number, b: number) => self[b]! - self[a]!;
  const byTotal = (a: number, b: number) => total[b]! - total[a]!;
  if (sort === 'name') return rows.sort(byText);
  return sort === 'self'
    ? rows.sort((a, b) => bySelf(a, b) || byTotal(a, b) || byText(a, b))
    : rows.sort((a, b) => byTotal(a, b) || bySelf(a, b) || byText(a, b));
}

function pickRows(columns: Columns, rows: readonly number[]): Columns {
  const pick = <T>(column: readonly T[]) => rows.map((row) => column[row]!);
  return {
    id: pick(columns.id),
    name: pick(columns.name),
    file: pick(columns.file),
    package: pick(columns.package),
    kind: pick(columns.kind),
    self: pick(columns.self),
    total: pick(columns.total),
  };
}
