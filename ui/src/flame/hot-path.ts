import type { FrameKind } from '@flamehouse/proto';
import { type FlameTree, heaviestChild, pathTo } from './tree.ts';

export interface HotPath {
  readonly rows: readonly number[]; // from just below `from` to the leaf
  readonly subject: number; // the widest row of the function that the sentence names
  readonly subjectTotal: number; // value through that function anywhere below `from`, recursion counted once
  readonly emphasis: Uint8Array; // row -> 1 on the path, 2 when it keeps its full colour
}

/** The share of the named function that a callee must hold for the path to go on below it. */
const FOLLOW_SHARE = 0.5;
/** Code that holds less of the whole than this is not the answer to "where does it go". */
const TELLING_SHARE = 0.05;
/** A function is worth naming when it holds this share of what the heaviest of its kind holds. */
const CANDIDATE_SHARE = 0.25;
/** Each candidate costs one pass over the tree; beyond these the answer would not be one. */
const CANDIDATES_MAX = 16;
/** Whose functions are worth naming, in this order; the machinery around them only when nothing else is. */
const TELLING_KINDS: readonly FrameKind[] = ['user', 'dependency'];

const kindOf = (tree: FlameTree, row: number): FrameKind | undefined =>
  tree.frames.kind[tree.frame[row]!];

/** A function is known by the first frame that has its id. */
function functionKeys(tree: FlameTree): Int32Array {
  const first = new Map<string, number>();
  return Int32Array.from(tree.frames.functionId, (id, frame) => {
    if (!first.has(id)) first.set(id, frame);
    return first.get(id)!;
  });
}

/** The value through each function below a row, recursion counted once; with `inside`, only below that function. */
function totalsBelow(tree: FlameTree, keys: Int32Array, from: number, inside = -1): Float64Array {
  const total = new Float64Array(keys.length);
  const until = new Uint32Array(keys.length); // function -> end of the outermost row it is open in
  let insideUntil = inside < 0 ? tree.end[from]! : 0;
  for (let row = from + 1; row < tree.end[from]!; row++) {
    const key = tree.frame[row]! < 0 ? -1 : keys[tree.frame[row]!]!;
    if (row >= insideUntil) {
      if (key === inside) insideUntil = tree.end[row]!;
    } else if (key >= 0 && row >= until[key]!) {
      total[key]! += tree.total[row]!;
      until[key] = tree.end[row]!;
    }
  }
  return total;
}

/** The row of a function that holds most of it. */
function widestRow(tree: FlameTree, keys: Int32Array, from: number, key: number): number {
  let best = -1;
  for (let row = from + 1; row < tree.end[from]!; row++)
    if (tree.frame[row]! >= 0 && keys[tree.frame[row]!] === key)
      if (best < 0 || tree.total[row]! > tree.total[best]!) best = row;
  return best;
}

/** Functions of a kind that hold much, heaviest first. */
function candidates(
  tree: FlameTree,
  keys: Int32Array,
  totals: Float64Array,
  wanted: (kind: FrameKind) => boolean,
): number[] {
  const found = [...new Set(keys)]
    .filter((key) => totals[key]! > 0 && wanted(tree.frames.kind[key]!))
    .sort((a, b) => totals[b]! - totals[a]! || a - b);
  return found
    .filter((key) => totals[key]! >= totals[found[0]!]! * CANDIDATE_SHARE)
    .slice(0, CANDIDATES_MAX);
}

/** Whether another candidate holds half of what this one holds: then that one says it more exactly. */
function passesOn(
  tree: FlameTree,
  keys: Int32Array,
  totals: Float64Array,
  of: { readonly from: number; readonly key: number; readonly others: readonly number[] },
): boolean {
  const inside = totalsBelow(tree, keys, of.from, of.key);
  return of.others.some((other) => other !== of.key && inside[other]! >= totals[of.key]! / 2);
}

/** The function to name, by its key; -1 when nothing is below `from`. */
function subjectOf(tree: FlameTree, keys: Int32Array, totals: Float64Array, from: number): number {
  for (const kind of TELLING_KINDS) {
    const heavy = candidates(tree, keys, totals, (of) => of === kind);
    if (heavy.length === 0 || totals[heavy[0]!]! < tree.total[from]! * TELLING_SHARE) continue;
    const exact = heavy.find((key) => !passesOn(tree, keys, totals, { from, key, others: heavy }));
    return exact ?? heavy[0]!;
  }
  const busy = candidates(tree, keys, totals, (kind) => kind !== 'idle')[0];
  return busy ?? candidates(tree, keys, totals, () => true)[0] ?? -1;
}

/** The heaviest callees from a row down, as long as they hold enough of it. */
function follow(tree: FlameTree, from: number): number[] {
  const rows: number[] = [];
  for (let at = from; ; ) {
    const child = heaviestChild(tree, at);
    if (child < 0 || tree.total[child]! < tree.total[from]! * FOLLOW_SHARE) return rows;
    rows.push(child);
    at = child;
  }
}

/**
 * Find the function of your own code that most of the value goes through, wherever it is called, and
 * that does not pass half of it on to another such function; then the path where it is widest.
 *
 * Shape   null when nothing is below `from`. Packages answer where own code does not, then anything.
 */
export function findHotPath(tree: FlameTree, from = 0): HotPath | null {
  const keys = functionKeys(tree);
  const totals = totalsBelow(tree, keys, from);
  const key = subjectOf(tree, keys, totals, from);
  if (key < 0) return null;
  const subject = widestRow(tree, keys, from, key);
  const above = pathTo(tree, subject).filter((row) => row > from);
  const rows = [...above, ...follow(tree, subject)];
  const kind = kindOf(tree, subject);
  const emphasis = new Uint8Array(tree.count);
  for (const row of rows) emphasis[row] = kindOf(tree, row) === kind ? 2 : 1;
  emphasis[rows.at(-1)!] = 2;
  if (from > 0 && kindOf(tree, from) === kind) emphasis[from] = 2;
  return { rows, subject, subjectTotal: totals[key]!, emphasis };
}

/** In a bottom-up tree: the function that most was spent in itself, and the callers it mostly came from. */
export function findSelfPath(tree: FlameTree, from = 0): HotPath | null {
  let subject = -1;
  for (let row = from + 1; row < tree.end[from]!; row = tree.end[row]!)
    if (tree.frame[row]! >= 0 && kindOf(tree, row) !== 'idle')
      if (subject < 0 || tree.total[row]! > tree.total[subject]!) subject = row;
  if (subject < 0) return null;
  const rows = [subject, ...follow(tree, subject)];
  const emphasis = new Uint8Array(tree.count);
  for (const row of rows) emphasis[row] = kindOf(tree, row) === 'user' ? 2 : 1;
  emphasis[subject] = 2;
  return { rows, subject, subjectTotal: tree.total[subject]!, emphasis };
}

/** The part of the path worth showing: from the first emphasised frame, at most `limit`, the leaf among them. */
export function pathToShow(tree: FlameTree, path: HotPath, limit = 5): readonly number[] {
  const leaf = path.rows.at(-1)!;
  const kind = kindOf(tree, path.subject);
  const telling = path.rows.filter((row) => kindOf(tree, row) === kind || row === leaf);
  if (telling.length <= limit) {
    const rows = path.rows.slice(path.rows.indexOf(telling[0]!));
    return rows.length <= limit ? rows : telling;
  }
  const last = telling.length - limit;
  const at = Math.max(0, Math.min(telling.indexOf(path.subject) - limit + 2, last));
  return [...telling.slice(at, at + limit - 1), leaf];
}
