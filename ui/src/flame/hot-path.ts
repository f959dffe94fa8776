import { type FlameTree, heaviestChild, outermostRows } from './tree.ts';

export interface HotPath {
  readonly rows: readonly number[]; // from just below `from` to the leaf
  readonly subject: number; // the row that the sentence names
  readonly subjectTotal: number; // value through that function anywhere below `from`, recursion counted once
  readonly emphasis: Uint8Array; // row -> 1 on the path, 2 when it keeps its full colour
}

/** The share of its caller that a callee must hold for the path to go on. */
const FOLLOW_SHARE = 0.35;

function follow(tree: FlameTree, from: number): number[] {
  const rows: number[] = [];
  for (let at = from; ; ) {
    const child = heaviestChild(tree, at);
    if (child < 0 || tree.total[child]! < tree.total[at]! * FOLLOW_SHARE) return rows;
    rows.push(child);
    at = child;
  }
}

const kindOf = (tree: FlameTree, row: number) => tree.frames.kind[tree.frame[row]!];

/**
 * Follow the heaviest callee from a row, and pick the function worth naming: the deepest frame of
 * your own code that still holds half of what the first one holds.
 *
 * Shape   null when nothing is below `from`. Without any own code, all frames count.
 */
export function findHotPath(tree: FlameTree, from = 0): HotPath | null {
  const rows = follow(tree, from);
  if (rows.length === 0) return null;
  const own = rows.filter((row) => kindOf(tree, row) === 'user');
  const candidates = own.length > 0 ? own : rows;
  const first = tree.total[candidates[0]!]!;
  const subject = candidates.filter((row) => tree.total[row]! >= first / 2).at(-1)!;
  const emphasis = new Uint8Array(tree.count);
  for (const row of rows) emphasis[row] = kindOf(tree, row) === 'user' ? 2 : 1;
  emphasis[rows.at(-1)!] = 2;
  if (from > 0 && kindOf(tree, from) === 'user') emphasis[from] = 2;
  return { rows, subject, subjectTotal: totalOfFunction(tree, from, subject), emphasis };
}

function totalOfFunction(tree: FlameTree, from: number, subject: number): number {
  const id = tree.frames.functionId[tree.frame[subject]!];
  return outermostRows(
    tree,
    (row) => row > from && row < tree.end[from]! && tree.frames.functionId[tree.frame[row]!] === id,
  ).reduce((sum, row) => sum + tree.total[row]!, 0);
}

/** The part of the path worth showing: from the first own frame, at most `limit` entries, the leaf among them. */
export function pathToShow(tree: FlameTree, path: HotPath, limit = 5): readonly number[] {
  const firstOwn = path.rows.findIndex((row) => kindOf(tree, row) === 'user');
  const from = firstOwn < 0 ? path.rows.indexOf(path.subject) : firstOwn;
  const rows = path.rows.slice(from);
  if (rows.length <= limit) return rows;
  const own = rows.filter((row) => kindOf(tree, row) === 'user' || row === rows.at(-1));
  const at = Math.max(0, own.indexOf(path.subject) - limit + 2);
  return [...own.slice(at, at + limit - 1), rows.at(-1)!].filter(
    (row, i, all) => all.indexOf(row) === i,
  );
}
