import type { UserLabels } from './sample-context.ts';

const LABELS_MAX = 16; // half of what the server keeps of a sample, DESIGN section 6
const KEY_CHARS_MAX = 64;
const VALUE_CHARS_MAX = 200; // the server takes 255 in the names it sorts by
const KEY = /^[A-Za-z_][\w.-]*$/;

/** Keys with a meaning of their own; the agent writes them itself. */
const TAKEN: ReadonlySet<string> = new Set([
  'trace_id',
  'span_id',
  'active_span_id',
  'span_name',
  'endpoint',
  'thread',
  'stall',
]);

const help = {
  LABELS_NOT_AN_OBJECT: 'Call runWithLabels({ tenant: "acme" }, () => work()).',
  LABELS_NOT_A_FUNCTION: 'Call runWithLabels({ tenant: "acme" }, () => work()).',
  LABELS_TOO_MANY: `Send at most ${LABELS_MAX} labels, those around included.`,
  LABEL_KEY_INVALID: `Use letters, digits, _ . - and at most ${KEY_CHARS_MAX} characters, and begin with a letter or _.`,
  LABEL_KEY_TAKEN: `Use another name: ${[...TAKEN].join(', ')} are the agent's.`,
  LABEL_VALUE_INVALID: `Use a string of at most ${VALUE_CHARS_MAX} characters without control characters; turn numbers into text.`,
} as const;

export type LabelErrorCode = keyof typeof help;

/** A mistake in a call of `runWithLabels`. */
export class LabelError extends TypeError {
  readonly code: LabelErrorCode;
  readonly help: string;
  constructor(code: LabelErrorCode, detail: string) {
    super(`${code}: ${detail}. ${help[code]}`);
    this.name = 'LabelError';
    this.code = code;
    this.help = help[code];
  }
}

/**
 * Labels as a copy that nobody changes.
 *
 * Errors  LabelError naming key and value.
 */
export function checkLabels(given: unknown, around: UserLabels | null): UserLabels {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new LabelError('LABELS_NOT_AN_OBJECT', `labels are ${shown(given)}`);
  }
  const labels = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [checkKey(key), checkValue(key, value)]),
  );
  const count = Object.keys({ ...around, ...labels }).length;
  if (count > LABELS_MAX) throw new LabelError('LABELS_TOO_MANY', `${count} labels are set`);
  return labels;
}

export function checkFunction(given: unknown): asserts given is () => unknown {
  if (typeof given !== 'function') {
    throw new LabelError('LABELS_NOT_A_FUNCTION', `the second argument is ${shown(given)}`);
  }
}

function checkKey(key: string): string {
  if (key.length > KEY_CHARS_MAX || !KEY.test(key)) {
    throw new LabelError('LABEL_KEY_INVALID', `a label is named ${shown(key)}`);
  }
  if (TAKEN.has(key)) throw new LabelError('LABEL_KEY_TAKEN', `a label is named ${shown(key)}`);
  return key;
}

function checkValue(key: string, value: unknown): string {
  const usable =
    typeof value === 'string' &&
    value.length <= VALUE_CHARS_MAX &&
    !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(value);
  if (usable) return value;
  const size = typeof value === 'string' ? ` (${value.length} characters)` : '';
  throw new LabelError('LABEL_VALUE_INVALID', `label ${key} is ${shown(value)}${size}`);
}

const SHOWN_CHARS_MAX = 80;
function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}...` : text;
}
