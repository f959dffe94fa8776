import type {
  FoundTrace,
  FoundTracesAnswer,
  TraceAgent,
  TraceSort,
  WaterfallAnswer,
  WaterfallSpan,
} from '@flamehouse/proto';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../errors.ts';
import { traceUrl } from '../http/trace-url.ts';
import { servicesToAsk, traceAgent } from '../spans/trace-agents.ts';
import { buildWaterfall, type Waterfall, type WaterfallRow } from '../spans/waterfall.ts';
import type { SelectedTrace } from '../storage/detail-store.ts';
import { answers, documented } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';
import { type FunctionParams, functionParams } from './function-params.ts';
import { PLACE, querySchema } from './query-schema.ts';
import { type PlaceQuery, readPlace } from './selection.ts';
import { readTraceId, spanParams, traceParams } from './span-params.ts';

interface TracesQueryString extends PlaceQuery {
  readonly limit: number;
  readonly offset: number;
  readonly sort: TraceSort;
  readonly minDurationMs?: number;
  readonly maxDurationMs?: number;
  readonly minCpuMs?: number;
  readonly error?: boolean;
}

// A screen lists tens; more examples of one thing say nothing new.
const TRACES_LIMIT = { type: 'integer', minimum: 1, maximum: 1_000, default: 20 } as const;
const SORT = {
  type: 'string',
  enum: ['cpu', 'duration', 'start'],
  default: 'cpu',
  description: 'cpu and duration: largest first; start: latest first',
} as const;
const milliseconds = (description: string) => ({ type: 'number', minimum: 0, description });
const FILTERS = {
  minDurationMs: milliseconds('Spans that took at least this; exported ones only'),
  maxDurationMs: milliseconds('Spans that took at most this; exported ones only'),
  minCpuMs: milliseconds('Spans with at least this much sampled CPU'),
  error: {
    type: 'boolean',
    description: 'Only with an error, or only without; exported ones only',
  },
} as const;

/**
 * `GET /traces/:traceId`, and `GET /spans/:spanId` for who knows only that: a trace span by span.
 * `GET /traces` and `GET /functions/:id/traces`: which traces are worth a look.
 */
export function tracesRoutes(
  app: FastifyInstance,
  { store, config, now }: RouteDependencies,
): void {
  const { traceUrlTemplate } = config;
  const answer = async (found: SelectedTrace, signal: AbortSignal): Promise<WaterfallAnswer> => {
    const waterfall = buildWaterfall(found);
    const agents = await Promise.all(
      servicesToAsk(waterfall.spans).map(async (asked) =>
        traceAgent(asked, await store.selectAgent(asked, signal), now()),
      ),
    );
    return traceAnswer({ found, waterfall, agents }, traceUrlTemplate);
  };
  const tags = ['traces'];
  app.get<{ Params: { traceId: string } }>(
    '/traces/:traceId',
    {
      schema: {
        summary: 'A trace, span by span: what was sampled, and what was exported',
        tags,
        params: traceParams,
        querystring: querySchema([]),
        response: documented(answers.trace),
      },
    },
    async (request) => {
      const traceId = readTraceId(request.params.traceId);
      const found =
        traceId === null
          ? null
          : await store.selectTrace({ traceId, spanId: null }, request.signal);
      if (found !== null) return answer(found, request.signal);
      throw new ApiError(
        'TRACE_NOT_SAMPLED',
        `nothing is known of trace ${request.params.traceId}`,
      );
    },
  );
  app.get<{ Params: { spanId: string } }>(
    '/spans/:spanId',
    {
      schema: {
        summary: 'The trace that a span is in, by the id of the span alone',
        tags,
        params: spanParams,
        querystring: querySchema([]),
        response: documented(answers.trace),
      },
    },
    async (request) => {
      const spanId = request.params.spanId.toLowerCase();
      const found = await store.selectTrace({ traceId: null, spanId }, request.signal);
      if (found !== null) return answer(found, request.signal);
      throw new ApiError('SPAN_NOT_SAMPLED', `nothing is known of span ${spanId}`);
    },
  );

  const querystring = querySchema([...PLACE, 'limit', 'offset', 'sort'], {
    required: ['service'],
    replace: { limit: TRACES_LIMIT, sort: SORT },
    add: FILTERS,
  });
  const response = documented(answers.traces);
  const list = async (
    request: { readonly query: TracesQueryString; readonly signal: AbortSignal },
    functionId?: string,
  ): Promise<FoundTracesAnswer> => {
    const { query } = request;
    const place = readPlace(query, now());
    const { limit, offset, sort } = query;
    const ofFunction = functionId === undefined ? {} : { functionId };
    const found = await store.selectTraces(
      { ...place, ...filtersOf(query), ...ofFunction, limit, offset, sort },
      request.signal,
    );
    const { rows, exported } = found;
    const traces = found.traces.map((trace): FoundTrace => {
      return { ...trace, url: traceUrl(traceUrlTemplate, trace) };
    });
    return { service: place.service, ...place.range, sort, rows, exported, traces };
  };
  app.get<{ Querystring: TracesQueryString }>(
    '/traces',
    {
      schema: { summary: 'Requests by CPU, duration, error or time', tags, querystring, response },
    },
    (request) => list(request),
  );
  app.get<{ Querystring: TracesQueryString; Params: FunctionParams }>(
    '/functions/:id/traces',
    {
      schema: {
        summary: 'Example traces of a function, those with most CPU in it first',
        tags,
        params: functionParams,
        querystring,
        response,
      },
    },
    (request) => list(request, request.params.id),
  );
}

function filtersOf({ minDurationMs, maxDurationMs, minCpuMs, error }: TracesQueryString) {
  return {
    ...(minDurationMs === undefined ? {} : { minDurationMicros: minDurationMs * 1_000 }),
    ...(maxDurationMs === undefined ? {} : { maxDurationMicros: maxDurationMs * 1_000 }),
    ...(minCpuMs === undefined ? {} : { minCpuMicros: minCpuMs * 1_000 }),
    ...(error === undefined ? {} : { error }),
  };
}

// A waterfall of more spans is not read; the answer says how many there are.
const SPANS_MAX = 1_000;

function traceAnswer(
  parts: {
    readonly found: SelectedTrace;
    readonly waterfall: Waterfall;
    readonly agents: readonly TraceAgent[];
  },
  template: string | null,
): WaterfallAnswer {
  const { found, waterfall, agents } = parts;
  const { traceId, samples, cpuMicros, wallMicros, exported, cut } = found;
  const { spans: all, missing } = waterfall;
  const withUrl = (row: WaterfallRow): WaterfallSpan => ({ ...row, url: traceUrl(template, row) });
  const rows = all.length + cut;
  const incomplete =
    exported.length === 0
      ? 'no-otlp'
      : rows > SPANS_MAX
        ? 'too-many'
        : missing > 0
          ? 'spans-missing'
          : null;
  const times = {
    from: least(all.map(({ from }) => from)),
    to: most(all.map(({ to }) => to)),
  };
  return {
    traceId,
    ...times,
    ...{ samples, cpuMicros, wallMicros, rows },
    ...extentOf(exported),
    complete: incomplete === null,
    incomplete,
    missing,
    services: [...new Set(all.map(({ service }) => service))],
    agents,
    url: traceUrl(template, { ...all[0]!, ...times }),
    spans: all.slice(0, SPANS_MAX).map(withUrl),
  };
}

function extentOf(
  exported: SelectedTrace['exported'],
): Pick<WaterfallAnswer, 'startMicros' | 'durationMicros'> {
  if (exported.length === 0) return { startMicros: null, durationMicros: null };
  const startMicros = least(exported.map((span) => span.startMicros));
  const end = most(exported.map((span) => span.startMicros + span.durationMicros));
  return { startMicros, durationMicros: end - startMicros };
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}
