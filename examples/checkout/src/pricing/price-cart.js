/** @typedef {import('../catalogue/build-catalogue.js').Product} Product */
/** @typedef {import('./deserialize-config.js').PriceConfig} PriceConfig */
/** @typedef {import('./deserialize-config.js').PriceRule} PriceRule */

/**
 * @typedef {object} CartLine
 * @property {Product} product
 * @property {number} quantity
 *
 * @typedef {object} PricedLine
 * @property {Product} product
 * @property {number} quantity
 * @property {string | null} rule id of the rule that was applied
 * @property {number} totalCents before VAT
 *
 * @typedef {object} PricedCart
 * @property {string} currency
 * @property {readonly PricedLine[]} lines
 * @property {number} netCents
 * @property {number} vatCents
 * @property {number} totalCents
 */

/**
 * Price a cart: the rule with the highest priority wins on every line, then VAT on the sum.
 *
 * @param {PriceConfig} config
 * @param {readonly CartLine[]} cart
 * @param {string} country
 * @returns {PricedCart}
 */
export function priceCart(config, cart, country) {
  const lines = cart.map((line) => priceLine(config, line));
  const netCents = lines.reduce((sum, line) => sum + line.totalCents, 0);
  const vatCents = Math.round(netCents * (config.vat[country] ?? 0));
  return { currency: config.currency, lines, netCents, vatCents, totalCents: netCents + vatCents };
}

/**
 * @param {PriceConfig} config
 * @param {CartLine} line
 * @returns {PricedLine}
 */
export function priceLine(config, { product, quantity }) {
  const rule = config.rules.find((candidate) => applies(candidate, product, quantity));
  const totalCents = Math.round(product.priceCents * quantity * (rule?.factor ?? 1));
  return { product, quantity, rule: rule?.id ?? null, totalCents };
}

/**
 * @param {PriceRule} rule
 * @param {Product} product
 * @param {number} quantity
 */
function applies(rule, product, quantity) {
  return quantity >= rule.minQuantity && rule.categories.has(product.category);
}
