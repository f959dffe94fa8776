import type { JsonSchema } from './query-schema.ts';

const string = { type: 'string' } as const;
const integer = { type: 'integer', minimum: 0 } as const;
const nanos = { type: 'string', pattern: '^\\d{1,19}$' } as const;
const epochNanos = { ...nanos, description: 'Epoch nanoseconds' } as const;

/** Part `meta` of an upload, for the documentation; http/upload-meta.ts checks it. */
const meta = {
  type: 'object',
  required: ['uploadId', 'service', 'from', 'to'],
  properties: {
    uploadId: { ...string, format: 'uuid', description: 'A repeated one is not stored again' },
    service: string,
    from: epochNanos,
    to: epochNanos,
    version: string,
    revision: string,
    environment: string,
    instance: string,
    labels: { type: 'object', additionalProperties: string },
    reason: { ...string, enum: ['periodic', 'exit', 'oom'] },
    runtime: { type: 'object', properties: { name: string, version: string } },
    processStartedAt: { ...integer, description: 'Epoch milliseconds' },
    processCpuNanos: nanos,
    busyTicks: integer,
    coveredMs: integer,
    endpoints: {
      type: 'array',
      items: {
        type: 'object',
        required: ['endpoint', 'count'],
        properties: {
          endpoint: string,
          count: integer,
          errors: integer,
          durationSumNanos: nanos,
          cpuNanos: nanos,
        },
      },
    },
    stalls: {
      type: 'array',
      description: 'Samples with the label `stall` name an index of it',
      items: {
        type: 'object',
        required: ['from', 'durationMs'],
        properties: {
          from: epochNanos,
          durationMs: integer,
          traceId: { ...string, pattern: '^[0-9a-f]{32}$' },
          spanId: { ...string, pattern: '^[0-9a-f]{16}$' },
          endpoint: string,
        },
      },
    },
    agent: {
      type: 'object',
      properties: {
        version: string,
        cpuNanos: nanos,
        longestPauseMicros: integer,
        rssBytes: integer,
        droppedUploads: integer,
        droppedSamples: integer,
        sampleHz: integer,
      },
    },
  },
} as const satisfies JsonSchema;

/** The body of `POST /profiles` as multipart; a bare profile is its bytes. */
export const uploadBodySchema: JsonSchema = {
  type: 'object',
  required: ['meta', 'profile'],
  properties: {
    meta,
    profile: {
      ...string,
      format: 'binary',
      description: 'Any number of parts with a file name, each a pprof, gzip or not',
    },
  },
};
