import { type FlameTree, outermostRows } from './tree.ts';

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

/** Name, file and package of each row in lower case; the same columns are searched at every keystroke. */
const lowered = new WeakMap<FunctionColumns, readonly string[]>();

function loweredTexts(columns: FunctionColumns): readonly string[] {
  let texts = lowered.get(columns);
  if (texts === undefined) {
    texts = columns.name.map((name, row) =>
      `${name}\n${columns.file[row]}\n${columns.package[row]}`.toLowerCase(),
    );
    lowered.set(columns, texts);
  }
  return texts;
}

/** Make the index of a search while nothing else happens, so that the first keystroke does not wait for it. */
export function prepareSearch(columns: FunctionColumns): void {
  const later = window.requestIdleCallback ?? ((run: () => void) => window.setTimeout(run, 50));
  later(() => loweredTexts(columns));
}

type Matcher = (columns: FunctionColumns, row: number) => boolean;

function remember(matches: Matcher, problem: string | null): Search {
  const known = new WeakMap<FunctionColumns, Uint8Array>();
  const hits = (columns: FunctionColumns): Uint8Array => {
    let found = known.get(columns);
    if (found === undefined) {
      found = Uint8Array.from(columns.name, (_, row) => (matches(columns, row) ? 1 : 0));
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
    return remember((columns, row) => loweredTexts(columns)[row]!.includes(needle), null);
  }
  try {
    const regex = new RegExp(expression[1]!, expression[2]);
    const fields = ['name', 'file', 'package'] as const;
    return remember(
      (columns, row) => fields.some((field) => regex.test(columns[field][row]!)),
      null,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return remember(() => false, reason.replace(/^Invalid regular expression: /, ''));
  }
}

export interface Matches {
  readonly byRow: Uint8Array; // row -> 1 when its function matches
  readonly rows: readonly number[]; // matching rows from top to bottom, left to right
  readonly functions: number; // distinct matching functions
  readonly value: number; // value that goes through at least one match
}

/** Run a search once per function of the tree, then spread it over the rows. */
export function findMatches(tree: FlameTree, search: Search): Matches {
  const hit = search.hits(tree.frames);
  const byRow = new Uint8Array(tree.count);
  const rows: number[] = [];
  const functions = new Set<string>();
  for (let row = 1; row < tree.count; row++) {
    const frame = tree.frame[row]!;
    if (frame < 0 || hit[frame] === 0) continue;
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
