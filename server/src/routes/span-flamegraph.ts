import {
  parseProfileType,
  type SimilarSpeed,
  type SpanDetailAnswer,
  type SpanScope,
} from '@flamehouse/proto';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../errors.ts';
import { answers, documented } from './answer-schema.ts';
import { arrangeStacks, type ViewQuery } from './arrange.ts';
import type { RouteDependencies } from './dependencies.ts';
import { checkWhole, type ExportFormat, sendExport } from './export.ts';
import { flamegraphAnswer } from './flamegraph-answer.ts';
import { querySchema, VIEW } from './query-schema.ts';
import { readTraceId, spanOfTraceParams } from './span-params.ts';

interface SpanQueryString extends ViewQuery {
  readonly scope: SpanScope;
  readonly aroundMs: number;
  readonly speed: SimilarSpeed;
  readonly type: string;
  readonly maxNodes: number;
  readonly root?: string;
  readonly format: 'json' | ExportFormat;
}

/** `GET /traces/:traceId/spans/:spanId/flamegraph`: a span's stacks, its subtree's, or those of spans like it. */
export function spanFlamegraphRoutes(app: FastifyInstance, { store }: RouteDependencies): void {
  app.get<{ Querystring: SpanQueryString; Params: { traceId: string; spanId: string } }>(
    '/traces/:traceId/spans/:spanId/flamegraph',
    {
      schema: {
        summary: 'Flame graph of a span, or its profile for another tool',
        tags: ['traces'],
        params: spanOfTraceParams,
        querystring: querySchema([
          'scope',
          'aroundMs',
          'speed',
          'type',
          ...VIEW,
          'maxNodes',
          'root',
          'format',
        ]),
        response: documented(answers.spanFlamegraph),
      },
    },
    async (request, reply) => {
      const { query } = request;
      checkWhole(query);
      const type = parseProfileType(query.type);
      const traceId = readTraceId(request.params.traceId);
      const spanId = request.params.spanId.toLowerCase();
      const { scope, aroundMs } = query;
      const speed = scope === 'similar' ? query.speed : 'all';
      const found = await store.selectSpan(
        { traceId, spanId, scope, type, aroundMs, speed },
        request.signal,
      );
      if (found === null) {
        const inTrace = traceId === null ? '' : ` in trace ${traceId}`;
        throw new ApiError('SPAN_NOT_SAMPLED', `nothing is known of span ${spanId}${inTrace}`);
      }
      const { span, children, samples, spans, durationMicros, similar } = found;
      const selection = { service: span.service, type };
      const stacks = await arrangeStacks(found.stacks, query);
      if (query.format !== 'json') return sendExport(reply, query.format, selection, stacks);
      const answer: SpanDetailAnswer = {
        ...(await flamegraphAnswer(selection, stacks, query)),
        traceId: span.traceId,
        spanId,
        name: span.name,
        endpoint: span.endpoint,
        version: span.version,
        scope,
        children,
        samples,
        spans,
        uncertainty: uncertaintyOf(samples, scope),
        durationMicros,
        speed,
        similar,
      };
      return answer;
    },
  );
}

// Below this a share of one half is off by more than 20 points in one of twenty cases.
const SAMPLES_ENOUGH = 20;
const Z = 1.96;

/**
 * How far a share of one half may be off, which is the worst case.
 *
 * Source  Wilson 1927, the score interval of a proportion; at one half its half-width is z / (2 sqrt(n + z^2)).
 */
function uncertaintyOf(samples: number, scope: SpanScope): SpanDetailAnswer['uncertainty'] {
  if (samples >= SAMPLES_ENOUGH) return null;
  const halfWidth = Z / (2 * Math.sqrt(samples + Z * Z));
  const points = Math.round(halfWidth * 100);
  const wider = scope === 'similar' ? 'a larger aroundMs' : 'scope=similar';
  return {
    halfWidth,
    hint: `${samples} samples: a share of 50 % may be off by ${points} points. ${wider} has more.`,
  };
}
