import type { OtlpAttributes, OtlpValue } from '@flamehouse/proto';

// A panel of the UI shows about that many lines.
const ATTRIBUTES_MAX = 32;
const NAME_LENGTH_MAX = 128;
const VALUE_LENGTH_MAX = 256;

/** What says most about a request comes first when there are too many. */
const FIRST = /^(http|url|db|rpc|messaging|exception|error|graphql|server|peer)\./;

/**
 * Headers and queries may hold secrets, and a profiler has no use for them. The rest says what the
 * row says already, or what does not change while the process runs.
 */
const LEFT_OUT =
  /^(http\.(request|response)\.header\.|url\.query$|thread\.|process\.|telemetry\.|host\.|os\.|net\.|network\.|user_agent|http\.user_agent|exception\.stacktrace$|flamehouse\.profile\.url$|pyroscope\.profile\.id$)/;

const WITH_QUERY = new Set(['url.full', 'http.url', 'http.target']);

/** The attributes of a span that are worth a line, by name. */
export function keptAttributes(
  attributes: OtlpAttributes,
  exception: OtlpAttributes | null,
): (readonly [string, string])[] {
  const all = [...attributes, ...(exception ?? [])].filter(([name]) => isKept(name));
  const rank = ([name]: readonly [string, OtlpValue]) => (FIRST.test(name) ? 0 : 1);
  const kept = all.sort((a, b) => rank(a) - rank(b) || byName(a, b)).slice(0, ATTRIBUTES_MAX);
  const unique = new Map(kept.map(([name, value]) => [name, textOf(name, value)] as const));
  return [...unique].sort(byName);
}

function isKept(name: string): boolean {
  return name !== '' && name.length <= NAME_LENGTH_MAX && !LEFT_OUT.test(name);
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] === b[0] ? 0 : 1;
}

function textOf(name: string, value: OtlpValue): string {
  const text = String(value);
  const shown = WITH_QUERY.has(name) ? text.replace(/[?#].*$/s, '') : text;
  return shown.length <= VALUE_LENGTH_MAX ? shown : `${shown.slice(0, VALUE_LENGTH_MAX - 1)}…`;
}
