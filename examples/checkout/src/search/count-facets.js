/** @typedef {import('../catalogue/build-catalogue.js').Product} Product */

/**
 * What the filters beside the results offer.
 *
 * @typedef {object} Facets
 * @property {{ value: string, count: number }[]} categories most frequent first
 * @property {{ value: string, count: number }[]} brands the most frequent ones
 */

/** As many brands as the filter shows. */
const BRANDS_MAX = 8;

/**
 * Count the found products by category and brand.
 *
 * @param {readonly Product[]} products
 * @returns {Facets}
 */
export function countFacets(products) {
  return {
    categories: countBy(products, (product) => product.category),
    brands: countBy(products, (product) => product.brand).slice(0, BRANDS_MAX),
  };
}

/**
 * @param {readonly Product[]} products
 * @param {(product: Product) => string} facetOf
 */
function countBy(products, facetOf) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const product of products) {
    const value = facetOf(product);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
