import type { WindowActivity } from './activity.ts';
import type { Config } from './config.ts';
import type { ClosedWindow } from './window-sampler.ts';

/** A pprof.gz of an upload. */
export interface UploadPart {
  readonly name: 'cpu' | 'heap';
  readonly pprofGz: Uint8Array;
}

/** One POST: what `meta` says, apart from the drops that are counted when it is sent, and the profiles. */
export interface Upload {
  readonly meta: UploadMeta;
  readonly parts: readonly UploadPart[];
}

/** The part `meta`, as DESIGN section 5 fixes it. Times are epoch nanoseconds as decimal strings. */
export interface UploadMeta {
  readonly uploadId: string;
  readonly service: string;
  readonly from: string;
  readonly to: string;
  readonly version?: string;
  readonly revision?: string;
  readonly environment: string;
  readonly instance: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly runtime: { readonly name: string; readonly version: string };
  readonly reason: ClosedWindow['reason'];
  readonly processStartedAt: number; // epoch milliseconds
  readonly processCpuNanos: number;
  readonly busyTicks: number;
  readonly coveredMs: number;
  readonly endpoints?: WindowActivity['endpoints'];
  readonly stalls?: WindowActivity['stalls'];
  readonly scriptsWithoutMap?: readonly string[];
  readonly agent: AgentReport;
}

/** What the agent says about itself. */
export interface AgentReport {
  readonly version: string;
  readonly cpuNanos: number;
  readonly longestPauseMicros: number;
  readonly rssBytes: number; // what the process grew by when the agent started, and what it keeps since
  readonly droppedUploads: number; // since the last upload that was sent
  readonly droppedSamples: number;
  readonly sampleHz: number;
}

export type MetaConfig = Pick<
  Config,
  'service' | 'version' | 'revision' | 'environment' | 'instance' | 'labels'
>;

export type AgentCost = Pick<
  AgentReport,
  'version' | 'cpuNanos' | 'longestPauseMicros' | 'rssBytes'
>;

/** Fill in `meta` for a window. */
export function buildMeta(
  window: Omit<ClosedWindow, 'buildCpu'>,
  config: MetaConfig,
  process: {
    readonly startedAt: number;
    readonly nodeVersion: string;
    readonly scriptsWithoutMap: readonly string[];
    readonly agent: AgentCost;
  },
): UploadMeta {
  const { endpoints, stalls } = window.activity();
  return {
    uploadId: window.uploadId,
    service: config.service,
    from: String(window.fromNanos),
    to: String(window.toNanos),
    ...(config.version === null ? {} : { version: config.version }),
    ...(config.revision === null ? {} : { revision: config.revision }),
    environment: config.environment,
    instance: config.instance,
    labels: config.labels,
    runtime: { name: 'nodejs', version: process.nodeVersion },
    reason: window.reason,
    processStartedAt: process.startedAt,
    processCpuNanos: window.processCpuNanos,
    busyTicks: window.busyTicks,
    coveredMs: window.coveredMs,
    ...(endpoints.length === 0 ? {} : { endpoints }),
    ...(stalls.length === 0 ? {} : { stalls }),
    ...(process.scriptsWithoutMap.length === 0
      ? {}
      : { scriptsWithoutMap: process.scriptsWithoutMap }),
    agent: {
      ...process.agent,
      droppedUploads: 0,
      droppedSamples: window.droppedSamples,
      sampleHz: window.sampleHz,
    },
  };
}

/** Bytes an upload holds on to while it waits. */
export function uploadBytes(upload: Upload): number {
  return upload.parts.reduce((sum, part) => sum + part.pprofGz.byteLength, 0);
}
