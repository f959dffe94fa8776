/** Distinct names of one kind that a process sends; a service has tens of routes, not hundreds. */
export const NAMES_MAX = 300;
export const OTHER_NAME = '(other)';

const NAME_CHARS_MAX = 200; // the server takes 255
const SEGMENTS_MAX = 8;

/** Keeps the number of distinct names bounded: what comes after the first `NAMES_MAX` is `(other)`. */
export class BoundedNames {
  readonly #known = new Set<string>();
  readonly #max: number;

  constructor(max = NAMES_MAX) {
    this.#max = max;
  }

  bound(name: string): string {
    const text = printable(name);
    if (this.#known.has(text)) return text;
    if (this.#known.size >= this.#max) return OTHER_NAME;
    this.#known.add(text);
    return text;
  }
}

function printable(name: string): string {
  const text = name.length > NAME_CHARS_MAX ? name.slice(0, NAME_CHARS_MAX) : name;
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '?');
}

/** `/users/42/orders/9f0c...` as `/users/:id/orders/:id`: what tells one from another goes. */
export function normalisePath(url: string): string {
  const path = /^[^?#]*/.exec(url)![0].replace(/^[a-z]+:\/\/[^/]*/i, '');
  const segments = path.split('/').slice(1);
  const kept = segments.slice(0, SEGMENTS_MAX).map((part) => (looksLikeId(part) ? ':id' : part));
  return `/${kept.join('/')}${segments.length > SEGMENTS_MAX ? '/*' : ''}`;
}

const HEX = /^[0-9a-f]{8,}$/i;
const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
const ENCODED = /[%@=+,;:]/; // an escape or an address: text that somebody typed
const SEGMENT_CHARS_MAX = 40;

/** Numbers, uuids, hashes, and long text with digits in it. Version prefixes as `v2` stay. */
function looksLikeId(segment: string): boolean {
  if (segment === '' || /^v\d{1,3}$/i.test(segment)) return false;
  if (/^\d/.test(segment) && /^[\d._-]+$/.test(segment)) return true;
  if (segment.length > SEGMENT_CHARS_MAX || UUID.test(segment) || ENCODED.test(segment))
    return true;
  const digits = segment.replace(/\D/g, '').length;
  if (HEX.test(segment) && digits > 0) return true;
  return digits >= 3 || (digits > 0 && segment.length >= 16);
}
