import type { FastifyInstance } from 'fastify';
import { answers, documented } from './answer-schema.ts';
import { arrangeStacks, type ViewQuery } from './arrange.ts';
import type { RouteDependencies } from './dependencies.ts';
import { type FunctionsOptions, functionsAnswer } from './functions-answer.ts';
import { querySchema, SELECTION, VIEW } from './query-schema.ts';
import { readSelection, type SelectionQuery } from './selection.ts';

/** `GET /functions`: the exact table, however much a drawing is pruned. */
export function functionsRoutes(app: FastifyInstance, { store, now }: RouteDependencies): void {
  app.get<{ Querystring: SelectionQuery & ViewQuery & FunctionsOptions }>(
    '/functions',
    {
      schema: {
        summary: 'Self and total of every function or package',
        tags: ['profiles'],
        querystring: querySchema(
          [...SELECTION, ...VIEW, 'limit', 'offset', 'sort', 'search', 'groupBy'],
          {
            required: ['service'],
            replace: { groupBy: { type: 'string', enum: ['package'] } },
          },
        ),
        response: documented(answers.functions),
      },
    },
    async (request) => {
      const selection = readSelection(request.query, now());
      // The table is the same from either end, so only the steps count.
      const view: ViewQuery = { view: 'top-down', x: request.query.x };
      const stacks = await arrangeStacks(await store.selectStacks(selection, request.signal), view);
      return functionsAnswer(selection, stacks, request.query);
    },
  );
}
