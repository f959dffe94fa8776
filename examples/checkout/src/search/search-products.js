import { countFacets } from './count-facets.js';
import { expandTerms } from './expand-terms.js';
import { highlight } from './highlight.js';
import { rankProducts } from './rank-products.js';
import { tokenize } from './tokenize.js';

/** @typedef {import('./build-index.js').SearchIndex} SearchIndex */
/** @typedef {import('../catalogue/build-catalogue.js').Product} Product */

/**
 * @typedef {object} SearchResult
 * @property {number} total products found
 * @property {import('./count-facets.js').Facets} facets over all of them
 * @property {{ product: Product, snippet: string }[]} hits the best ones
 */

/** One page of results. */
const RESULTS_MAX = 12;

/**
 * Find the products that fit a query best; words with typing mistakes find their neighbours.
 *
 * @param {SearchIndex} index
 * @param {string} query
 * @returns {Promise<SearchResult>}
 */
export async function searchProducts(index, query) {
  const terms = expandTerms(tokenize(query), index.postings.keys());
  const ranked = rankProducts(index, terms);
  const found = ranked.flatMap(({ row }) => index.products[row] ?? []);
  const hits = await Promise.all(
    found.slice(0, RESULTS_MAX).map(async (product) => ({
      product,
      snippet: await highlight(product.description, terms),
    })),
  );
  return { total: found.length, facets: countFacets(found), hits };
}
