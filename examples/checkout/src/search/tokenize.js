const STOP_WORDS = new Set([
  'a',
  'and',
  'at',
  'goes',
  'home',
  'in',
  'is',
  'it',
  'made',
  'of',
  'the',
  'this',
  'well',
  'with',
]);

/**
 * Split text into lower-case words without stop words.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function tokenize(text) {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  return words.filter((word) => !STOP_WORDS.has(word));
}
