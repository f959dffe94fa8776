import type { Upload } from '../../agent/src/upload.ts';

/** A small upload with a number to tell it by. */
export function uploadOf(number: number, bytes = 10): Upload {
  return {
    meta: {
      uploadId: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      service: 'shop',
      from: '1700000000000000000',
      to: '1700000015000000000',
      environment: 'test',
      instance: 'web-1',
      labels: {},
      runtime: { name: 'nodejs', version: '24.0.0' },
      reason: 'periodic',
      processStartedAt: 1_700_000_000_000,
      processCpuNanos: 0,
      busyTicks: 0,
      coveredMs: 15_000,
      agent: {
        version: '0.1.0',
        cpuNanos: 0,
        longestPauseMicros: 0,
        rssBytes: 0,
        droppedUploads: 0,
        droppedSamples: 0,
        sampleHz: 99,
      },
    },
    parts: [{ name: 'cpu', pprofGz: new Uint8Array(bytes).fill(number) }],
  };
}

/** The number an upload was made with. */
export function numberOf({ meta }: Upload): number {
  return Number(meta.uploadId.slice(-12));
}
