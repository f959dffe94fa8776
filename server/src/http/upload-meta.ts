import { randomUUID } from 'node:crypto';
import { ApiError, type ErrorCode } from '../errors.ts';
import type { UploadMeta } from '../storage/profile-store.ts';
import { FieldReader } from './field-reader.ts';
import { parseTime } from './time.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const NAME_LENGTH_MAX = 255;
const LABEL_NAME_LENGTH_MAX = 128;
const LABEL_VALUE_LENGTH_MAX = 2_048;
// A service has tens of routes. Ten thousand would be raw URLs, which are no endpoints.
const ENDPOINTS_MAX = 10_000;
// An agent names at most 1,000 a window; ten times that is a fault, not a service.
const STALLS_MAX = 10_000;
const REASONS = ['periodic', 'exit', 'oom'] as const;

const EMPTY = {
  version: '',
  revision: '',
  environment: '',
  instance: '',
  labels: {},
  reason: 'periodic',
  runtime: null,
  processStartedAtMs: null,
  processCpuNanos: null,
  busyTicks: null,
  coveredMs: null,
  endpoints: [],
  stalls: [],
  agent: null,
} as const satisfies Partial<UploadMeta>;

/**
 * Read part `meta` of a multipart upload. Unknown fields are ignored, so that newer agents can talk to older servers.
 *
 * Errors  ApiError INGEST_META_INVALID or INGEST_SERVICE_INVALID naming the field, its value and the repair.
 */
export function readMeta(json: string): UploadMeta {
  const meta = new FieldReader(parseObject(json), 'meta', invalid);
  const uploadId = meta.string('uploadId');
  if (!UUID.test(uploadId)) throw meta.wrong('uploadId', 'send a UUID');
  const from = meta.nanos('from');
  const to = meta.nanos('to');
  if (from >= to) throw invalid(`meta.from ${from} is not before meta.to ${to}`);
  const reason = meta.optionalString('reason') ?? 'periodic';
  const knownReason = REASONS.find((one) => one === reason);
  if (knownReason === undefined) throw meta.wrong('reason', `send one of ${REASONS.join(', ')}`);
  return {
    uploadId: uploadId.toLowerCase(),
    service: checkService(meta.string('service')),
    from,
    to,
    version: checkName('meta.version', meta.optionalString('version') ?? ''),
    revision: checkName('meta.revision', meta.optionalString('revision') ?? ''),
    environment: checkName('meta.environment', meta.optionalString('environment') ?? ''),
    instance: checkName('meta.instance', meta.optionalString('instance') ?? ''),
    labels: readLabels(meta),
    reason: knownReason,
    runtime: readRuntime(meta),
    processStartedAtMs: meta.optionalCount('processStartedAt'),
    processCpuNanos: meta.optionalNanos('processCpuNanos'),
    busyTicks: meta.optionalCount('busyTicks'),
    coveredMs: meta.optionalCount('coveredMs'),
    endpoints: readEndpoints(meta),
    stalls: readStalls(meta),
    agent: readAgent(meta),
  };
}

/** What the query of a raw upload may name, besides `label.K`. */
export interface RawUploadQuery {
  readonly service?: string;
  readonly version?: string;
  readonly environment?: string;
  readonly instance?: string;
  readonly from?: string;
  readonly to?: string;
  readonly uploadId?: string;
  readonly [label: `label.${string}`]: string;
}

/**
 * Read the query of a raw pprof upload.
 *
 * Errors  as readMeta.
 */
export function readRawMeta(query: RawUploadQuery, nowMs: number): UploadMeta {
  if (query.service === undefined) {
    throw new ApiError('INGEST_SERVICE_INVALID', 'parameter service is missing');
  }
  const uploadId = query.uploadId ?? randomUUID();
  if (!UUID.test(uploadId)) {
    throw invalid(`uploadId is ${JSON.stringify(uploadId)}: send a UUID, or leave it out`);
  }
  const labels = Object.entries(query)
    .filter(([name]) => name.startsWith('label.'))
    .map(([name, value]) => checkLabel(name.slice('label.'.length), value));
  return {
    ...EMPTY,
    ...readWindow(query, nowMs),
    uploadId: uploadId.toLowerCase(),
    service: checkService(query.service),
    version: checkName('version', query.version ?? ''),
    environment: checkName('environment', query.environment ?? ''),
    instance: checkName('instance', query.instance ?? ''),
    labels: Object.fromEntries(labels),
  };
}

function readWindow(query: RawUploadQuery, nowMs: number) {
  if (query.from === undefined && query.to === undefined) return { from: null, to: null };
  if (query.from === undefined || query.to === undefined) {
    throw invalid(`only ${query.from === undefined ? 'to' : 'from'} is set: send both, or neither`);
  }
  const from = parseTime('from', query.from, nowMs);
  const to = parseTime('to', query.to, nowMs);
  if (from >= to) throw invalid(`from ${query.from} is not before to ${query.to}`);
  return { from: BigInt(from) * 1_000_000n, to: BigInt(to) * 1_000_000n };
}

/** A service name is typed by people and shown in links, so what cannot be seen is not allowed in it. */
function checkService(value: string): string {
  const problem =
    value.trim() === ''
      ? 'it is empty'
      : value.length > NAME_LENGTH_MAX
        ? `it has ${value.length} characters, more than ${NAME_LENGTH_MAX}`
        : CONTROL_CHARACTER.test(value)
          ? 'it holds control characters'
          : value !== value.trim()
            ? 'it begins or ends with space'
            : null;
  if (problem === null) return value;
  throw new ApiError('INGEST_SERVICE_INVALID', `service ${shown(value)} is unusable: ${problem}`);
}

function checkName(field: string, value: string): string {
  if (value.length > NAME_LENGTH_MAX) {
    throw invalid(
      `${field} ${shown(value)} has ${value.length} characters: send at most ${NAME_LENGTH_MAX}`,
    );
  }
  if (CONTROL_CHARACTER.test(value)) {
    throw invalid(`${field} ${shown(value)} holds control characters: send text without them`);
  }
  return value;
}

function readLabels(meta: FieldReader): Readonly<Record<string, string>> {
  const labels = meta.optionalObject('labels');
  if (labels === null) return {};
  return Object.fromEntries(labels.names().map((name) => checkLabel(name, labels.string(name))));
}

function checkLabel(name: string, value: string): [string, string] {
  if (name === '' || name.length > LABEL_NAME_LENGTH_MAX || CONTROL_CHARACTER.test(name)) {
    throw invalid(
      `label name ${shown(name)} is unusable: send 1 to ${LABEL_NAME_LENGTH_MAX} characters without control characters`,
    );
  }
  if (value.length > LABEL_VALUE_LENGTH_MAX) {
    throw invalid(
      `label ${shown(name)} has a value of ${value.length} characters: send at most ${LABEL_VALUE_LENGTH_MAX}`,
    );
  }
  return [name, value];
}

function readRuntime(meta: FieldReader): UploadMeta['runtime'] {
  const runtime = meta.optionalObject('runtime');
  if (runtime === null) return null;
  return { name: runtime.string('name'), version: runtime.string('version') };
}

function readEndpoints(meta: FieldReader): UploadMeta['endpoints'] {
  const endpoints = meta.optionalObjects('endpoints');
  if (endpoints.length > ENDPOINTS_MAX) {
    throw invalid(
      `meta.endpoints has ${endpoints.length} entries: send at most ${ENDPOINTS_MAX}, by route and not by URL`,
    );
  }
  return endpoints.map((one) => ({
    endpoint: checkName('meta.endpoints.endpoint', one.string('endpoint')),
    count: one.count('count'),
    errors: one.optionalCount('errors') ?? 0,
    durationSumNanos: one.optionalNanos('durationSumNanos') ?? 0n,
    cpuNanos: one.optionalNanos('cpuNanos') ?? 0n,
  }));
}

function readStalls(meta: FieldReader): UploadMeta['stalls'] {
  const stalls = meta.optionalObjects('stalls');
  if (stalls.length > STALLS_MAX) {
    throw invalid(`meta.stalls has ${stalls.length} entries: send at most ${STALLS_MAX}`);
  }
  return stalls.map((one) => ({
    from: one.nanos('from'),
    durationMs: one.count('durationMs'),
    traceId: readHex(one, 'traceId', 32),
    spanId: readHex(one, 'spanId', 16),
    endpoint: checkName('meta.stalls.endpoint', one.optionalString('endpoint') ?? ''),
  }));
}

function readHex(one: FieldReader, name: string, digits: number): string | null {
  const text = one.optionalString(name);
  if (text === null || text === '') return null;
  if (text.length === digits && /^[0-9a-f]+$/i.test(text)) return text.toLowerCase();
  throw one.wrong(name, `send ${digits} hex digits, or leave it out`);
}

function readAgent(meta: FieldReader): UploadMeta['agent'] {
  const agent = meta.optionalObject('agent');
  if (agent === null) return null;
  return {
    version: agent.optionalString('version') ?? '',
    cpuNanos: agent.optionalNanos('cpuNanos') ?? 0n,
    longestPauseMicros: agent.optionalCount('longestPauseMicros') ?? 0,
    rssBytes: agent.optionalCount('rssBytes') ?? 0,
    droppedUploads: agent.optionalCount('droppedUploads') ?? 0,
    droppedSamples: agent.optionalCount('droppedSamples') ?? 0,
    sampleHz: agent.optionalCount('sampleHz') ?? 0,
  };
}

function parseObject(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw invalid(`meta ${shown(json)} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw invalid(`meta is ${shown(json)}: send a JSON object`);
}

/** Enough of a value to recognise it; a message must not repeat megabytes. */
function shown(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}

function invalid(detail: string, options?: ErrorOptions): ApiError {
  const code: ErrorCode = 'INGEST_META_INVALID';
  return new ApiError(code, detail, options);
}
