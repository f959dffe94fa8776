import { tsvId, tsvMap, tsvText } from '../storage/tsv.ts';
import type { SeriesRow } from './label-rows.ts';
import type { NormalisedUpload } from './normalise.ts';
import type { FrameRow, StackRow } from './stack-cache.ts';

/** The tables whose rows are text: those that get a few of them with an upload. */
export const TEXT_COLUMNS = {
  frames: ['frame_id', 'function_id', 'name', 'package', 'file', 'line', 'kind', 'seen'],
  stacks: ['service', 'stack_id', 'frames', 'lines', 'seen'],
  series: ['service', 'series_id', 'labels', 'month', 'first_seen', 'last_seen'],
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
} as const;

export type TextTable = keyof typeof TEXT_COLUMNS;

/** What segments of before layout 4 have as text, with what differs between rows as arrays at the end. */
export const FOLDED_COLUMNS = {
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

/** A row for each place of the arrays in the last `count` fields. */
export function unfold(folded: Buffer, count: number): Buffer {
  const rows: string[] = [];
  for (const line of folded.toString('utf8').trimEnd().split('\n')) {
    const fields = line.split('\t');
    const key = fields.slice(0, -count).join('\t');
    const columns = fields.slice(-count).map((field) => field.slice(1, -1).split(','));
    columns[0]!.forEach((_, place) => {
      rows.push(`${key}\t${columns.map((column) => column[place]).join('\t')}\n`);
    });
  }
  return Buffer.from(rows.join(''));
}

export type AddRow = (table: TextTable, row: string) => void;

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
