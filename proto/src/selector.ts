import { ProfileError } from './errors.ts';

/** One matcher of a selector. Regular expressions are anchored at both ends. */
export interface Matcher {
  readonly name: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** A URL holds about 2,000 characters; a selector that is longer was not written by hand. */
const SELECTOR_LENGTH_MAX = 4096;
const MATCHER = /\s*([A-Za-z_][A-Za-z0-9_./-]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*/sy;

/**
 * Parse a Prometheus-style selector: `{endpoint="GET /x", region=~"eu.*"}`. `{}` and '' select all.
 *
 * Errors  ProfileError SELECTOR_INVALID with the position and what is there.
 * Source  https://prometheus.io/docs/prometheus/latest/querying/basics/
 */
export function parseSelector(text: string): Matcher[] {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  if (trimmed.length > SELECTOR_LENGTH_MAX) {
    throw invalid(`it has ${trimmed.length} characters, more than ${SELECTOR_LENGTH_MAX}`);
  }
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) {
    throw invalid(`"${trimmed.slice(0, 200)}" does not stand in braces`);
  }
  const inside = trimmed.slice(1, -1);
  const matchers: Matcher[] = [];
  let position = 0;
  while (inside.slice(position).trim() !== '') {
    MATCHER.lastIndex = position;
    const match = MATCHER.exec(inside);
    if (match === null) {
      throw invalid(
        `expected name="value" at character ${position + 2}, found "${inside.slice(position, position + 40)}"`,
      );
    }
    matchers.push({
      name: match[1]!,
      op: match[2] as Matcher['op'],
      value: unescapeValue(match[3]!),
    });
    position = MATCHER.lastIndex;
    if (inside[position] === ',') position++;
    else if (position < inside.length) {
      throw invalid(
        `expected a comma at character ${position + 2}, found "${inside.slice(position, position + 40)}"`,
      );
    }
  }
  return matchers;
}

/** The selector that `parseSelector` reads back into the same matchers. */
export function formatSelector(matchers: readonly Matcher[]): string {
  return `{${matchers.map(({ name, op, value }) => `${name}${op}"${escapeValue(value)}"`).join(', ')}}`;
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function unescapeValue(value: string): string {
  return value.replaceAll(/\\(.)/gs, (_, char: string) => (char === 'n' ? '\n' : char));
}

function invalid(what: string): ProfileError {
  return new ProfileError('SELECTOR_INVALID', `the filter cannot be read: ${what}`);
}
