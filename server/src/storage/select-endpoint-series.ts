import { type EndpointSeriesAnswer, PROFILE_TYPE_OF_ALIAS } from '@flamehouse/proto';
import type { EndpointSeriesQuery, SelectedEndpointSeries } from './detail-store.ts';
import type { Engine } from './engine.ts';
import { placeCondition } from './place-sql.ts';
import type { ProfileSelection } from './profile-store.ts';
import { selectSeries, stepCoverage, stepSeconds } from './select-series.ts';
import { epochSeconds } from './selection-sql.ts';
import type { TierChoice } from './tier.ts';

/** Requests of one endpoint in one step. */
interface RequestStep {
  readonly count: number;
  readonly errors: number;
  readonly durationMicros: number;
}

type Steps<T> = ReadonlyMap<number, T>; // start of the step, epoch ms

type Column = EndpointSeriesAnswer['series'][number]['cores'];

// 240 steps of 400 endpoints; a service that has more sends URLs.
const ROWS_MAX = 100_000;
// A window that began before the range still has requests inside it.
const LOOKBACK_MS = 60_000;

/** CPU and requests of the endpoints with most CPU, step by step. */
export async function selectEndpointSeries(
  engine: Engine,
  query: EndpointSeriesQuery,
  { choice, requestsKept }: { readonly choice: TierChoice; readonly requestsKept: boolean },
  signal?: AbortSignal,
): Promise<SelectedEndpointSeries> {
  const stepMs = stepSeconds(query.stepMs, choice.tier) * 1_000;
  const selection = { ...query, type: PROFILE_TYPE_OF_ALIAS.cpu };
  const stepped = { ...selection, stepMs, groupBy: ['endpoint'] };
  const [cpu, requests, covered] = await Promise.all([
    selectSeries(engine, stepped, choice, signal),
    requestsKept ? selectRequestSteps(engine, query, { choice, stepMs }, signal) : new Map(),
    selectCoverage(engine, selection, { choice, stepMs }, signal),
  ]);
  const cores = new Map(
    cpu.series.map(({ labels, timesMs, values }) => [
      labels['endpoint'] ?? '',
      new Map(timesMs.map((time, row) => [time, values[row]!])),
    ]),
  );
  const timesMs: number[] = [];
  const first = Math.floor(choice.range.from / stepMs) * stepMs;
  for (let time = first; time < choice.range.to; time += stepMs) timesMs.push(time);
  const names = mostCpu(cores, requests).slice(0, query.limit);
  return {
    tier: choice.tier,
    range: choice.range,
    stepMs,
    timesMs,
    series: names.map((endpoint) => ({
      endpoint,
      ...columnsOf(timesMs, covered, {
        cores: cores.get(endpoint) ?? new Map(),
        requests: requests.get(endpoint) ?? null,
      }),
    })),
  };
}

function mostCpu(
  cores: ReadonlyMap<string, Steps<number>>,
  requests: ReadonlyMap<string, Steps<RequestStep>>,
): string[] {
  const sum = (endpoint: string) =>
    [...(cores.get(endpoint)?.values() ?? [])].reduce((total, value) => total + value, 0);
  const names = [...new Set([...cores.keys(), ...requests.keys()])];
  return names.sort((a, b) => sum(b) - sum(a) || (a < b ? -1 : 1));
}

/** A step that nobody watched has no value; one that was watched and had no sample has 0 cores. */
function columnsOf(
  timesMs: readonly number[],
  covered: Steps<number>,
  of: { readonly cores: Steps<number>; readonly requests: Steps<RequestStep> | null },
): Omit<EndpointSeriesAnswer['series'][number], 'endpoint'> {
  const column = (value: (time: number, seconds: number) => number | null): Column =>
    timesMs.map((time) => {
      const seconds = covered.get(time);
      return seconds === undefined ? null : value(time, seconds);
    });
  const ofRequests = (value: (step: RequestStep, time: number, seconds: number) => number | null) =>
    column((time, seconds) =>
      of.requests === null ? null : value(of.requests.get(time) ?? NONE, time, seconds),
    );
  const coresAt = (time: number) => of.cores.get(time) ?? 0;
  return {
    cores: column(coresAt),
    requestsPerSecond: ofRequests(({ count }, _, seconds) => count / seconds),
    errorShare: ofRequests(({ count, errors }) => ratio(errors, count)),
    cpuMicrosPerRequest: ofRequests(({ count }, time, seconds) =>
      ratio(coresAt(time) * seconds * 1e6, count),
    ),
    durationMicrosMean: ofRequests(({ count, durationMicros }) => ratio(durationMicros, count)),
  };
}

const NONE: RequestStep = { count: 0, errors: 0, durationMicros: 0 };

function ratio(value: number, by: number): number | null {
  return by === 0 ? null : value / by;
}

interface Stepped {
  readonly choice: TierChoice;
  readonly stepMs: number;
}

/** Windows are spread over the steps they touch, by seconds, as CPU is. */
async function selectRequestSteps(
  engine: Engine,
  query: EndpointSeriesQuery,
  { choice, stepMs }: Stepped,
  signal?: AbortSignal,
): Promise<Map<string, Map<number, RequestStep>>> {
  const { from, to } = choice.range;
  const range = { from: from - LOOKBACK_MS, to };
  const { sql, values } = placeCondition({ ...query, range }, 'window_start');
  const rows = await engine.rows<[string, string, number, number, number]>(
    {
      sql: `SELECT endpoint, time, sum(counted * overlap / seconds), sum(failed * overlap / seconds),
    sum(took * overlap / seconds)
  FROM (
    SELECT *, toUInt64(toUInt32(window_start)) AS starts, starts + seconds AS ends,
      arrayJoin(range(intDiv(starts, {step: UInt32}) * {step: UInt32}, ends, toUInt64({step: UInt32}))) AS time,
      least(ends, time + {step: UInt32}) - greatest(starts, time) AS overlap
    FROM (
      SELECT endpoint, window_start, seconds, sum(requests.count) AS counted,
        sum(requests.errors) AS failed, sum(duration) AS took
      FROM requests WHERE ${sql} GROUP BY endpoint, window_start, seconds
    )
  )
  WHERE time >= {first: UInt32} AND time < {last: UInt32}
  GROUP BY endpoint, time LIMIT ${ROWS_MAX}`,
      values: {
        ...values,
        step: stepMs / 1_000,
        first: epochSeconds(Math.floor(from / stepMs) * stepMs),
        last: epochSeconds(to),
      },
    },
    signal,
  );
  const steps = new Map<string, Map<number, RequestStep>>();
  for (const [endpoint, time, count, errors, durationMicros] of rows) {
    const ofEndpoint = steps.get(endpoint) ?? new Map<number, RequestStep>();
    ofEndpoint.set(Number(time) * 1_000, { count, errors, durationMicros });
    steps.set(endpoint, ofEndpoint);
  }
  return steps;
}

async function selectCoverage(
  engine: Engine,
  selection: ProfileSelection,
  { choice, stepMs }: Stepped,
  signal?: AbortSignal,
): Promise<Steps<number>> {
  const { sql, values } = stepCoverage(selection, choice);
  const rows = await engine.rows<[string, number]>(
    { sql: `SELECT time, covered FROM (${sql})`, values: { ...values, step: stepMs / 1_000 } },
    signal,
  );
  return new Map(rows.map(([time, seconds]) => [Number(time) * 1_000, seconds]));
}
