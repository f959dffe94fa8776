import { wellFormedText } from './tsv.ts';

/** What can be bound to a `{name: Type}` of a query. */
export type BoundValue = string | number | bigint | readonly bigint[];

/**
 * Bound values as `param_*` settings of one embedded connection.
 *
 * chdb's own binding runs one bound query at a time over all connections of the process (measured:
 * a query of 2 s delayed one of 3 ms by 2 s), because it keeps values in one place; a `SET param_x`
 * belongs to its connection. Values leave here as letters, digits and `\xHH` only, so none of them
 * can end the literal that the client puts around it.
 */
export function boundSettings(
  values: Readonly<Record<string, BoundValue>>,
): Record<`param_${string}`, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`param_${name}`, encode(value)]),
  );
}

function encode(value: BoundValue): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'string') return `[${value.join(',')}]`;
  let text = '';
  for (const byte of Buffer.from(wellFormedText(value), 'utf8')) {
    text += PLAIN.test(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `\\\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}

const PLAIN = /[A-Za-z0-9]/;
