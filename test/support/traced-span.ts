import type { TracedSpan } from '../../server/src/spans/traced-span.ts';

/** A span of a request that went well; what a test is about is set. */
export function tracedSpan(own: Partial<TracedSpan> & Pick<TracedSpan, 'spanId'>): TracedSpan {
  return {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    parentSpanId: '',
    localRoot: own.parentSpanId === undefined,
    service: 'checkout',
    environment: '',
    version: '1.0.0',
    instance: '',
    name: 'GET',
    kind: 'server',
    endpoint: '',
    startMicros: 1_795_176_000_000_000,
    durationMicros: 10_000,
    status: 'unset',
    statusMessage: '',
    error: false,
    httpStatus: 200,
    attributes: [],
    ...own,
  };
}
