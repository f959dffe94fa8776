import type { FastifyInstance } from 'fastify';
import { answers, documented } from './answer-schema.ts';
import { arrangeStacks, type ViewQuery } from './arrange.ts';
import type { RouteDependencies } from './dependencies.ts';
import { checkWhole, type ExportFormat, sendExport } from './export.ts';
import { flamegraphAnswer } from './flamegraph-answer.ts';
import { querySchema, SELECTION, VIEW } from './query-schema.ts';
import { readSelection, type SelectionQuery } from './selection.ts';

interface FlamegraphQuery extends SelectionQuery, ViewQuery {
  readonly maxNodes: number;
  readonly root?: string;
  readonly format: 'json' | ExportFormat;
}

/** `GET /flamegraph`: the call tree for drawing, or all stacks in the format of another tool. */
export function flamegraphRoutes(app: FastifyInstance, { store, now }: RouteDependencies): void {
  app.get<{ Querystring: FlamegraphQuery }>(
    '/flamegraph',
    {
      schema: {
        summary: 'Flame graph, or the whole profile for another tool',
        tags: ['profiles'],
        querystring: querySchema([...SELECTION, ...VIEW, 'maxNodes', 'root', 'format'], {
          required: ['service'],
        }),
        response: documented(answers.flamegraph),
      },
    },
    async (request, reply) => {
      const { query } = request;
      checkWhole(query);
      const selection = readSelection(query, now());
      const stacks = await arrangeStacks(
        await store.selectStacks(selection, request.signal),
        query,
      );
      if (query.format === 'json') return flamegraphAnswer(selection, stacks, query);
      return sendExport(reply, query.format, selection, stacks);
    },
  );
}
