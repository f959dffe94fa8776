import { tokenize } from './tokenize.js';

/** @typedef {import('../catalogue/build-catalogue.js').Product} Product */

/**
 * An inverted index: term -> product row -> how often the term occurs in it.
 *
 * @typedef {object} SearchIndex
 * @property {readonly Product[]} products row -> product
 * @property {readonly number[]} lengths row -> number of terms
 * @property {number} averageLength
 * @property {ReadonlyMap<string, ReadonlyMap<number, number>>} postings
 */

/**
 * @param {readonly Product[]} products
 * @returns {SearchIndex}
 */
export function buildIndex(products) {
  /** @type {Map<string, Map<number, number>>} */
  const postings = new Map();
  const lengths = products.map((product, row) => {
    const { brand, name, category, description } = product;
    const terms = tokenize(`${brand} ${name} ${category} ${description}`);
    for (const term of terms) countTerm(postings, term, row);
    return terms.length;
  });
  const terms = lengths.reduce((sum, length) => sum + length, 0);
  return { products, lengths, averageLength: terms / Math.max(1, products.length), postings };
}

/**
 * @param {Map<string, Map<number, number>>} postings
 * @param {string} term
 * @param {number} row
 */
function countTerm(postings, term, row) {
  const counts = postings.get(term) ?? new Map();
  counts.set(row, (counts.get(row) ?? 0) + 1);
  postings.set(term, counts);
}
