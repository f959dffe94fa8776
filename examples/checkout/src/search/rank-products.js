/** @typedef {import('./build-index.js').SearchIndex} SearchIndex */

/** BM25's usual constants. */
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;

/**
 * Score every product that has one of the terms, best first. Equal scores keep catalogue order.
 *
 * @param {SearchIndex} index
 * @param {readonly string[]} terms
 * @returns {{ row: number, score: number }[]}
 */
export function rankProducts(index, terms) {
  /** @type {Map<number, number>} */
  const scores = new Map();
  for (const term of terms) scoreTerm(index, term, scores);
  return [...scores]
    .map(([row, score]) => ({ row, score }))
    .sort((a, b) => b.score - a.score || a.row - b.row);
}

/**
 * @param {SearchIndex} index
 * @param {string} term
 * @param {Map<number, number>} scores product row -> score so far
 */
function scoreTerm(index, term, scores) {
  const posting = index.postings.get(term);
  if (posting === undefined) return;
  const rarity = Math.log(1 + (index.products.length - posting.size + 0.5) / (posting.size + 0.5));
  for (const [row, count] of posting) {
    const length = (index.lengths[row] ?? 0) / index.averageLength;
    const weight = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * length);
    const score = (rarity * count * (SATURATION + 1)) / (count + weight);
    scores.set(row, (scores.get(row) ?? 0) + score);
  }
}
