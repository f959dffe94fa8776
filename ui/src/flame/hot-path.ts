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

/** frame -> its function, known by the first frame that has its id. */
function functionKeys(tree: FlameTree): Int32Array {
  const { functionId } = tree.frames;
  const first = new Map<string, number>();
  const keys = new Int32Array(functionId.length);
  for (let frame = 0; frame < keys.length; frame++) {
    const known = first.get(functionId[frame]!);
    if (known === undefined) first.set(functionId[frame]!, frame);
    keys[frame] = known ?? frame;
  }
  return keys;
}

/** What goes through each function below a row, recursion counted once. */
interface Below {
  readonly tree: FlameTree;
  readonly from: number;
  readonly keys: Int32Array; // frame -> function
  readonly totals: Float64Array; // function -> value
  readonly widest: Int32Array; // function -> its row with most value; -1 for none
}

function sumBelow(tree: FlameTree, from: number): Below {
  const { frame, end, total } = tree;
  const keys = functionKeys(tree);
  const totals = new Float64Array(keys.length);
  const widest = new Int32Array(keys.length).fill(-1);
  const until = new Uint32Array(keys.length); // function -> end of the outermost row it is open in
  const last = end[from]!;
  for (let row = from + 1; row < last; row++) {
    if (frame[row]! < 0) continue;
    const key = keys[frame[row]!]!;
    if (row < until[key]!) continue;
    totals[key]! += total[row]!;
    until[key] = end[row]!;
    if (widest[key]! < 0 || total[row]! > total[widest[key]!]!) widest[key] = row;
  }
  return { tree, from, keys, totals, widest };
}

/** Functions of a kind that hold much, heaviest first. */
function candidates({ tree, totals }: Below, wanted: (kind: FrameKind) => boolean): number[] {
  const found: number[] = [];
  totals.forEach((total, key) => {
    if (total > 0 && wanted(tree.frames.kind[key]!)) found.push(key);
  });
  found.sort((a, b) => totals[b]! - totals[a]! || a - b);
  return found
    .filter((key) => totals[key]! >= totals[found[0]!]! * CANDIDATE_SHARE)
    .slice(0, CANDIDATES_MAX);
}

/**
 * The value through each candidate inside each other one, recursion counted once.
 *
 * Shape   [outer * candidates + inner], in one pass over the tree: it is what the first paint waits for.
 */
function totalsInside({ tree, from, keys }: Below, heavy: readonly number[]): Float64Array {
  const { frame, end, total } = tree;
  const size = heavy.length;
  const placeOf = new Int8Array(keys.length); // frame -> candidate
  for (let at = 0; at < keys.length; at++) placeOf[at] = heavy.indexOf(keys[at]!);
  const inside = new Float64Array(size * size);
  const until = new Uint32Array(size * size);
  const open = new Uint32Array(size); // candidate -> end of the outermost row it is open in
  const last = end[from]!;
  for (let row = from + 1; row < last; row++) {
    const inner = frame[row]! < 0 ? -1 : placeOf[frame[row]!]!;
    if (inner < 0) continue;
    for (let outer = 0; outer < size; outer++) {
      const at = outer * size + inner;
      if (outer === inner || row >= open[outer]! || row < until[at]!) continue;
      inside[at]! += total[row]!;
      until[at] = end[row]!;
    }
    open[inner] = Math.max(open[inner]!, end[row]!);
  }
  return inside;
}

/** The first that no other candidate holds half of: such another one says it more exactly. */
function mostExact(below: Below, heavy: readonly number[]): number {
  const inside = totalsInside(below, heavy);
  const passesOn = (key: number, outer: number): boolean =>
    heavy.some((_, inner) => inside[outer * heavy.length + inner]! >= below.totals[key]! / 2);
  return heavy.find((key, place) => !passesOn(key, place)) ?? heavy[0]!;
}

/** The function to name, by its key; -1 when nothing is below `from`. */
function subjectOf(below: Below): number {
  const { tree, from, totals } = below;
  for (const kind of TELLING_KINDS) {
    const heavy = candidates(below, (of) => of === kind);
    if (heavy.length > 0 && totals[heavy[0]!]! >= tree.total[from]! * TELLING_SHARE)
      return mostExact(below, heavy);
  }
  const busy = candidates(below, (kind) => kind !== 'idle')[0];
  return busy ?? candidates(below, () => true)[0] ?? -1;
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
  const below = sumBelow(tree, from);
  const key = subjectOf(below);
  if (key < 0) return null;
  const subject = below.widest[key]!;
  const above = pathTo(tree, subject).filter((row) => row > from);
  const rows = [...above, ...follow(tree, subject)];
  const kind = kindOf(tree, subject);
  const emphasis = new Uint8Array(tree.count);
  for (const row of rows) emphasis[row] = kindOf(tree, row) === kind ? 2 : 1;
  emphasis[rows.at(-1)!] = 2;
  if (from > 0 && kindOf(tree, from) === kind) emphasis[from] = 2;
  return { rows, subject, subjectTotal: below.totals[key]!, emphasis };
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
