import { readFile } from 'node:fs/promises';
import { deserializeConfig } from './deserialize-config.js';

/** @typedef {import('./deserialize-config.js').PriceConfig} PriceConfig */
/** @typedef {{ current(): PriceConfig }} RuleSource */

const RULES_FILE = new URL('../../config/price-rules.yaml', import.meta.url);

/** The release with the planted fault. */
const FAULTY_VERSION = '1.1.0';

/**
 * Open the price rules.
 *
 * Version 1.1.0 parses them again for every request: the fault that the demo is about.
 * 1.0.0 and 1.1.1 parse them once, at start.
 *
 * @param {string} version
 * @returns {Promise<RuleSource>}
 */
export async function openRuleSource(version) {
  const text = await readFile(RULES_FILE, 'utf8');
  if (version === FAULTY_VERSION) return { current: () => deserializeConfig(text) };
  const config = deserializeConfig(text);
  return { current: () => config };
}
