const { createHash } = require('node:crypto');

/**
 * @typedef {{ productId: string, quantity: number }} Item
 *
 * @typedef {object} Place where a part of an order lies
 * @property {string} productId
 * @property {string} warehouse
 * @property {number} quantity
 * @property {number} grams of one piece
 */

const WAREHOUSES = ['Bremen', 'Leipzig', 'Ulm'];

/** Pieces of every product in a warehouse, before the first reservation. */
const PIECES = 10_000;

/** What lies where. Stock that runs out is delivered at once: this is an example. */
class Stock {
  /** @type {Map<string, number>} */
  #pieces = new Map();

  /**
   * Take items from the warehouse that has most of each.
   *
   * @param {readonly Item[]} items
   * @returns {Place[]}
   */
  reserve(items) {
    return items.map(({ productId, quantity }) => {
      const warehouse = this.#fullest(productId);
      const key = `${warehouse}/${productId}`;
      const left = (this.#pieces.get(key) ?? PIECES) - quantity;
      this.#pieces.set(key, left > 0 ? left : PIECES);
      return { productId, warehouse, quantity, grams: gramsOf(productId) };
    });
  }

  /** @param {string} productId */
  #fullest(productId) {
    const pieces = (/** @type {string} */ warehouse) =>
      this.#pieces.get(`${warehouse}/${productId}`) ?? PIECES;
    return WAREHOUSES.reduce((best, one) => (pieces(one) > pieces(best) ? one : best));
  }
}

/**
 * A made-up weight, the same for a product every time.
 *
 * @param {string} productId
 * @returns {number} 100 to 4,095
 */
function gramsOf(productId) {
  return 100 + (createHash('sha256').update(productId).digest().readUInt16BE(0) % 3_996);
}

module.exports = { Stock };
