import type { ClosedWindow } from './window-sampler.ts';

/** Stands for the window of the last heap profile: nothing is known of it but that. */
export const OOM_WINDOW: Omit<ClosedWindow, 'buildCpu'> = {
  uploadId: '',
  reason: 'oom',
  fromNanos: 0n,
  toNanos: 0n,
  activity: () => ({ endpoints: [], stalls: [] }),
  processCpuNanos: 0,
  busyTicks: 0,
  coveredMs: 0,
  droppedSamples: 0,
  sampleHz: 0,
};
