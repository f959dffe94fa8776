import type { Uint64List } from './typed-list.ts';

/**
 * Finds the row of a 64-bit id. Ids of 0 stand for "none" and are never found.
 *
 * Most writers count from 1, or nearly so: then no look-up or a table is enough; ids that are addresses or sparse go into a map.
 */
export class IdIndex {
  /** The two rows of the first id that is there twice, or null. */
  readonly duplicate: readonly [first: number, second: number] | null = null;
  private readonly count: number;
  private readonly isCounted: boolean; // from 1, in order: the row of an id is one less
  private readonly table: Int32Array | null = null; // id -> row, -1 for none
  private readonly map: Map<number | bigint, number> | null = null;

  constructor(ids: Uint64List) {
    this.count = ids.length;
    this.isCounted = isCounted(ids);
    if (this.isCounted) return;
    if (ids.isNarrow && largest(ids) < ids.length * 4 + 1024) {
      this.table = new Int32Array(largest(ids) + 1).fill(-1);
    } else this.map = new Map();
    for (let row = 0; row < ids.length; row++) {
      const known = this.rowOf(ids, row);
      if (known >= 0) {
        this.duplicate = [known, row];
        return;
      }
      const id = ids.at(row);
      if (id === 0) continue;
      if (this.table !== null) this.table[id as number] = row;
      else this.map!.set(id, row);
    }
  }

  /** The row whose id is `references[entry]`; -1 when there is none. */
  rowOf(references: Uint64List, entry: number): number {
    if (this.isCounted) {
      const id = references.lowAt(entry);
      return references.highAt(entry) === 0 && id <= this.count ? id - 1 : -1;
    }
    if (this.table !== null && references.highAt(entry) === 0) {
      const id = references.lowAt(entry);
      return id < this.table.length ? this.table[id]! : -1;
    }
    return this.map?.get(references.at(entry)) ?? -1;
  }

  /** The rows of all references; -1 where there is none. */
  rowsOf(references: Uint64List): Int32Array {
    const rows = new Int32Array(references.length);
    if (this.isCounted && references.isNarrow) {
      const { count } = this;
      const ids = references.lows();
      for (let entry = 0; entry < rows.length; entry++) {
        const id = ids[entry]!;
        rows[entry] = id <= count ? id - 1 : -1;
      }
      return rows;
    }
    if (this.table === null || !references.isNarrow) {
      for (let entry = 0; entry < rows.length; entry++) rows[entry] = this.rowOf(references, entry);
      return rows;
    }
    const { table } = this;
    const ids = references.lows();
    for (let entry = 0; entry < rows.length; entry++) {
      const id = ids[entry]!;
      rows[entry] = id < table.length ? table[id]! : -1;
    }
    return rows;
  }
}

function isCounted(ids: Uint64List): boolean {
  if (!ids.isNarrow) return false;
  const lows = ids.lows();
  for (let row = 0; row < lows.length; row++) if (lows[row] !== row + 1) return false;
  return true;
}

function largest(ids: Uint64List): number {
  let max = 0;
  for (const low of ids.lows()) if (low > max) max = low;
  return max;
}
