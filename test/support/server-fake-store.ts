import {
  type FrameKind,
  frameId,
  functionId,
  parseFolded,
  type UploadAnswer,
} from '../../proto/src/index.ts';
import { ApiError } from '../../server/src/errors.ts';
import type {
  AgentQuery,
  LinesQuery,
  SpanQuery,
  TraceQuery,
  TracesQuery,
} from '../../server/src/storage/detail-store.ts';
import type {
  FunctionSeriesQuery,
  IncomingUpload,
  IngestPipeline,
  ProfileSelection,
  ProfileStore,
  SelectedStacks,
  SeriesQuery,
} from '../../server/src/storage/profile-store.ts';
import { fakeDetails, SPAN_ID, TRACE_ID } from './server-fake-details.ts';

/** When everything in the fake store happened: 2026-11-20T12:00:00Z. */
export const FAKE_NOW_MS = Date.UTC(2026, 10, 20, 12);

/**
 * Exact sums from folded text. A frame is `name`, or `name@file:line`; a file below a directory with
 * `lib` is a dependency named by its first directory, `node:` is the runtime.
 */
export function stacksFromFolded(text: string): SelectedStacks {
  const { names, stacks, values } = parseFolded(text);
  const frames = names.map((label) => {
    const match = /^(.*?)(?:@(.+?):(\d+))?$/.exec(label)!;
    const name = match[1]!;
    const file = match[2] ?? '';
    const line = Number(match[3] ?? 0);
    const dependency = /^([^/]+)\/lib\//.exec(file)?.[1];
    const kind: FrameKind =
      dependency !== undefined ? 'dependency' : file.startsWith('node:') ? 'runtime' : 'user';
    const ownId = functionId({ name, file, kind });
    return {
      id: frameId(ownId, line),
      functionId: ownId,
      name,
      file,
      package: dependency ?? (kind === 'runtime' ? 'node' : ''),
      kind,
      line,
    };
  });
  const column = <K extends keyof (typeof frames)[number]>(key: K) =>
    frames.map((frame) => frame[key]);
  return {
    range: { from: FAKE_NOW_MS - 3_600_000, to: FAKE_NOW_MS },
    tier: 'raw',
    frames: {
      id: column('id'),
      functionId: column('functionId'),
      name: column('name'),
      file: column('file'),
      package: column('package'),
      kind: column('kind'),
      line: column('line'),
    },
    stacks: stacks.map((stack) => Uint32Array.from(stack)),
    values: Float64Array.from(values),
  };
}

/** A store that answers from memory, remembers what it was asked, and fails when told to. */
export class FakeStore implements ProfileStore, IngestPipeline {
  readonly questions: unknown[] = [];
  readonly uploads: IncomingUpload[] = [];
  failure: Error | null = null;
  private readonly stacks: SelectedStacks;
  private readonly details: ReturnType<typeof fakeDetails>;

  constructor(folded = '') {
    this.stacks = stacksFromFolded(folded);
    this.details = fakeDetails(FAKE_NOW_MS, this.stacks);
  }

  async listServices() {
    this.check('services');
    return [
      {
        service: 'checkout',
        environments: ['production'],
        versions: ['1.0.0', '1.1.0'],
        lastSeen: FAKE_NOW_MS - 10_000,
        cores: 0.42,
        instances: 2,
        lastDeploy: { environment: 'production', version: '1.1.0', at: FAKE_NOW_MS - 600_000 },
      },
    ];
  }

  async listProfileTypes(query: unknown) {
    this.check(query);
    return [
      {
        type: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
        lastSeen: FAKE_NOW_MS - 10_000,
        gauge: false,
      },
      { type: 'memory:inuse_space:bytes:space:bytes', lastSeen: FAKE_NOW_MS - 20_000, gauge: true },
      {
        type: 'goroutine:goroutine:count:goroutine:count',
        lastSeen: FAKE_NOW_MS - 30_000,
        gauge: true,
      },
    ];
  }

  async listLabels(query: unknown) {
    this.check(query);
    return ['endpoint', 'region'];
  }

  async listLabelValues(query: { readonly label: string }) {
    this.check(query);
    return query.label === 'endpoint' ? ['GET /search', 'POST /checkout'] : [];
  }

  async listDeploys(query: unknown) {
    this.check(query);
    return [
      {
        service: 'checkout',
        environment: 'production',
        version: '1.1.0',
        at: FAKE_NOW_MS - 600_000,
      },
    ];
  }

  async selectStacks(query: ProfileSelection): Promise<SelectedStacks> {
    this.check(query);
    return this.stacks;
  }

  async selectSeries(query: SeriesQuery) {
    this.check(query);
    return {
      range: query.range,
      tier: 'raw' as const,
      series: [
        {
          labels: { version: '1.1.0' },
          timesMs: [FAKE_NOW_MS - 30_000, FAKE_NOW_MS - 15_000],
          values: [0.5, 0.25],
        },
      ],
    };
  }

  async selectFunctionSeries(query: FunctionSeriesQuery) {
    this.check(query);
    const of = (value: number) => {
      const timesMs = [FAKE_NOW_MS - 15_000];
      const line = { labels: { version: '1.1.0' }, timesMs, values: [value] };
      return { range: query.range, tier: 'raw' as const, series: [line] };
    };
    const minute = { from: FAKE_NOW_MS - 60_000, to: FAKE_NOW_MS };
    return { self: of(0.05), total: of(0.125), samples: { ...minute, self: 74, total: 186 } };
  }

  async selectEndpoints(query: unknown) {
    this.check(query);
    return this.details.endpoints;
  }

  /** One trace is known. */
  async selectTrace(query: TraceQuery) {
    this.check(query);
    const known = query.traceId === TRACE_ID || query.spanId === SPAN_ID;
    return known ? this.details.trace : null;
  }

  /** Only `checkout` runs under an agent. */
  async selectAgent(query: AgentQuery) {
    this.check(query);
    return query.service === 'checkout' ? this.details.agent : this.details.noAgent;
  }

  /** Its local root span has samples. */
  async selectSpan(query: SpanQuery) {
    this.check(query);
    return query.spanId === SPAN_ID ? this.details.span : null;
  }

  async selectTraces(query: TracesQuery) {
    this.check(query);
    const functionMicros = query.functionId === undefined ? null : 30_000;
    const { traces, ...counts } = this.details.traces;
    return { ...counts, traces: traces.map((one) => ({ ...one, functionMicros })) };
  }

  async selectEndpointSeries(query: unknown) {
    this.check(query);
    return this.details.endpointSeries;
  }

  async selectStalls(query: unknown) {
    this.check(query);
    return this.details.stalls;
  }

  async selectHeapGrowth(query: unknown) {
    this.check(query);
    return this.details.heapGrowth;
  }

  /** A stack runs ten lines below each definition, where one is known. */
  async selectLines(query: LinesQuery) {
    this.check(query);
    const { stacks } = this;
    const ran = (frame: number): number => (stacks.frames.line[frame] || -10) + 10;
    return {
      stacks,
      lines: stacks.stacks.map((stack) => Uint32Array.from(stack, ran)),
      releases: [
        { version: '1.0.0', revision: '' },
        { version: '1.1.0', revision: '4f2c1e9' },
      ],
    };
  }

  async describe() {
    this.check('describe');
    return this.details.facts;
  }

  async status() {
    this.check('status');
    return this.details.status;
  }

  async accept(upload: IncomingUpload): Promise<UploadAnswer> {
    this.check(upload.meta);
    this.uploads.push(upload);
    return { uploadId: upload.meta.uploadId, samples: 3, folded: 0, warnings: [] };
  }

  async ping() {
    this.check('ping');
  }

  async flush() {}
  async close() {}

  private check(question: unknown): void {
    this.questions.push(question);
    if (this.failure !== null) throw this.failure;
  }
}

/** What the storage side throws when its engine is away. */
export const storageDown = () =>
  new ApiError('STORAGE_UNAVAILABLE', 'the engine did not answer within 5 s');
