import { tsvId, tsvMap, tsvText } from '../storage/tsv.ts';
import type { SeriesRow } from './label-rows.ts';
import type { NormalisedUpload } from './normalise.ts';
import type { FrameRow, StackRow } from './stack-cache.ts';

/** The tables in the order they are inserted: what samples refer to comes before them. */
export const TABLE_COLUMNS = {
  frames: ['frame_id', 'function_id', 'name', 'package', 'file', 'line', 'kind', 'seen'],
  stacks: ['service', 'stack_id', 'frames', 'lines', 'seen'],
  series: ['service', 'series_id', 'labels', 'month', 'first_seen', 'last_seen'],
  function_minutes: [
    'service',
    'environment',
    'version',
    'instance',
    'minute',
    'endpoint',
    'function_id',
    'self',
    'total',
    'self_ticks',
    'total_ticks',
  ],
  instance_minutes: [
    'service',
    'environment',
    'version',
    'instance',
    'minute',
    'uploads',
    'oom_uploads',
    'process_cpu',
    'busy_ticks',
    'covered_ms',
    'started_at_ms',
    'runtime',
    'revision',
    'agent_version',
    'agent_cpu',
    'agent_longest_pause',
    'agent_rss_bytes',
    'agent_dropped_uploads',
    'agent_dropped_samples',
    'agent_sample_hz',
  ],
  requests: [
    'service',
    'environment',
    'version',
    'instance',
    'endpoint',
    'window_start',
    'seconds',
    'count',
    'errors',
    'duration',
    'cpu',
  ],
  spans: [
    'trace_id',
    'span_id',
    'active_span_id',
    'service',
    'environment',
    'version',
    'instance',
    'endpoint',
    'span_name',
    'type',
    'window_start',
    'stack_id',
    'value',
  ],
  windows: [
    'service',
    'type',
    'environment',
    'version',
    'instance',
    'window_start',
    'seconds',
    'gauge',
    'value',
  ],
  // After `windows`: a gauge is divided by the time that windows covered.
  samples: [
    'service',
    'type',
    'environment',
    'version',
    'endpoint',
    'series_id',
    'window_start',
    'seconds',
    'gauge',
    'stack_id',
    'value',
  ],
} as const;

export type TableName = keyof typeof TABLE_COLUMNS;

export const TABLE_NAMES = Object.keys(TABLE_COLUMNS) as readonly TableName[];

export type AddRow = (table: TableName, row: string) => void;

const MINUTE_SECONDS = 60;

/** The rows of one upload in the tables that add up. Names and stacks have tables of their own, below. */
export function addUploadRows(upload: NormalisedUpload, add: AddRow): void {
  const { meta, window } = upload;
  const place: Place = {
    service: tsvText(meta.service),
    release: `${tsvText(meta.environment)}\t${tsvText(meta.version)}`,
    instance: tsvText(meta.instance),
    minute: window.startSeconds - (window.startSeconds % MINUTE_SECONDS),
    time: `${window.startSeconds}\t${window.seconds}`,
  };
  addWindowRows(upload, place, add);
  addSampleRows(upload, place, add);
  addFunctionRows(upload, place, add);
  addSpanRows(upload, place, add);
  addRequestRows(upload, place, add);
  const { service, release, instance, minute } = place;
  add('instance_minutes', line(service, release, instance, minute, instanceColumns(upload)));
}

/** What the rows of an upload have in common, ready to be written. */
interface Place {
  readonly service: string;
  readonly release: string; // environment and version
  readonly instance: string;
  readonly minute: number;
  readonly time: string; // start and seconds of the window
}

function addWindowRows({ types }: NormalisedUpload, place: Place, add: AddRow): void {
  const { service, release, instance, time } = place;
  for (const [type, { gauge, value }] of types) {
    add('windows', line(service, tsvText(type), release, instance, time, flag(gauge), value));
  }
}

function addSampleRows({ samples }: NormalisedUpload, place: Place, add: AddRow): void {
  const { service, release, time } = place;
  const typeText = memoised(tsvText);
  const endpointText = memoised(tsvText);
  const seriesNumber = memoised(tsvId);
  for (const { type, gauge, series, endpoint, stackNumber, value } of samples) {
    const key = `${service}\t${typeText(type)}\t${release}\t${endpointText(endpoint)}`;
    add(
      'samples',
      `${key}\t${seriesNumber(series.id)}\t${time}\t${flag(gauge)}\t${stackNumber}\t${value}`,
    );
  }
}

function addFunctionRows({ functions }: NormalisedUpload, place: Place, add: AddRow): void {
  const { service, release, instance, minute } = place;
  const inEndpoint = memoised(
    (endpoint) => `${service}\t${release}\t${instance}\t${minute}\t${tsvText(endpoint)}`,
  );
  for (const { endpoint, functionNumber, self, total, selfTicks, totalTicks } of functions) {
    const sums = `${self}\t${total}\t${selfTicks}\t${totalTicks}`;
    add('function_minutes', `${inEndpoint(endpoint)}\t${functionNumber}\t${sums}`);
  }
}

function addSpanRows({ spans, window }: NormalisedUpload, place: Place, add: AddRow): void {
  const { service, release, instance } = place;
  for (const { type, span, endpoint, stackNumber, value } of spans) {
    const ids = `${uuid(span.traceId)}\t${tsvId(span.spanId)}\t${tsvId(span.activeSpanId)}`;
    const names = `${tsvText(endpoint)}\t${tsvText(span.name)}\t${tsvText(type)}`;
    add(
      'spans',
      line(ids, service, release, instance, names, window.startSeconds, stackNumber, value),
    );
  }
}

function addRequestRows({ meta }: NormalisedUpload, place: Place, add: AddRow): void {
  const { service, release, instance, time } = place;
  for (const { endpoint, count, errors, durationSumNanos, cpuNanos } of meta.endpoints) {
    const key = line(service, release, instance, tsvText(endpoint), time);
    add('requests', line(key, count, errors, micros(durationSumNanos), micros(cpuNanos)));
  }
}

function instanceColumns({ meta, window }: NormalisedUpload): string {
  const { agent, runtime } = meta;
  return line(
    1,
    flag(meta.reason === 'oom'),
    micros(meta.processCpuNanos ?? 0n),
    meta.busyTicks ?? 0,
    meta.coveredMs ?? window.seconds * 1000,
    meta.processStartedAtMs ?? 0,
    runtime === null ? '' : tsvText(`${runtime.name} ${runtime.version}`),
    tsvText(meta.revision),
    tsvText(agent?.version ?? ''),
    micros(agent?.cpuNanos ?? 0n),
    agent?.longestPauseMicros ?? 0,
    agent?.rssBytes ?? 0,
    agent?.droppedUploads ?? 0,
    agent?.droppedSamples ?? 0,
    agent?.sampleHz ?? 0,
  );
}

export function frameLine(frame: FrameRow, day: string): string {
  return line(
    frame.frameNumber,
    frame.functionNumber,
    tsvText(frame.name),
    tsvText(frame.package),
    tsvText(frame.file),
    frame.line,
    frame.kind,
    day,
  );
}

export function stackLine(service: string, stack: StackRow, day: string): string {
  const frames = stack.frames.map(({ frameNumber }) => frameNumber);
  return line(tsvText(service), stack.stackNumber, `[${frames}]`, `[${stack.lines}]`, day);
}

/** `seenSeconds` is the hour up to which the series counts as seen. */
export function seriesLine(
  service: string,
  series: SeriesRow,
  {
    month,
    firstSeconds,
    lastSeconds,
  }: { month: string; firstSeconds: number; lastSeconds: number },
): string {
  return line(
    tsvText(service),
    tsvId(series.id),
    tsvMap(series.labels),
    month,
    firstSeconds,
    lastSeconds,
  );
}

function line(...fields: readonly (string | number)[]): string {
  return fields.join('\t');
}

function flag(on: boolean): number {
  return on ? 1 : 0;
}

function micros(nanos: bigint): string {
  return (nanos / 1000n).toString();
}

function uuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The same function, which converts each text once. */
function memoised(convert: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    let value = known.get(text);
    if (value === undefined) {
      value = convert(text);
      known.set(text, value);
    }
    return value;
  };
}
