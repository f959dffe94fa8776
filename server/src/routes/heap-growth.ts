import { type HeapGrowthAnswer, unitOf } from '@flamehouse/proto';
import type { FastifyInstance } from 'fastify';
import type { SelectedGrowth } from '../storage/detail-store.ts';
import { answers, documented } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';
import { querySchema, SELECTION } from './query-schema.ts';
import { readSelection, type SelectionQuery } from './selection.ts';

interface HeapGrowthQuery extends SelectionQuery {
  readonly limit: number;
  readonly offset: number;
}

/** `GET /heap/growth`: which allocation sites hold more and more memory. */
export function heapGrowthRoutes(app: FastifyInstance, { store, now }: RouteDependencies): void {
  app.get<{ Querystring: HeapGrowthQuery }>(
    '/heap/growth',
    {
      schema: {
        summary: 'Allocation sites by how fast their live memory grows',
        description:
          'The range is cut into at most 120 steps. A least-squares line goes through the means of the steps of each site that was alive in at least 8; its 95 % interval allows for steps that follow each other (Santer et al. 2000). Sites are sorted by the lower end of the slope: above 0, the site grows. Instances that come and go change sums; choose one with `instance`.',
        tags: ['heap'],
        querystring: querySchema([...SELECTION, 'limit', 'offset'], {
          required: ['service'],
          replace: { type: { type: 'string', enum: ['heap', 'heap-objects'], default: 'heap' } },
        }),
        response: documented(answers.heapGrowth),
      },
    },
    async (request) => {
      const { limit, offset } = request.query;
      const selection = readSelection(request.query, now());
      const found = await store.selectHeapGrowth({ ...selection, limit, offset }, request.signal);
      return heapGrowthAnswer(selection, found);
    },
  );
}

function heapGrowthAnswer(
  { service, type }: { readonly service: string; readonly type: string },
  found: SelectedGrowth,
): HeapGrowthAnswer {
  const { range, tier, stepMs, points, total, rows, frames, sites } = found;
  const column = (key: keyof (typeof sites)[number]['growth']) =>
    sites.map(({ growth }) => growth[key]);
  return {
    service,
    type,
    unit: unitOf(type) === 'bytes' ? 'bytes' : 'count',
    from: range.from,
    to: range.to,
    tier,
    stepMs,
    points,
    total,
    rows,
    frames,
    sites: {
      functionId: sites.map(({ functionId }) => functionId),
      stack: sites.map(({ stack }) => stack),
      start: column('start'),
      end: column('end'),
      growth: column('growth'),
      slopePerHour: column('slopePerHour'),
      slopeLowPerHour: column('slopeLowPerHour'),
      slopeHighPerHour: column('slopeHighPerHour'),
    },
  };
}
