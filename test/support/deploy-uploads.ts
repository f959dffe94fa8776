import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { encodeProfile, ProfileBuilder, systemNameOf } from '../../proto/src/index.ts';
import { multipart } from './server-app.ts';
import { AGENT_CPU } from './server-upload.ts';

const FUNCTIONS = 40;
const TICK_MICROS = 10_000;
const REQUESTS_PER_MINUTE = 600;
const ENDPOINT = 'GET /search';
/** The function that `dearer` makes dearer; about a tenth of the service. */
export const CHANGED = 'rankProducts';

/** One instance of one version, reporting a minute at a time. */
export interface SimulatedRun {
  readonly service: string;
  readonly version: string;
  readonly instance: string;
  readonly firstMinuteMs: number;
  readonly minutes: number;
  readonly dearer: number; // factor on the ticks of CHANGED
  readonly seed: number;
  readonly ofAgent?: string; // name of a function that is the agent's own
  readonly heapBytes?: number; // live heap; left out, no heap profile
  readonly startedMinutesBefore?: number; // age of the process at its first minute; left out, an hour
}

/** Uploads as an agent would send them: requests of one endpoint, a flat set of functions, noise by seed. */
export function simulateRun(run: SimulatedRun): ReturnType<typeof multipart>[] {
  const random = generator(run.seed);
  const machine = 1 + 0.02 * (random() - 0.5); // one process is a little dearer than another
  return Array.from({ length: run.minutes }, (_, minute) => {
    const fromMs = run.firstMinuteMs + minute * 60_000;
    const builder = new ProfileBuilder(AGENT_CPU);
    const frame = (name: string, startLine: number) =>
      builder.frame({
        name,
        file: `src/${name}.js`,
        systemName: systemNameOf(
          name === run.ofAgent
            ? { kind: 'dependency', package: '@flamehouse/agent' }
            : { kind: 'user', package: '' },
        ),
        startLine,
        line: 0,
      });
    const handler = frame('handleSearch', 1);
    let busyTicks = 0;
    for (let i = 0; i < FUNCTIONS; i++) {
      const changed = i === 3;
      const expected = (1500 / (i + 4)) * (changed ? run.dearer : 1) * machine;
      const ticks = Math.max(1, Math.round(expected + Math.sqrt(expected) * 2 * (random() - 0.5)));
      busyTicks += ticks;
      const nanos = ticks * TICK_MICROS * 1000;
      builder.addSample(
        [handler, frame(changed ? CHANGED : `work${i}`, i + 2)],
        [ticks, nanos, nanos],
        [{ key: 'endpoint', str: ENDPOINT, num: null, numUnit: '' }],
      );
    }
    return body(run, { fromMs, busyTicks }, builder);
  });
}

function body(
  run: SimulatedRun,
  { fromMs, busyTicks }: { readonly fromMs: number; readonly busyTicks: number },
  builder: ProfileBuilder,
): ReturnType<typeof multipart> {
  const fromNanos = BigInt(fromMs) * 1_000_000n;
  const profile = builder.build({
    timeNanos: fromNanos,
    durationNanos: 60_000_000_000n,
    periodType: { type: 'wall', unit: 'nanoseconds' },
    period: TICK_MICROS * 1000,
  });
  const cpuNanos = busyTicks * TICK_MICROS * 1000;
  const meta = {
    uploadId: randomUUID(),
    service: run.service,
    version: run.version,
    environment: 'test',
    instance: run.instance,
    from: String(fromNanos),
    to: String(fromNanos + 60_000_000_000n),
    runtime: { name: 'nodejs', version: '20.20.2' },
    processStartedAt: run.firstMinuteMs - (run.startedMinutesBefore ?? 60) * 60_000,
    processCpuNanos: cpuNanos,
    busyTicks,
    coveredMs: 60_000,
    endpoints: [
      {
        endpoint: ENDPOINT,
        count: REQUESTS_PER_MINUTE,
        errors: 0,
        durationSumNanos: 1_000_000_000,
        cpuNanos,
      },
    ],
    agent: {
      version: '0.1.0',
      cpuNanos: 0,
      longestPauseMicros: 0,
      rssBytes: 0,
      droppedUploads: 0,
      droppedSamples: 0,
      sampleHz: 99,
    },
  };
  return multipart([
    { name: 'meta', body: JSON.stringify(meta) },
    { name: 'cpu', fileName: 'cpu.pb.gz', body: gzipSync(encodeProfile(profile)) },
    ...(run.heapBytes === undefined ? [] : [heapPart(run.heapBytes, fromNanos)]),
  ]);
}

function heapPart(bytes: number, timeNanos: bigint) {
  const type = { type: 'inuse_space', unit: 'bytes' };
  const builder = new ProfileBuilder([type]);
  const systemName = systemNameOf({ kind: 'user', package: '' });
  const place = { file: 'src/cache.js', systemName, startLine: 1, line: 0 };
  builder.addSample([builder.frame({ name: 'fillCache', ...place })], [bytes], []);
  const profile = builder.build({
    timeNanos,
    durationNanos: 60_000_000_000n,
    periodType: { type: 'space', unit: 'bytes' },
    period: 524_288,
  });
  return { name: 'heap', fileName: 'heap.pb.gz', body: gzipSync(encodeProfile(profile)) };
}

/** A linear congruential generator: 0 to 1, the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
