/** What is wrong with a value, as the rest of a sentence that starts with the variable's name. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly expected: string };

/** Turns the text of a variable into its value. */
export type Parser<T> = (text: string) => Parsed<T>;

const value = <T>(parsed: T): Parsed<T> => ({ ok: true, value: parsed });
const expected = (what: string): Parsed<never> => ({ ok: false, expected: what });

/** A number of `unit` within `min` and `max`, both included. */
export function parseNumber(options: {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
  readonly alsoZero?: boolean;
}): Parser<number> {
  const { min, max, whole = false, alsoZero = false } = options;
  const what = `${alsoZero ? '0 or ' : ''}a ${whole ? 'whole ' : ''}number from ${min} to ${max}`;
  return (text) => {
    const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    if (alsoZero && number === 0) return value(0);
    if (!(number >= min && number <= max)) return expected(what);
    return whole && !Number.isInteger(number) ? expected(what) : value(number);
  };
}

const YES = ['true', '1', 'on', 'yes'];
const NO = ['false', '0', 'off', 'no'];

export const parseSwitch: Parser<boolean> = (text) => {
  const word = text.toLowerCase();
  if (YES.includes(word)) return value(true);
  return NO.includes(word) ? value(false) : expected('one of true, false, on, off, 1, 0');
};

export function parseChoice<T extends string>(choices: readonly T[]): Parser<T> {
  return (text) => {
    const found = choices.find((choice) => choice === text.toLowerCase());
    return found === undefined ? expected(`one of ${choices.join(', ')}`) : value(found);
  };
}

/** An http or https address, without a trailing slash so that paths can be appended. */
export const parseHttpUrl: Parser<string> = (text) => {
  if (!URL.canParse(text)) return expected('an http or https address');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return expected('an http or https address');
  }
  if (url.username !== '' || url.password !== '') {
    return expected('an address without user and password (FLAMEHOUSE_TOKEN holds the secret)');
  }
  return value(`${url.origin}${url.pathname.replace(/\/+$/, '')}`);
};

/** A secret that fits into an HTTP header. */
export const parseToken: Parser<string> = (text) =>
  /^[\x21-\x7e]+$/.test(text) ? value(text) : expected('printable ASCII without spaces');

const TEXT_CHARS_MAX = 256; // the server's limit on names
export const parseText: Parser<string> = (text) => {
  if (text.length > TEXT_CHARS_MAX) return expected(`text of at most ${TEXT_CHARS_MAX} characters`);
  return /[\u0000-\u001f\u007f]/.test(text)
    ? expected('text without control characters')
    : value(text);
};

const LABELS_MAX = 32; // the server folds what is beyond, DESIGN section 6
export const parseLabels: Parser<Readonly<Record<string, string>>> = (text) => {
  const labels: Record<string, string> = {};
  for (const pair of text.split(',').map((part) => part.trim())) {
    if (pair === '') continue;
    const match = /^([A-Za-z_][\w.-]{0,127})=(.*)$/s.exec(pair);
    if (match === null) return expected('a list like region=eu,team=search');
    labels[match[1]!] = match[2]!.trim();
  }
  return Object.keys(labels).length > LABELS_MAX
    ? expected(`at most ${LABELS_MAX} labels`)
    : value(labels);
};

/**
 * `k=v,k=v` with percent-encoded values, as OTEL_RESOURCE_ATTRIBUTES. Pairs that do not parse are left out.
 *
 * Source  https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable
 */
export function parseResourceAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=');
    if (at < 1) continue;
    try {
      const decoded = decodeURIComponent(pair.slice(at + 1).trim());
      attributes.set(decodeURIComponent(pair.slice(0, at).trim()), decoded);
    } catch {
      // A broken escape belongs to another tool's variable; that pair counts as absent.
    }
  }
  return attributes;
}
