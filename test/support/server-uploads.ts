import { randomUUID } from 'node:crypto';
import { type WireInput, wireProfile } from './wire-text.ts';

/** One function, one location, so that samples can name location 1. */
const ONE_FUNCTION: WireInput = {
  functions: [{ id: 1, name: 'main', file: 'src/main.js', startLine: 1 }],
  locations: [{ id: 1, lines: [[1, 2]] }],
  samples: [{ locations: [1], values: [7_000] }],
  durationNanos: 15e9,
};

/** A pprof of one sample, with parts of it replaced. */
export function pprofWith(input: WireInput = {}): Buffer {
  return Buffer.from(wireProfile({ ...ONE_FUNCTION, ...input }).encode());
}

/** A pprof of `count` samples that hold a value and nothing else. */
export function pprofOfSamples(count: number): Buffer {
  const sample = Buffer.from([0x12, 3, 0x12, 1, 1]); // field sample { value: [1] }
  return Buffer.concat([pprofWith({ samples: [] }), Buffer.alloc(count * sample.length, sample)]);
}

const NANOS_PER_MS = 1_000_000n;

/** The part `meta` of an upload that ends now. */
export function metaOf(service: string, window: { fromMs?: number; toMs?: number } = {}) {
  const toMs = window.toMs ?? Date.now();
  return {
    uploadId: randomUUID(),
    service,
    from: String(BigInt(window.fromMs ?? toMs - 15_000) * NANOS_PER_MS),
    to: String(BigInt(toMs) * NANOS_PER_MS),
  };
}

/** A multipart upload as FormData writes it. `meta` null leaves the part out, a string is sent as it is. */
export function formOf(meta: object | string | null, profile: Buffer | null): FormData {
  const form = new FormData();
  if (meta !== null) form.append('meta', typeof meta === 'string' ? meta : JSON.stringify(meta));
  if (profile !== null) form.append('cpu', new Blob([new Uint8Array(profile)]), 'cpu.pb.gz');
  return form;
}

export interface UploadResult {
  readonly status: number;
  readonly answer: {
    readonly code?: string;
    readonly message?: string;
    readonly help?: string;
    readonly uploadId?: string;
    readonly samples?: number;
    readonly folded?: number;
    readonly warnings?: readonly string[];
  };
}

/** POST to /api/v1/profiles and read the answer, whatever its status. */
export async function postProfile(
  serverUrl: string,
  options: {
    readonly query?: string;
    readonly body?: Buffer | FormData | string;
    readonly headers?: Record<string, string>;
  },
): Promise<UploadResult> {
  const { body } = options;
  const response = await fetch(`${serverUrl}/api/v1/profiles${options.query ?? ''}`, {
    method: 'POST',
    headers: {
      ...(Buffer.isBuffer(body) ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...options.headers,
    },
    body: Buffer.isBuffer(body) ? new Uint8Array(body) : (body ?? null),
  });
  return { status: response.status, answer: await response.json() };
}
