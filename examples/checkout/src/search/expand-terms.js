/** A typing mistake or two; more would match unrelated words. */
const DISTANCE_MAX = 2;

/**
 * Replace every word that the index does not know by the known words closest to it.
 *
 * @param {readonly string[]} words
 * @param {Iterable<string>} vocabulary
 * @returns {string[]}
 */
export function expandTerms(words, vocabulary) {
  const known = new Set(vocabulary);
  return words.flatMap((word) => (known.has(word) ? [word] : findSimilarTerms(word, known)));
}

/**
 * @param {string} word
 * @param {ReadonlySet<string>} vocabulary
 * @returns {string[]} the known words at the smallest distance, none when all are too far
 */
function findSimilarTerms(word, vocabulary) {
  let best = DISTANCE_MAX;
  /** @type {string[]} */
  let similar = [];
  for (const term of vocabulary) {
    const distance = editDistance(word, term);
    if (distance > best) continue;
    if (distance < best) similar = [];
    best = distance;
    similar.push(term);
  }
  return similar;
}

/**
 * Levenshtein distance with two rows.
 *
 * @param {string} left
 * @param {string} right
 * @returns {number}
 */
export function editDistance(left, right) {
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const substitution = left[row - 1] === right[column - 1] ? 0 : 1;
      current[column] = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + substitution,
      );
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
