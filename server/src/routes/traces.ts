import type { TraceAnswer, TracesAnswer } from '@flamehouse/proto';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../errors.ts';
import type { SelectedTrace } from '../storage/detail-store.ts';
import { answers, documented } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';
import { type FunctionParams, functionParams } from './function-params.ts';
import { PLACE, querySchema } from './query-schema.ts';
import { type PlaceQuery, readPlace } from './selection.ts';
import { readTraceId, spanParams, traceParams } from './span-params.ts';

interface TracesQueryString extends PlaceQuery {
  readonly limit: number;
}

// A screen lists tens; more examples of one thing say nothing new.
const TRACES_LIMIT = { type: 'integer', minimum: 1, maximum: 1_000, default: 20 } as const;

/**
 * `GET /traces/:traceId`, and `GET /spans/:spanId` for who knows only that: what was sampled in a
 * trace. `GET /traces` and `GET /functions/:id/traces`: which traces are worth a look.
 */
export function tracesRoutes(app: FastifyInstance, { store, now }: RouteDependencies): void {
  const tags = ['traces'];
  app.get<{ Params: { traceId: string } }>(
    '/traces/:traceId',
    {
      schema: {
        summary: 'What was sampled in a trace, span by span',
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
      if (found !== null) return traceAnswer(found);
      throw new ApiError('TRACE_NOT_SAMPLED', `no sample has trace ${request.params.traceId}`);
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
      if (found !== null) return traceAnswer(found);
      throw new ApiError('SPAN_NOT_SAMPLED', `no sample has span ${spanId}`);
    },
  );

  const querystring = querySchema([...PLACE, 'limit'], {
    required: ['service'],
    replace: { limit: TRACES_LIMIT },
  });
  const response = documented(answers.traces);
  const list = async (
    request: { readonly query: TracesQueryString; readonly signal: AbortSignal },
    functionId?: string,
  ): Promise<TracesAnswer> => {
    const { limit } = request.query;
    const place = readPlace(request.query, now());
    const ofFunction = functionId === undefined ? {} : { functionId };
    const traces = await store.selectTraces({ ...place, limit, ...ofFunction }, request.signal);
    return { service: place.service, ...place.range, traces };
  };
  app.get<{ Querystring: TracesQueryString }>(
    '/traces',
    { schema: { summary: 'The traces that used most CPU', tags, querystring, response } },
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

function traceAnswer({ spans, ...trace }: SelectedTrace): TraceAnswer {
  return {
    ...trace,
    from: Math.min(...spans.map(({ from }) => from)),
    to: Math.max(...spans.map(({ to }) => to)),
    spans,
  };
}
