import { parse } from 'yaml';

/**
 * @typedef {object} PriceRule
 * @property {string} id
 * @property {number} priority the higher one wins
 * @property {ReadonlySet<string>} categories
 * @property {number} minQuantity
 * @property {number} factor what the price is multiplied by
 *
 * @typedef {object} PriceConfig
 * @property {string} currency
 * @property {Readonly<Record<string, number>>} vat country -> rate, 0.19 for 19 %
 * @property {readonly PriceRule[]} rules highest priority first
 */

/**
 * Turn the text of `config/price-rules.yaml` into price rules that are ready to use.
 *
 * Errors  throws when a rule takes less than 0 or more than 90 percent off.
 *
 * @param {string} text
 * @returns {PriceConfig}
 */
export function deserializeConfig(text) {
  const { currency, vat, rules } = parse(text);
  return {
    currency,
    vat,
    rules: rules.map(compileRule).sort(byPriority),
  };
}

/**
 * @param {{ id: string, priority: number, discountPercent: number,
 *           when: { categories: string[], minQuantity: number } }} rule
 * @returns {PriceRule}
 */
function compileRule({ id, priority, discountPercent, when }) {
  if (!(discountPercent >= 0 && discountPercent <= 90)) {
    throw new Error(`rule ${id} takes ${discountPercent} percent off, expected 0 to 90`);
  }
  return {
    id,
    priority,
    categories: new Set(when.categories),
    minQuantity: when.minQuantity,
    factor: 1 - discountPercent / 100,
  };
}

/**
 * @param {PriceRule} left
 * @param {PriceRule} right
 */
function byPriority(left, right) {
  return right.priority - left.priority || left.id.localeCompare(right.id);
}
