import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Profile, sampleCount, stackOf } from '../../proto/src/index.ts';
import { type HostOptions, type HostResult, runHost } from './agent-host.ts';
import { type ReceivedUpload, type Receiver, startReceiver } from './agent-receiver.ts';

const MODULES = resolve(import.meta.dirname, '../../node_modules');

/** A sample with its labels: what the agent says of one stack in one context. */
export interface LabelledRow {
  readonly stack: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly ticks: number;
  readonly cpuNanos: number;
}

export interface AppRun {
  readonly result: HostResult;
  readonly uploads: readonly ReceivedUpload[];
  readonly rows: readonly LabelledRow[];
  /** Samples whose stack holds the function. */
  rowsOf(name: string): readonly LabelledRow[];
}

/** Run an application that can load the packages of this repository, and wait for its last window. */
export async function runApp(options: HostOptions): Promise<AppRun> {
  const directory = await mkdtemp(join(tmpdir(), 'flamehouse-app-'));
  const receiver: Receiver = await startReceiver();
  try {
    await symlink(MODULES, join(directory, 'node_modules'));
    const env = {
      FLAMEHOUSE_SERVER_URL: receiver.url,
      FLAMEHOUSE_OVERHEAD_BUDGET_PERCENT: '0',
      FLAMEHOUSE_SAMPLE_HZ: '250',
      ...options.env,
    };
    const result = await runHost({ ...options, directory, env });
    if (result.code !== 0 || result.stderr !== '') {
      throw new Error(`the host ended with ${JSON.stringify(result)}`);
    }
    await receiver.lastWindow();
    const uploads = distinctUploads(receiver.uploads);
    const rows = uploads.flatMap(({ profiles }) => labelledRows(profiles.get('cpu')!));
    return {
      result,
      uploads,
      rows,
      rowsOf: (name) => rows.filter(({ stack }) => stack.includes(name)),
    };
  } finally {
    await receiver.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** The server drops what comes twice, by the same id: an upload may time out on a busy machine. */
function distinctUploads(uploads: readonly ReceivedUpload[]): ReceivedUpload[] {
  return [...new Map(uploads.map((upload) => [upload.meta['uploadId'], upload])).values()];
}

export function labelledRows(profile: Profile): LabelledRow[] {
  const column = (type: string) => profile.sampleTypes.findIndex((one) => one.type === type);
  const value = (sample: number, type: string) =>
    Number(profile.values[sample * profile.sampleTypes.length + column(type)]);
  return Array.from({ length: sampleCount(profile) }, (_, sample) => ({
    stack: Array.from(
      stackOf(profile, sample),
      (frame) => profile.functions.name[profile.frames.func[frame]!]!,
    ),
    labels: Object.fromEntries(
      profile.labelSets[profile.labelSet[sample]!]!.map(({ key, str }) => [key, str]),
    ),
    ticks: value(sample, 'samples'),
    cpuNanos: value(sample, 'cpu'),
  }));
}

export function sumOf(rows: readonly LabelledRow[], column: 'ticks' | 'cpuNanos'): number {
  return rows.reduce((sum, row) => sum + row[column], 0);
}

/** Endpoints of all windows, summed up: endpoint -> what was counted. */
export function endpointsOf(uploads: readonly ReceivedUpload[]) {
  const sums = new Map<string, Record<string, number>>();
  for (const { meta } of uploads) {
    for (const { endpoint, ...counts } of (meta['endpoints'] ?? []) as EndpointRow[]) {
      const sum = sums.get(endpoint) ?? {};
      for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
      sums.set(endpoint, sum);
    }
  }
  return sums;
}

type EndpointRow = { readonly endpoint: string } & Record<
  'count' | 'errors' | 'durationSumNanos' | 'cpuNanos',
  number
>;
