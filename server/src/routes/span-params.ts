const traceId = {
  type: 'string',
  pattern: '^[0-9a-fA-F]{32}$',
  description: '32 hex; zeros for samples that name a span only',
} as const;
const spanId = { type: 'string', pattern: '^[0-9a-fA-F]{16}$' } as const;

export const traceParams = {
  type: 'object',
  properties: { traceId },
  required: ['traceId'],
} as const;

export const spanParams = {
  type: 'object',
  properties: { spanId },
  required: ['spanId'],
} as const;

export const spanOfTraceParams = {
  type: 'object',
  properties: { traceId, spanId },
  required: ['traceId', 'spanId'],
} as const;

const NO_TRACE = /^0+$/;

/** Null for the zeros that stand for "unknown". */
export function readTraceId(text: string): string | null {
  return NO_TRACE.test(text) ? null : text.toLowerCase();
}
