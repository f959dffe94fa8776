import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  encodeProfile,
  type FrameInput,
  type Label,
  ProfileBuilder,
  type ValueType,
} from '../../../proto/src/index.ts';
import { Random } from '../verdict/random.ts';
import { type Recorded, readRecorded, serviceStacks } from './recorded.ts';

/** DESIGN 13: 70 % with about 200 rows, 25 % with 400, 5 % with 1,300 of spans. A sample makes a row of CPU and one of wall. */
const MIX = [
  { share: 14, samples: 100, spans: false },
  { share: 5, samples: 200, spans: false },
  { share: 1, samples: 650, spans: true },
] as const;
const HEAP_SAMPLES = 30;
const ENDPOINTS = ['GET /cart', 'POST /checkout', 'GET /search', 'GET /product/:id', 'GET /'];
const WINDOW_NANOS = 15_000_000_000n;
const TICK_NANOS = 10_101_010;
const BOUNDARY = 'flamehouse-bench-7f3a';

const CPU_TYPES: readonly ValueType[] = [
  { type: 'samples', unit: 'count' },
  { type: 'wall', unit: 'nanoseconds' },
  { type: 'cpu', unit: 'nanoseconds' },
];
const HEAP_TYPES: readonly ValueType[] = [
  { type: 'inuse_objects', unit: 'count' },
  { type: 'inuse_space', unit: 'bytes' },
];

export interface MixOptions {
  readonly services: number;
  readonly instances: number; // of each service
  readonly stacks: number; // distinct ones of each service
  readonly seed: number;
}

/** Profiles of one window of one instance, ready to be sent under a new id. */
interface Template {
  readonly service: string;
  readonly instance: string;
  readonly parts: Buffer; // the profiles with their part headers, and the end
}

/** Makes uploads as agents send them. Profiles are made before, so that sending them costs little. */
export class UploadMix {
  readonly contentType = `multipart/form-data; boundary=${BOUNDARY}`;
  private readonly templates: Template[] = [];
  private next = 0;

  constructor(options: MixOptions) {
    const random = new Random(options.seed);
    const recorded = readRecorded();
    for (let number = 0; number < options.services; number++) {
      const service = `service-${number}`;
      const stacks = serviceStacks(recorded, { service, count: options.stacks, random });
      for (let one = 0; one < options.instances; one++) {
        const instance = `${service}-${one}`;
        for (const { share, ...shape } of MIX) {
          for (let i = 0; i < share; i++) {
            const parts = partsOf({ ...shape, stacks, recorded, random });
            this.templates.push({ service, instance, parts });
          }
        }
      }
    }
    shuffle(this.templates, random);
  }

  /** The body of the next upload. */
  body(nowMs: number): Buffer {
    const { service, instance, parts } = this.templates[this.next++ % this.templates.length]!;
    const to = BigInt(nowMs) * 1_000_000n;
    const meta = {
      uploadId: randomUUID(),
      service,
      instance,
      from: String(to - WINDOW_NANOS),
      to: String(to),
      version: '1.4.2',
      environment: 'production',
      labels: { region: 'eu-west-1', pod: instance },
      runtime: { name: 'node', version: '24.1.0' },
      processCpuNanos: '4200000000',
      busyTicks: 400,
      coveredMs: 14_990,
      endpoints: ENDPOINTS.map((endpoint) => ({
        endpoint,
        count: 120,
        errors: 1,
        durationSumNanos: '3600000000',
        cpuNanos: '700000000',
      })),
      agent: { version: '0.1.0', cpuNanos: '40000000', sampleHz: 99 },
    };
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="meta"\r\n\r\n${JSON.stringify(meta)}\r\n`;
    return Buffer.concat([Buffer.from(head), parts]);
  }
}

interface Shape {
  readonly samples: number;
  readonly spans: boolean;
  readonly stacks: readonly (readonly FrameInput[])[];
  readonly recorded: Recorded;
  readonly random: Random;
}

function partsOf(shape: Shape): Buffer {
  const file = (name: string, bytes: Buffer) => [
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="profile"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
    bytes,
    '\r\n',
  ];
  return Buffer.concat(
    [
      ...file('cpu.pb.gz', cpuProfile(shape)),
      ...file('heap.pb.gz', heapProfile(shape)),
      `--${BOUNDARY}--\r\n`,
    ].map((part) => (typeof part === 'string' ? Buffer.from(part) : part)),
  );
}

function cpuProfile(shape: Shape): Buffer {
  const { samples, spans, recorded, random } = shape;
  const builder = new ProfileBuilder(CPU_TYPES);
  for (const stack of drawStacks(shape, samples)) {
    const cpu = recorded.cpuNanos[random.below(recorded.cpuNanos.length)]! + random.below(90_000);
    const ticks = Math.max(1, Math.round(cpu / TICK_NANOS));
    const wall = cpu + random.below(2_000_000);
    const frames = stack.map((frame) => builder.frame(frame));
    builder.addSample(frames, [ticks, wall, cpu], labelsOf(spans, random));
  }
  return packed(builder, { type: 'cpu', unit: 'nanoseconds' });
}

function heapProfile(shape: Shape): Buffer {
  const { random } = shape;
  const builder = new ProfileBuilder(HEAP_TYPES);
  for (const stack of drawStacks(shape, HEAP_SAMPLES)) {
    const objects = 1 + random.below(400);
    const frames = stack.map((frame) => builder.frame(frame));
    builder.addSample(frames, [objects, objects * (16 + random.below(2_000))]);
  }
  return packed(builder, { type: 'space', unit: 'bytes' });
}

/** So many different stacks, the first of the service's more often than the last (Zipf). */
function drawStacks({ stacks, random }: Shape, count: number): (readonly FrameInput[])[] {
  const rows = new Set<number>();
  while (rows.size < count) {
    rows.add(Math.min(stacks.length - 1, Math.floor(stacks.length ** random.uniform() - 1)));
    if (random.uniform() < 0.2) rows.add(random.below(stacks.length));
  }
  return [...rows].slice(0, count).map((row) => stacks[row]!);
}

function labelsOf(spans: boolean, random: Random): Label[] {
  const text = (key: string, str: string): Label => ({ key, str, num: null, numUnit: '' });
  const endpoint = ENDPOINTS[random.below(ENDPOINTS.length)]!;
  if (!spans) return random.uniform() < 0.8 ? [text('endpoint', endpoint)] : [];
  const ids = randomUUID().replaceAll('-', '');
  return [
    text('endpoint', endpoint),
    text('trace_id', ids),
    text('span_id', ids.slice(0, 16)),
    text('span_name', endpoint),
  ];
}

function packed(builder: ProfileBuilder, periodType: ValueType): Buffer {
  const profile = builder.build({
    timeNanos: BigInt(Date.now()) * 1_000_000n,
    durationNanos: WINDOW_NANOS,
    periodType,
    period: TICK_NANOS,
  });
  return gzipSync(encodeProfile(profile));
}

function shuffle<T>(rows: T[], random: Random): void {
  for (let i = rows.length - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [rows[i], rows[other]] = [rows[other]!, rows[i]!];
  }
}
