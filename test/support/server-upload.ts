import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  encodeProfile,
  type Label,
  ProfileBuilder,
  systemNameOf,
  type ValueType,
} from '../../proto/src/index.ts';
import type { IncomingUpload, UploadMeta } from '../../server/src/storage/profile-store.ts';

export const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
export const WALL = 'wall:wall:nanoseconds:wall:nanoseconds';
export const HEAP = 'memory:inuse_space:bytes:space:bytes';
export const ALLOC = 'memory:alloc_space:bytes:space:bytes';

const TICKS: ValueType = { type: 'samples', unit: 'count' };

/** What our agent sends of CPU: ticks, wall and CPU time. */
export const AGENT_CPU: readonly ValueType[] = [
  TICKS,
  { type: 'wall', unit: 'nanoseconds' },
  { type: 'cpu', unit: 'nanoseconds' },
];

export interface ProfileText {
  readonly types: readonly ValueType[];
  readonly period?: ValueType;
  readonly startMs: number;
  readonly durationMs: number;
  /**
   * One sample a line, root first: `main;parse | 3 30000 30000 | endpoint=GET /x, thread=worker`.
   * A frame is `name` in src/app.ts, or `name@file`, or `name@` without a file; `name@file#12` ran line 12.
   */
  readonly text: string;
}

/** A pprof.gz from text. */
export function pprof({ types, period, startMs, durationMs, text }: ProfileText): Uint8Array {
  const builder = new ProfileBuilder(types);
  for (const line of text.split('\n')) {
    const [stack = '', values = '', labels = ''] = line.split('|').map((part) => part.trim());
    if (stack === '') continue;
    builder.addSample(
      stack.split(';').map((frame) => addFrame(builder, frame)),
      values.split(/\s+/).map(Number),
      labels.split(',').flatMap(readLabel),
    );
  }
  const profile = builder.build({
    timeNanos: BigInt(startMs) * 1_000_000n,
    durationNanos: BigInt(durationMs) * 1_000_000n,
    periodType: period ?? types.at(-1)!,
    period: 10_101_010,
  });
  return gzipSync(encodeProfile(profile));
}

function addFrame(builder: ProfileBuilder, frame: string): number {
  const [name = '', place = 'src/app.ts'] = frame.split('@');
  const [file = '', line = '0'] = place.split('#');
  const systemName = file === '' ? '' : systemNameOf({ kind: 'user', package: '' });
  return builder.frame({ name, file, systemName, startLine: 1, line: Number(line) });
}

function readLabel(text: string): Label[] {
  const [key = '', ...value] = text.trim().split('=');
  return key === '' ? [] : [{ key, str: value.join('='), num: null, numUnit: '' }];
}

export const NO_META = {
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

const AGENT: NonNullable<UploadMeta['agent']> = {
  version: '0.1.0',
  cpuNanos: 3_000_000n,
  longestPauseMicros: 800,
  rssBytes: 9_000_000,
  droppedUploads: 1,
  droppedSamples: 2,
  sampleHz: 99,
};

export interface UploadText {
  readonly service: string;
  readonly startMs: number;
  readonly durationMs?: number; // 15 s
  readonly cpu?: string; // samples with ticks, wall and CPU in nanoseconds
  readonly heap?: string; // samples with bytes in use
  readonly meta?: Partial<UploadMeta>;
}

/** An upload as our agent sends it, from text. */
export function agentUpload(upload: UploadText): IncomingUpload {
  const { service, startMs, durationMs = 15_000, cpu, heap, meta } = upload;
  const profiles: Uint8Array[] = [];
  if (cpu !== undefined) profiles.push(pprof({ types: AGENT_CPU, startMs, durationMs, text: cpu }));
  if (heap !== undefined) {
    const types = [{ type: 'inuse_space', unit: 'bytes' }];
    profiles.push(pprof({ types, startMs, durationMs, text: heap }));
  }
  return {
    profiles,
    receivedAtMs: startMs + durationMs,
    meta: {
      ...NO_META,
      uploadId: randomUUID(),
      service,
      from: BigInt(startMs) * 1_000_000n,
      to: BigInt(startMs + durationMs) * 1_000_000n,
      version: '1.0.0',
      environment: 'test',
      instance: 'one',
      agent: AGENT,
      ...meta,
    },
  };
}

/** An upload of a profile by some other tool, which names no time. */
export function foreignUpload(service: string, profile: ProfileText): IncomingUpload {
  return {
    profiles: [pprof(profile)],
    receivedAtMs: profile.startMs + profile.durationMs,
    meta: { ...NO_META, uploadId: randomUUID(), service, from: null, to: null },
  };
}
