import type { DiffAnswer, DiffFunction, PartChange } from '@flamehouse/proto';
import type { Search } from '../../flame/search.ts';
import type { CompareSort, Shown } from '../../state/compare-url.ts';

/** Of the plots of all rows, and of the axis in their head. */
export const PLOT_WIDTH = 220;

/** The part of a function that a row tells: all that passes through it, unless only its own work changed. */
export function partOf({ self, total }: DiffFunction): PartChange {
  return self.flagged && !total.flagged ? self : total;
}

export const isChanged = (row: DiffFunction): boolean =>
  row.origin > 0 || row.self.flagged || row.total.flagged;

const WANTED: Readonly<Record<Shown, (row: DiffFunction) => boolean>> = {
  all: () => true,
  changed: isChanged,
  grew: (row) => isChanged(row) && partOf(row).effect > 0,
  shrank: (row) => isChanged(row) && partOf(row).effect < 0,
  new: (row) => isChanged(row) && row.state === 'new',
  gone: (row) => isChanged(row) && row.state === 'gone',
};

/** How many functions each filter would show. */
export function countShown({ functions }: DiffAnswer): Readonly<Record<Shown, number>> {
  const count = (shown: Shown) => functions.filter(WANTED[shown]).length;
  return {
    all: functions.length,
    changed: count('changed'),
    grew: count('grew'),
    shrank: count('shrank'),
    new: count('new'),
    gone: count('gone'),
  };
}

const NEVER = Number.POSITIVE_INFINITY;
const rank = ({ origin }: DiffFunction): number => (origin > 0 ? origin : NEVER);
const size = (row: DiffFunction): number => Math.abs(partOf(row).effect);
const collator = new Intl.Collator();

const ORDERS: Readonly<Record<CompareSort, (a: DiffFunction, b: DiffFunction) => number>> = {
  // Origins first, in their order: they explain the others.
  change: (a, b) => (rank(a) === rank(b) ? size(b) - size(a) : rank(a) - rank(b)),
  itself: (a, b) => ofItself(b) - ofItself(a),
  before: (a, b) => partOf(b).base - partOf(a).base,
  after: (a, b) => partOf(b).head - partOf(a).head,
  q: (a, b) => (partOf(a).q ?? 2) - (partOf(b).q ?? 2),
  name: (a, b) => collator.compare(a.name, b.name),
};

/** A new function grew without bound. */
const ofItself = (row: DiffFunction): number => Math.abs(partOf(row).ofItself ?? NEVER);

/** Rows of the table: those that the filter and the search keep, in the order of the sort. */
export function tableRows(
  { functions }: DiffAnswer,
  options: { readonly shown: Shown; readonly sort: CompareSort; readonly search: Search | null },
): readonly DiffFunction[] {
  const kept = functions.filter(WANTED[options.shown]);
  const hits = options.search?.hits({
    name: kept.map(({ name }) => name),
    file: kept.map(({ file }) => file),
    package: kept.map(() => ''),
  });
  const found = hits === undefined ? kept : kept.filter((_, row) => hits[row] === 1);
  return found.toSorted((a, b) => ORDERS[options.sort](a, b) || size(b) - size(a));
}

/** The largest change that is not significant, for the sentence below the table. */
export function largestUnchanged({ functions }: DiffAnswer): DiffFunction | null {
  const rest = functions.filter((row) => !isChanged(row) && partOf(row).low !== null);
  return rest.reduce<DiffFunction | null>(
    (most, row) => (most === null || size(row) > size(most) ? row : most),
    null,
  );
}
