import { setTimeout as sleep } from 'node:timers/promises';
import { quantiles } from '../ingest/measure.ts';
import type { UploadMix } from '../ingest/mix.ts';
import { Sender } from '../ingest/sender.ts';
import type { BenchServer } from '../server-run.ts';

export interface QuestionMeasured {
  readonly question: string;
  readonly range: string;
  readonly bytes: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly cpuMs: number; // of the server, by question; says nothing while uploads arrive
}

export interface Ingested {
  readonly uploads: number;
  readonly refused: number;
  readonly acknowledgedMs: ReturnType<typeof quantiles>;
  readonly drainSeconds: number; // from the last answer until all is in the tables
}

/** Question -> path and query, but for the range. */
function questions(service: string, functionId: string, toMs: number): readonly [string, string][] {
  const of = (path: string, rest = '') => `/api/v1/${path}?service=${service}${rest}`;
  return [
    ['services', '/api/v1/services'],
    ['profile-types', of('profile-types')],
    ['labels', of('labels')],
    ['label values', of('labels/instance/values')],
    ['series', of('series', '&type=cpu')],
    ['series by endpoint', of('series', '&type=cpu&groupBy=endpoint')],
    ['flamegraph of CPU', of('flamegraph', '&type=cpu')],
    ['flamegraph of the heap', of('flamegraph', '&type=heap')],
    ['flamegraph of one endpoint', of('flamegraph', '&type=cpu&endpoint=GET%20%2Fcart')],
    ['functions', of('functions', '&type=cpu')],
    ['series of a function', of(`functions/${functionId}/series`, '&type=cpu')],
    ['callers', of(`functions/${functionId}/callers`, '&type=cpu')],
    ['callees', of(`functions/${functionId}/callees`, '&type=cpu')],
    ['endpoints', of('endpoints')],
    ['stalls', of('stalls')],
    ['traces', of('traces')],
    ['heap-growth', of('heap/growth')],
    ['server', '/api/v1/server'],
    ['deploys', of('deploys')],
    [
      'diff of two half hours',
      of('diff', `&type=cpu&base=range:${halfHour(toMs, 2)}&head=range:${halfHour(toMs, 1)}`),
    ],
  ];
}

function halfHour(toMs: number, back: number): string {
  return `${toMs - back * HALF_HOUR_MS}~${toMs - (back - 1) * HALF_HOUR_MS}`;
}

const HALF_HOUR_MS = 1_800_000;
const WITHOUT_RANGE = new Set(['services', 'server', 'diff of two half hours']);

/** Ask everything for every range, one question at a time. The first answer of each is not counted. */
export async function askAll(
  server: BenchServer,
  options: {
    readonly service: string;
    readonly ranges: readonly [string, number][];
    readonly toMs: number;
    readonly runs: number;
    readonly only?: string;
  },
): Promise<QuestionMeasured[]> {
  const { service, ranges, toMs, runs, only = '' } = options;
  const functionId = await heaviestFunction(server, service, toMs);
  const measured: QuestionMeasured[] = [];
  for (const [question, path] of questions(service, functionId, toMs)) {
    if (!question.includes(only)) continue;
    for (const [range, lengthMs] of WITHOUT_RANGE.has(question) ? [['', 0] as const] : ranges) {
      const join = path.includes('?') ? '&' : '?';
      const when = lengthMs === 0 ? '' : `${join}from=${toMs - lengthMs}&to=${toMs}`;
      const times: number[] = [];
      let bytes = 0;
      let before = 0;
      for (let run = 0; run <= runs; run++) {
        if (run === 1) before = server.usage().cpuMs;
        const start = performance.now();
        bytes = (await bodyOf(`${server.url}${path}${when}`)).length;
        if (run > 0) times.push(performance.now() - start);
      }
      const { p50, p95 } = quantiles(times);
      const cpuMs = (server.usage().cpuMs - before) / runs;
      measured.push({ question, range, bytes, p50Ms: p50, p95Ms: p95, cpuMs });
    }
  }
  return measured;
}

const WARM_UP_MS = 5_000;

/** The same while uploads arrive. */
export async function askUnderIngest(
  server: BenchServer,
  mix: UploadMix,
  perSecond: number,
  ask: () => Promise<QuestionMeasured[]>,
): Promise<{ readonly questions: QuestionMeasured[]; readonly ingested: Ingested }> {
  let over = false;
  const latencies: number[] = [];
  let refused = 0;
  const start = performance.now();
  let counted = false;
  let next = 0;
  const send = async () => {
    const sender = await Sender.open(server.url);
    while (!over) {
      const dueMs = start + (next++ / perSecond) * 1_000;
      await sleep(Math.max(0, dueMs - performance.now()));
      const { status, latencyMs } = await sender.post(mix.body(Date.now()), mix.contentType, dueMs);
      if (status !== 200) refused++;
      else if (counted) latencies.push(latencyMs);
      if (status === 0) break;
    }
    sender.close();
  };
  const senders = Promise.all(Array.from({ length: 16 }, send));
  await sleep(WARM_UP_MS); // A server that has just started compiles its code for the first uploads.
  counted = true;
  const questions = await ask().finally(() => {
    over = true;
    return senders;
  });
  const endMs = performance.now();
  await server.drained();
  const drainSeconds = (performance.now() - endMs) / 1_000;
  const acknowledgedMs = quantiles(latencies);
  return {
    questions,
    ingested: { uploads: latencies.length, refused, acknowledgedMs, drainSeconds },
  };
}

/** The end of the rows of `service`, which are whole hours. */
export async function endOfRows(server: BenchServer, service: string): Promise<number> {
  const path = `/api/v1/profile-types?service=${service}&from=now-7d`;
  const { profileTypes } = JSON.parse((await bodyOf(server.url + path)).toString()) as {
    profileTypes: { lastSeen: number }[];
  };
  return Math.ceil(profileTypes[0]!.lastSeen / HOUR_MS) * HOUR_MS;
}

const HOUR_MS = 3_600_000;

async function bodyOf(url: string): Promise<Buffer> {
  const response = await fetch(url);
  const body = Buffer.from(await response.arrayBuffer());
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${body}`);
  return body;
}

/** A function whose series and callers are many. */
async function heaviestFunction(
  server: BenchServer,
  service: string,
  toMs: number,
): Promise<string> {
  const path = `/api/v1/functions?service=${service}&type=cpu&from=${toMs - 3_600_000}&to=${toMs}&limit=1&sort=total`;
  const { functions } = JSON.parse((await bodyOf(server.url + path)).toString()) as {
    functions: { id: string[] };
  };
  return functions.id[0]!;
}
