import type { StallsAnswer } from '@flamehouse/proto';
import type { FastifyInstance } from 'fastify';
import { answers, documented } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';
import { PLACE, querySchema } from './query-schema.ts';
import { type PlaceQuery, readPlace } from './selection.ts';

interface StallsQuery extends PlaceQuery {
  readonly limit: number;
  readonly offset: number;
}

/** `GET /stalls`: times in which an event loop did not turn, and what ran in them. */
export function stallsRoutes(app: FastifyInstance, { store, now }: RouteDependencies): void {
  app.get<{ Querystring: StallsQuery }>(
    '/stalls',
    {
      schema: {
        summary: 'Event-loop stalls, longest first, with the stacks sampled in them',
        tags: ['stalls'],
        querystring: querySchema([...PLACE, 'limit', 'offset'], {
          required: ['service'],
          replace: { limit: { type: 'integer', minimum: 1, maximum: 1_000, default: 100 } },
        }),
        response: documented(answers.stalls),
      },
    },
    async (request): Promise<StallsAnswer> => {
      const { limit, offset } = request.query;
      const place = readPlace(request.query, now());
      const found = await store.selectStalls({ ...place, limit, offset }, request.signal);
      return { ...place.range, ...found };
    },
  );
}
