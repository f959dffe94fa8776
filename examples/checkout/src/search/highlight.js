import { marked } from 'marked';

/**
 * Render a description as HTML with the found words set off.
 *
 * @param {string} description
 * @param {readonly string[]} terms
 * @returns {Promise<string>}
 */
export async function highlight(description, terms) {
  const found = new Set(terms);
  const markdown = description.replaceAll(/\p{L}+/gu, (word) =>
    found.has(word.toLowerCase()) ? `**${word}**` : word,
  );
  return (await marked.parse(markdown)).trim();
}
