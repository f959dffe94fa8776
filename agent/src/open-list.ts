/** What can be in one list at a time. */
export interface Listed {
  /** Where it stands; -1 when it is in no list. */
  place: number;
}

/**
 * Things that are open now, in no order.
 *
 * A Set does the same, but makes its table anew after so many changes, and what a dead table in the old
 * heap leads to counts as alive in V8's young collections. Deleting costs the same.
 */
export class OpenList<T extends Listed> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    item.place = this.#items.push(item) - 1;
  }

  /** Answers whether it was there. */
  delete(item: T): boolean {
    const { place } = item;
    if (place < 0) return false;
    item.place = -1;
    const last = this.#items.pop()!;
    if (last === item) return true;
    this.#items[place] = last;
    last.place = place;
    return true;
  }

  /** From the last to the first, so that `visit` may delete what it is given. */
  visit(visit: (item: T) => void): void {
    for (let i = this.#items.length - 1; i >= 0; i--) visit(this.#items[i]!);
  }
}
