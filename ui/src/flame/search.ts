import { whenIdle } from '../idle.ts';
import type { FlameTree } from './tree.ts';

/** Functions or frames as columns: row -> text. */
export interface FunctionColumns {
  readonly name: readonly string[];
  readonly file: readonly string[];
  readonly package: readonly string[];
}

export interface Search {
  /** row -> 1 where it matches. Asking twice for the same columns costs nothing. */
  readonly hits: (columns: FunctionColumns) => Uint8Array;
  readonly problem: string | null; // why nothing can match
}

/** Between rows: no name has it, and nobody can type it. */
const ROW_END = '\0';

/** Name, file and package of all rows in lower case, as one text: looking through it is one native call. */
interface SearchIndex {
  readonly text: string;
  readonly starts: Uint32Array; // row -> where it begins; one more for the end
}

/** The same columns are searched at every keystroke. */
const indexes = new WeakMap<FunctionColumns, SearchIndex>();

function indexOf(columns: FunctionColumns): SearchIndex {
  const known = indexes.get(columns);
  if (known !== undefined) return known;
  const starts = new Uint32Array(columns.name.length + 1);
  const texts = columns.name.map((name, row) => {
    const text = `${name}\n${columns.file[row]}\n${columns.package[row]}${ROW_END}`.toLowerCase();
    starts[row + 1] = starts[row]! + text.length;
    return text;
  });
  const made = { text: texts.join(''), starts };
  indexes.set(columns, made);
  return made;
}

/** Marks rows that hold a text, from one place where it stands to the next row after it. */
function markText(columns: FunctionColumns, needle: string, found: Uint8Array): void {
  const { text, starts } = indexOf(columns);
  let row = 0;
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, starts[row + 1])) {
    while (starts[row + 1]! <= at) row++;
    found[row] = 1;
  }
}

/** Make the index of a search while nothing else happens, so that the first keystroke does not wait for it. */
export function prepareSearch(columns: FunctionColumns): void {
  whenIdle(() => indexOf(columns));
}

/** Writes 1 for every row that matches. */
type Marker = (columns: FunctionColumns, found: Uint8Array) => void;

function remember(mark: Marker, problem: string | null): Search {
  const known = new WeakMap<FunctionColumns, Uint8Array>();
  const hits = (columns: FunctionColumns): Uint8Array => {
    let found = known.get(columns);
    if (found === undefined) {
      found = new Uint8Array(columns.name.length);
      mark(columns, found);
      known.set(columns, found);
    }
    return found;
  };
  return { hits, problem };
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
  if (expression === null) {
    const needle = text.toLowerCase();
    return remember((columns, found) => markText(columns, needle, found), null);
  }
  try {
    const regex = new RegExp(expression[1]!, expression[2]);
    return remember(({ name, file, package: owner }, found) => {
      for (let row = 0; row < found.length; row++)
        if (regex.test(name[row]!) || regex.test(file[row]!) || regex.test(owner[row]!))
          found[row] = 1;
    }, null);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return remember(() => {}, reason.replace(/^Invalid regular expression: /, ''));
  }
}

export interface Matches {
  readonly byRow: Uint8Array; // row -> 1 when its function matches
  readonly rows: Int32Array; // matching rows from top to bottom, left to right
  readonly functions: number; // distinct matching functions
  readonly value: number; // value that goes through at least one match
}

/**
 * Run a search once per function of the tree, then spread it over the rows.
 *
 * Shape   one plain loop: 100,000 rows are looked at between a key and its picture.
 */
export function findMatches(tree: FlameTree, search: Search): Matches {
  const hit = search.hits(tree.frames);
  const { count, frame, total, end } = tree;
  const byRow = new Uint8Array(count);
  const rows = new Int32Array(count);
  const used = new Uint8Array(hit.length); // frame -> 1 when a row has it
  let found = 0;
  let value = 0;
  let until = 0; // end of the outermost match that is open
  for (let row = 1; row < count; row++) {
    const at = frame[row]!;
    if (at < 0 || hit[at] === 0) continue;
    byRow[row] = used[at] = 1;
    rows[found++] = row;
    if (row < until) continue;
    value += total[row]!;
    until = end[row]!;
  }
  const functions = new Set(tree.frames.functionId.filter((_, at) => used[at] === 1));
  return { byRow, rows: rows.slice(0, found), functions: functions.size, value };
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
