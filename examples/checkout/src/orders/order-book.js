/**
 * @typedef {object} Order
 * @property {string} orderId
 * @property {string} country
 * @property {import('../pricing/price-cart.js').PricedCart} cart
 * @property {number} placedAt epoch milliseconds
 */

/** Orders kept in memory, as many as a report covers. */
const ORDERS_MAX = 500;

/** The latest orders, oldest first. */
export class OrderBook {
  /** @type {Order[]} */
  #orders = [];

  /** @param {Order} order */
  add(order) {
    this.#orders.push(order);
    if (this.#orders.length > ORDERS_MAX) this.#orders.shift();
  }

  /** @returns {readonly Order[]} */
  recent() {
    return [...this.#orders];
  }
}
