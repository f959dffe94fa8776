import { PROFILE_TYPE_OF_ALIAS, parseProfileType } from '@flamehouse/proto';
import type { FastifyInstance } from 'fastify';
import { diffAnswer } from '../compare/diff-answer.ts';
import { readSide } from '../compare/side.ts';
import { ApiError } from '../errors.ts';
import { answers, documented } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';
import { type JsonSchema, type ParameterName, querySchema } from './query-schema.ts';

/** The query of every route that compares two sides, after its schema was checked. */
export interface DiffQuery {
  readonly service: string;
  readonly type: string;
  readonly base: string;
  readonly head: string;
  readonly environment?: string;
  readonly 'base.service'?: string;
  readonly 'head.service'?: string;
  readonly 'base.filter'?: string;
  readonly 'head.filter'?: string;
  readonly normalise: 'auto' | 'cores';
}

const SIDE = {
  type: 'string',
  minLength: 1,
  maxLength: 400,
  description: 'version:X, range:FROM~TO, or version:X@FROM~TO',
} as const;
const FILTER = {
  type: 'string',
  maxLength: 4_096,
  description: 'A selector for this side: version, environment, instance or endpoint, each with =',
} as const;
const SERVICE = { type: 'string', minLength: 1, maxLength: 255 } as const;

/** The parameters of two sides, and those of `names`. */
export function diffQuerySchema(names: readonly ParameterName[]): JsonSchema {
  return querySchema(['service', 'type', 'environment', ...names], {
    required: ['service', 'base', 'head'],
    add: {
      base: SIDE,
      head: SIDE,
      'base.service': { ...SERVICE, description: 'When base is another service' },
      'head.service': { ...SERVICE, description: 'When head is another service' },
      'base.filter': FILTER,
      'head.filter': FILTER,
      normalise: {
        type: 'string',
        enum: ['auto', 'cores'],
        default: 'auto',
        description: 'auto: CPU per request where requests are counted; cores: per instance',
      },
    },
  });
}

/**
 * What a query asks to compare.
 *
 * Errors  ApiError DIFF_TYPE_UNSUPPORTED, and those of `readSide`.
 */
export function readDiff(query: DiffQuery, nowMs: number) {
  const type = parseProfileType(query.type);
  if (type !== PROFILE_TYPE_OF_ALIAS.cpu) {
    throw new ApiError('DIFF_TYPE_UNSUPPORTED', `the type is ${type}`);
  }
  const sides = { base: sideOf(query, 'base', nowMs), head: sideOf(query, 'head', nowMs) };
  return { type, sides, options: { byRequest: query.normalise !== 'cores' } };
}

/** `GET /diff`: what takes more, by how much, how sure it is, and what could not have been seen. */
export function diffRoutes(app: FastifyInstance, { diffs, now }: RouteDependencies): void {
  app.get<{ Querystring: DiffQuery & { readonly limit: number } }>(
    '/diff',
    {
      schema: {
        summary: 'Compare two versions, times or services',
        description: 'docs/comparison.md describes the method and its error rates.',
        tags: ['deploys'],
        querystring: diffQuerySchema(['limit']),
        response: documented(answers.diff),
      },
    },
    async (request) => {
      const { type, sides, options } = readDiff(request.query, now());
      const result = await diffs.run(sides, options, request.signal);
      return diffAnswer(sides, result, { type, limit: request.query.limit });
    },
  );
}

function sideOf(query: DiffQuery, parameter: 'base' | 'head', nowMs: number) {
  const filter = query[`${parameter}.filter`];
  return readSide(
    {
      parameter,
      selector: query[parameter],
      service: query[`${parameter}.service`] ?? query.service,
      ...(query.environment === undefined ? {} : { environment: query.environment }),
      ...(filter === undefined ? {} : { filter }),
    },
    nowMs,
  );
}
