import type { FrameKind } from '@flamehouse/proto';
import { type FlameTree, heaviestChild, pathTo } from './tree.ts';

export interface HotPath {
  readonly rows: readonly number[]; // from just below `from` to the leaf
  readonly subject: number; // the row that the sentence names
  readonly subjectTotal: number; // value through that function anywhere below `from`, recursion counted once
  readonly emphasis: Uint8Array; // row -> 1 on the path, 2 when it keeps its full colour
}

/** The share of its caller that a callee must hold for the path to go on. */
const FOLLOW_SHARE = 0.35;
/** Code that holds less of the whole than this is not the answer to "where does it go". */
const TELLING_SHARE = 0.05;
/** Whose functions are worth naming, in this order; the machinery around them only when nothing else is. */
const TELLING_KINDS: readonly FrameKind[] = ['user', 'dependency'];

const kindOf = (tree: FlameTree, row: number): FrameKind | undefined =>
  tree.frames.kind[tree.frame[row]!];

/** The value through each function below a row, recursion counted once; indexed by its first frame. */
function functionTotals(tree: FlameTree, from: number): { total: Float64Array; key: Int32Array } {
  const firstFrame = new Map<string, number>();
  const key = Int32Array.from(tree.frames.functionId, (id, frame) => {
    if (!firstFrame.has(id)) firstFrame.set(id, frame);
    return firstFrame.get(id)!;
  });
  const total = new Float64Array(key.length);
  const until = new Uint32Array(key.length); // function -> end of the outermost row it is open in
  for (let row = from + 1; row < tree.end[from]!; row++) {
    const frame = tree.frame[row]!;
    if (frame < 0 || row < until[key[frame]!]!) continue;
    total[key[frame]!]! += tree.total[row]!;
    until[key[frame]!] = tree.end[row]!;
  }
  return { total, key };
}

/** The widest row of the function that holds most, among those of a kind. -1 for none. */
function heaviestRow(
  tree: FlameTree,
  from: number,
  totals: ReturnType<typeof functionTotals>,
  wanted: (kind: FrameKind | undefined) => boolean,
): number {
  let best = -1;
  let bestTotal = 0;
  for (let row = from + 1; row < tree.end[from]!; row++) {
    const frame = tree.frame[row]!;
    if (frame < 0 || !wanted(kindOf(tree, row))) continue;
    const total = totals.total[totals.key[frame]!]!;
    const wider = best >= 0 && total === bestTotal && tree.total[row]! > tree.total[best]!;
    if (total > bestTotal || wider) {
      best = row;
      bestTotal = total;
    }
  }
  return best;
}

function startOf(tree: FlameTree, from: number, totals: ReturnType<typeof functionTotals>): number {
  for (const kind of TELLING_KINDS) {
    const row = heaviestRow(tree, from, totals, (of) => of === kind);
    if (row < 0) continue;
    const total = totals.total[totals.key[tree.frame[row]!]!]!;
    if (total >= tree.total[from]! * TELLING_SHARE) return row;
  }
  const busy = heaviestRow(tree, from, totals, (kind) => kind !== 'idle');
  return busy >= 0 ? busy : heaviestChild(tree, from);
}

/** The heaviest callees from a row down, as long as each holds enough of its caller. */
function follow(tree: FlameTree, from: number): number[] {
  const rows: number[] = [];
  for (let at = from; ; ) {
    const child = heaviestChild(tree, at);
    if (child < 0 || tree.total[child]! < tree.total[at]! * FOLLOW_SHARE) return rows;
    rows.push(child);
    at = child;
  }
}

/** Go down the frames of the same kind while each keeps half of the one before and a quarter of the first. */
function deepestTelling(tree: FlameTree, start: number, below: readonly number[]): number {
  let at = start;
  for (const row of below) {
    if (kindOf(tree, row) !== kindOf(tree, start)) continue;
    const total = tree.total[row]!;
    if (total < tree.total[at]! / 2 || total < tree.total[start]! / 4) return at;
    at = row;
  }
  return at;
}

/**
 * Find the function of your own code that most of the value goes through, then follow its heaviest
 * callees to the deepest own function that still holds much of it.
 *
 * Shape   null when nothing is below `from`. Packages answer where own code does not, then anything.
 */
export function findHotPath(tree: FlameTree, from = 0): HotPath | null {
  const totals = functionTotals(tree, from);
  const start = startOf(tree, from, totals);
  if (start < 0) return null;
  const below = follow(tree, start);
  const above = pathTo(tree, start).filter((row) => row > from);
  const kind = kindOf(tree, start);
  const totalOf = (row: number): number => totals.total[totals.key[tree.frame[row]!]!]!;
  const subject = deepestTelling(tree, start, below);
  const rows = [...above, ...below];
  const emphasis = new Uint8Array(tree.count);
  for (const row of rows) emphasis[row] = kindOf(tree, row) === kind ? 2 : 1;
  emphasis[rows.at(-1)!] = 2;
  if (from > 0 && kindOf(tree, from) === kind) emphasis[from] = 2;
  return { rows, subject, subjectTotal: totalOf(subject), emphasis };
}

/** The part of the path worth showing: from the first emphasised frame, at most `limit`, the leaf among them. */
export function pathToShow(tree: FlameTree, path: HotPath, limit = 5): readonly number[] {
  const leaf = path.rows.at(-1)!;
  const kind = kindOf(tree, path.subject);
  const telling = path.rows.filter((row) => kindOf(tree, row) === kind || row === leaf);
  if (telling.length <= limit) {
    const from = path.rows.indexOf(telling[0]!);
    const rows = path.rows.slice(from);
    return rows.length <= limit ? rows : telling;
  }
  const at = Math.max(
    0,
    Math.min(telling.indexOf(path.subject) - limit + 2, telling.length - limit),
  );
  return [...telling.slice(at, at + limit - 1), leaf];
}
