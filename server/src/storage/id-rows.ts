/**
 * Numbers 64-bit ids in the order they come: id -> row, by one hash table over halves of 32 bits.
 *
 * A Map with bigint keys took 8 ms for the 20,000 stacks of a question, this takes 1 (2026-11-20).
 */
export class IdRows {
  count = 0;
  private ids = new Uint32Array(2 * IDS_MIN); // row -> low and high half
  private places = new Int32Array(4 * IDS_MIN).fill(-1); // place -> row

  /** The rows of all ids; -1 for those that are not known. */
  rowsOf(ids: BigUint64Array): Int32Array {
    const halves = new Uint32Array(ids.buffer, ids.byteOffset, ids.length * 2);
    const rows = new Int32Array(ids.length);
    for (let i = 0; i < rows.length; i++) {
      rows[i] = this.places[this.placeOf(halves[2 * i]!, halves[2 * i + 1]!)]!;
    }
    return rows;
  }

  /** The row of an id, a new one if it is not known. */
  add(id: bigint): number {
    const low = Number(id & 0xffff_ffffn);
    const high = Number(id >> 32n);
    const known = this.places[this.placeOf(low, high)]!;
    if (known >= 0) return known;
    if (this.count * 2 === this.ids.length) this.grow();
    const row = this.count++;
    this.ids[2 * row] = low;
    this.ids[2 * row + 1] = high;
    this.places[this.placeOf(low, high)] = row;
    return row;
  }

  /** Where an id is, or where it would be put. */
  private placeOf(low: number, high: number): number {
    const { ids, places } = this;
    const mask = places.length - 1;
    // Ids are hashes already: any bits of them are as good as others.
    for (let place = low & mask; ; place = (place + 1) & mask) {
      const row = places[place]!;
      if (row < 0 || (ids[2 * row] === low && ids[2 * row + 1] === high)) return place;
    }
  }

  private grow(): void {
    const ids = new Uint32Array(this.ids.length * 2);
    ids.set(this.ids);
    this.ids = ids;
    this.places = new Int32Array(ids.length * 2).fill(-1);
    for (let row = 0; row < this.count; row++) {
      this.places[this.placeOf(ids[2 * row]!, ids[2 * row + 1]!)] = row;
    }
  }
}

const IDS_MIN = 512;
