import type { FastifyInstance } from 'fastify';
import { answers, documented } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';
import { type FunctionParams, functionParams } from './function-params.ts';
import { linesAnswer } from './lines-answer.ts';
import { querySchema, SELECTION } from './query-schema.ts';
import { readSelection, type SelectionQuery } from './selection.ts';

/** `GET /functions/:id/lines`: the file of a function, line by line. */
export function functionLinesRoutes(
  app: FastifyInstance,
  { config, store, now }: RouteDependencies,
): void {
  app.get<{ Querystring: SelectionQuery; Params: FunctionParams }>(
    '/functions/:id/lines',
    {
      schema: {
        summary: 'Self and total by definition and line of the file that a function is in',
        tags: ['functions'],
        params: functionParams,
        querystring: querySchema(SELECTION, { required: ['service'] }),
        response: documented(answers.functionLines),
      },
    },
    async (request) => {
      const selection = readSelection(request.query, now());
      const functionId = request.params.id;
      const found = await store.selectLines({ ...selection, functionId }, request.signal);
      return linesAnswer(selection, found, { functionId, template: config.sourceUrlTemplate });
    },
  );
}
