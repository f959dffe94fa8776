import type { FastifyInstance } from 'fastify';
import { diffFlamegraph } from '../compare/diff-flamegraph.ts';
import { documented } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';
import { type DiffQuery, diffQuerySchema, readDiff } from './diff.ts';
import { diffFlamegraphAnswer } from './diff-flamegraph-schema.ts';

/** `GET /diff/flamegraph`: the tree to the table of `GET /diff`. */
export function diffFlamegraphRoutes(
  app: FastifyInstance,
  { diffs, now }: RouteDependencies,
): void {
  app.get<{ Querystring: DiffQuery & { readonly maxNodes: number } }>(
    '/diff/flamegraph',
    {
      schema: {
        summary: 'Both sides of a comparison as one call tree',
        description:
          'Numbers are those of /diff, with what moved all functions alike taken out. docs/comparison.md describes the method.',
        tags: ['deploys'],
        querystring: diffQuerySchema(['maxNodes']),
        response: documented(diffFlamegraphAnswer),
      },
    },
    async (request) => {
      const { type, sides, options } = readDiff(request.query, now());
      const result = await diffs.run(sides, options, request.signal);
      return diffFlamegraph(sides, result, { type, maxNodes: request.query.maxNodes });
    },
  );
}
