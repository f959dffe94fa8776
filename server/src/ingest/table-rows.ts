import { tsvId, tsvMap, tsvText } from '../storage/tsv.ts';
import type { SeriesRow } from './label-rows.ts';
import type { NormalisedUpload } from './normalise.ts';
import type { SegmentLayout } from './segment.ts';
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
    'seconds',
    'stack_id',
    'value',
    'ticks',
  ],
  stalls: [
    'service',
    'environment',
    'version',
    'instance',
    'started_at',
    'duration',
    'trace_id',
    'span_id',
    'endpoint',
    'stacks',
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

interface WayIn {
  readonly into?: string;
  readonly rows?: (parts: readonly Buffer[]) => Buffer;
}

const FOLDED_SAMPLES: WayIn = { into: 'samples_folded' };

/**
 * Where rows of a layout go that do not go as they are into the table they are named after.
 *
 * They come folded: what the rows of an upload share is written, sent and parsed once. CPU of an insert per upload, 2026-11-20:
 * samples 2.5 ms as plain rows and 0.9 unfolded by the engine; function_minutes 4.2, 1.9, and 0.2 when it stays folded.
 */
export const WAYS_IN: Readonly<Record<SegmentLayout, Partial<Record<TableName, WayIn>>>> = {
  1: {
    samples: { rows: (parts) => unfold(parts, 2) },
    function_minutes: { into: 'function_minutes_rows', rows: (parts) => unfold(parts, 5) },
  },
  2: { samples: FOLDED_SAMPLES, function_minutes: { into: 'function_minutes_folded' } },
  3: { samples: FOLDED_SAMPLES, function_minutes: { into: 'function_sums' } },
};

/** A row for each place of the arrays in the last `count` fields. */
function unfold(parts: readonly Buffer[], count: number): Buffer {
  const rows: string[] = [];
  for (const folded of Buffer.concat(parts).toString('utf8').trimEnd().split('\n')) {
    const fields = folded.split('\t');
    const key = fields.slice(0, -count).join('\t');
    const columns = fields.slice(-count).map((field) => field.slice(1, -1).split(','));
    columns[0]!.forEach((_, place) => {
      rows.push(`${key}\t${columns.map((column) => column[place]).join('\t')}\n`);
    });
  }
  return Buffer.from(rows.join(''));
}

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
  addStallRows(upload, place, add);
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

/** One row for all stacks of a type and series. */
function addSampleRows({ samples }: NormalisedUpload, place: Place, add: AddRow): void {
  const { service, release, time } = place;
  for (const { type, gauge, series, endpoint, stacks, values } of samples) {
    const key = line(service, tsvText(type), release, tsvText(endpoint), tsvId(series.id), time);
    const numbers = stacks.map(({ stackNumber }) => stackNumber);
    add('samples', line(key, flag(gauge), array(numbers), array(values)));
  }
}

/** One row for all functions of an endpoint. */
function addFunctionRows(
  { functions, functionNumbers }: NormalisedUpload,
  place: Place,
  add: AddRow,
): void {
  const { service, release, instance, minute } = place;
  for (const { endpoint, functionRows, self, total, selfTicks, totalTicks } of functions) {
    const key = line(service, release, instance, minute, tsvText(endpoint));
    // In one order for all windows, so that rows look like the ones before them to the compression.
    const order = functionRows.map((_, row) => row);
    order.sort((a, b) => functionRows[a]! - functionRows[b]!);
    const ids = order.map((row) => functionNumbers[functionRows[row]!]!);
    const sums = [self, total, selfTicks, totalTicks].map((column) =>
      array(order.map((row) => column[row]!)),
    );
    add('function_minutes', line(key, array(ids), ...sums));
  }
}

function array(entries: readonly (string | number)[]): string {
  return `[${entries.join(',')}]`;
}

function addSpanRows({ spans }: NormalisedUpload, place: Place, add: AddRow): void {
  const { service, release, instance, time } = place;
  for (const { type, span, endpoint, stackNumber, value, ticks } of spans) {
    const ids = `${uuid(span.traceId)}\t${tsvId(span.spanId)}\t${tsvId(span.activeSpanId)}`;
    const names = `${tsvText(endpoint)}\t${tsvText(span.name)}\t${tsvText(type)}`;
    add('spans', line(ids, service, release, instance, names, time, stackNumber, value, ticks));
  }
}

function addStallRows({ stalls }: NormalisedUpload, place: Place, add: AddRow): void {
  const { service, release, instance } = place;
  for (const { stall, stackNumbers } of stalls) {
    const { from, durationMs, traceId, spanId, endpoint } = stall;
    const startedAt = new Date(Number(from / 1_000_000n)).toISOString().slice(0, 23);
    const ids = `${uuid(traceId ?? '0'.repeat(32))}\t${tsvId(spanId ?? '0')}`;
    const when = line(startedAt.replace('T', ' '), durationMs * 1000);
    add(
      'stalls',
      line(service, release, instance, when, ids, tsvText(endpoint), `[${stackNumbers}]`),
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
