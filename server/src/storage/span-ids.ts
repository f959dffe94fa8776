const NO_TRACE = '0'.repeat(32);

/** The text of a UUID column without its dashes; null for the zeros that stand for "unknown". */
export function traceIdOf(uuid: string): string | null {
  const hex = uuid.replaceAll('-', '');
  return hex === NO_TRACE ? null : hex;
}

/** 16 hex of a UInt64 column, which comes as decimal text. */
export function spanIdOf(decimal: string): string {
  return BigInt(decimal).toString(16).padStart(16, '0');
}

/** What a UUID parameter binds, without dashes; zeros for a trace that is not known. */
export function uuidValue(traceId: string | null): string {
  return traceId ?? NO_TRACE;
}

/** What a UInt64 parameter binds. */
export function spanIdValue(spanId: string): bigint {
  return BigInt(`0x${spanId}`);
}
