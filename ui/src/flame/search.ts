import type { FrameColumns } from '@flamehouse/proto';
import { type FlameTree, outermostRows } from './tree.ts';

export interface FunctionText {
  readonly name: string;
  readonly file: string;
  readonly package: string;
}

export interface Search {
  readonly test: (f: FunctionText) => boolean;
  readonly problem: string | null; // why nothing can match
}

/**
 * Compile what was typed. Plain text is looked for as it stands, in any case; between slashes it is a
 * regular expression. Name, file and package are searched, as the server's own search does.
 *
 * Errors  none: an expression that does not compile matches nothing and says why in `problem`.
 */
export function compileSearch(typed: string): Search | null {
  const text = typed.trim();
  if (text === '') return null;
  const expression = /^\/(.+)\/([ims]*)$/.exec(text);
  if (expression !== null) {
    try {
      const regex = new RegExp(expression[1]!, expression[2]);
      return {
        test: (f) => [f.name, f.file, f.package].some((part) => regex.test(part)),
        problem: null,
      };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { test: () => false, problem: reason.replace(/^Invalid regular expression: /, '') };
    }
  }
  const needle = text.toLowerCase();
  return {
    test: (f) => [f.name, f.file, f.package].some((text) => text.toLowerCase().includes(needle)),
    problem: null,
  };
}

export interface Matches {
  readonly byRow: Uint8Array; // row -> 1 when its function matches
  readonly rows: readonly number[]; // matching rows from top to bottom, left to right
  readonly functions: number; // distinct matching functions
  readonly value: number; // value that goes through at least one match
}

const textOf = (frames: FrameColumns, frame: number): FunctionText => ({
  name: frames.name[frame]!,
  file: frames.file[frame]!,
  package: frames.package[frame]!,
});

/** Run a search once per function of the tree, then spread it over the rows. */
export function findMatches(tree: FlameTree, search: Search): Matches {
  const hit = tree.frames.id.map((_, frame) => search.test(textOf(tree.frames, frame)));
  const byRow = new Uint8Array(tree.count);
  const rows: number[] = [];
  const functions = new Set<string>();
  for (let row = 1; row < tree.count; row++) {
    const frame = tree.frame[row]!;
    if (frame < 0 || !hit[frame]) continue;
    byRow[row] = 1;
    rows.push(row);
    functions.add(tree.frames.functionId[frame]!);
  }
  const outer = outermostRows(tree, (row) => byRow[row] === 1);
  const value = outer.reduce((sum, row) => sum + tree.total[row]!, 0);
  return { byRow, rows, functions: functions.size, value };
}

/** Names near to a text that found nothing: those that share its beginning or most of its letters. */
export function closeNames(names: Iterable<string>, typed: string, limit = 3): string[] {
  const needle = typed.trim().toLowerCase();
  if (needle.length < 3) return [];
  const pairs = (text: string): Set<string> =>
    new Set(Array.from({ length: Math.max(0, text.length - 1) }, (_, i) => text.slice(i, i + 2)));
  const wanted = pairs(needle);
  const scored = new Map<string, number>();
  for (const name of names) {
    const have = pairs(name.toLowerCase());
    let common = 0;
    for (const pair of wanted) if (have.has(pair)) common++;
    const score = (2 * common) / (wanted.size + have.size);
    if (score >= 0.45) scored.set(name, score);
  }
  return [...scored]
    .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
    .slice(0, limit)
    .map(([name]) => name);
}
