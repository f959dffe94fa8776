import { calleesOf, callersOf, isFunction } from '@flamehouse/proto';
import type { FastifyInstance } from 'fastify';
import { answers, documented } from './answer-schema.ts';
import { arrangeStacks, transformed, type ViewQuery } from './arrange.ts';
import type { RouteDependencies } from './dependencies.ts';
import { flamegraphAnswer } from './flamegraph-answer.ts';
import { type FunctionParams, functionParams } from './function-params.ts';
import { querySchema, SELECTION } from './query-schema.ts';
import { readSelection, type SelectionQuery } from './selection.ts';

interface SandwichQuery extends SelectionQuery {
  readonly maxNodes: number;
  readonly root?: string;
  readonly x: ViewQuery['x'];
}

const HALVES = {
  callers: { summary: 'Who called a function: the tree from it upwards', of: callersOf },
  callees: { summary: 'What a function called: the tree from it downwards', of: calleesOf },
} as const;

/**
 * `GET /functions/:id/callers` and `/callees`: the halves of a sandwich, as flame graphs whose root
 * has the function as its one child. Both come to the function's total, since a stack in which it
 * recurs counts once, from its outermost frame.
 */
export function sandwichRoutes(app: FastifyInstance, { store, now }: RouteDependencies): void {
  for (const [half, { summary, of }] of Object.entries(HALVES)) {
    app.get<{ Querystring: SandwichQuery; Params: FunctionParams }>(
      `/functions/:id/${half}`,
      {
        schema: {
          summary,
          tags: ['functions'],
          params: functionParams,
          querystring: querySchema([...SELECTION, 'x', 'maxNodes', 'root'], {
            required: ['service'],
          }),
          response: documented(answers.flamegraph),
        },
      },
      async (request) => {
        const { query, params } = request;
        const selection = readSelection(query, now());
        const stacks = await arrangeStacks(await store.selectStacks(selection, request.signal), {
          view: 'top-down',
          x: query.x,
        });
        const test = isFunction(stacks.frames, params.id);
        return flamegraphAnswer(selection, transformed(stacks, of(test)), query);
      },
    );
  }
}
