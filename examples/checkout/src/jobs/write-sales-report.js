import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** @typedef {import('../orders/order-book.js').Order} Order */

/**
 * Write the orders as CSV through gzip, and say how large the report became.
 *
 * @param {readonly Order[]} orders
 * @returns {Promise<{ rows: number, bytes: number }>}
 */
export async function writeSalesReport(orders) {
  const rows = toReportRows(orders);
  let bytes = 0;
  await pipeline(Readable.from(toCsvLines(rows)), createGzip(), async (chunks) => {
    for await (const chunk of chunks) bytes += chunk.length;
  });
  return { rows: rows.length, bytes };
}

/**
 * Sum the orders by category and country.
 *
 * @param {readonly Order[]} orders
 * @returns {{ category: string, country: string, quantity: number, cents: number }[]}
 */
function toReportRows(orders) {
  const rows = new Map();
  for (const { country, cart } of orders) {
    for (const { product, quantity, totalCents } of cart.lines) {
      const key = `${product.category} ${country}`;
      const row = rows.get(key) ?? { category: product.category, country, quantity: 0, cents: 0 };
      row.quantity += quantity;
      row.cents += totalCents;
      rows.set(key, row);
    }
  }
  return [...rows.values()].sort((a, b) => b.cents - a.cents);
}

/** @param {ReturnType<typeof toReportRows>} rows */
function* toCsvLines(rows) {
  yield 'category,country,quantity,cents\n';
  for (const row of rows) yield `${row.category},${row.country},${row.quantity},${row.cents}\n`;
}
