const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
};
const SPECIAL = /[\\\t\n\r\0]/;
const SPECIALS = /[\\\t\n\r\0]/g;

/**
 * A text as a field of ClickHouse's TabSeparated format.
 *
 * A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD here rather than somewhere on the way.
 * Source  https://clickhouse.com/docs/en/interfaces/formats#tabseparated-data-formatting
 */
export function tsvText(text: string): string {
  const wellFormed = LONE_SURROGATE.test(text) ? wellFormedText(text) : text;
  return SPECIAL.test(wellFormed)
    ? wellFormed.replace(SPECIALS, (character) => ESCAPES[character]!)
    : wellFormed;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** The text as UTF-8 can hold it. */
export function wellFormedText(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** A map of texts as a field. Quoted texts inside are escaped once, like a field, and not a second time. */
export function tsvMap(entries: Iterable<readonly [string, string]>): string {
  const pairs: string[] = [];
  for (const [key, value] of entries) pairs.push(`${quoted(key)}:${quoted(value)}`);
  return `{${pairs.join(',')}}`;
}

function quoted(text: string): string {
  return `'${tsvText(text).replaceAll("'", "\\'")}'`;
}

/** A 64-bit id of 16 hex digits as the decimal number that a UInt64 field takes. */
export function tsvId(hex: string): string {
  return BigInt(`0x${hex}`).toString();
}
