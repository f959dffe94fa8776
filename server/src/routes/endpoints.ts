import type { EndpointSeriesAnswer, EndpointsAnswer } from '@flamehouse/proto';
import type { FastifyInstance } from 'fastify';
import type { SelectedEndpoints } from '../storage/detail-store.ts';
import { answers, documented } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';
import { PLACE, querySchema } from './query-schema.ts';
import { type PlaceQuery, readPlace } from './selection.ts';
import { checkStep } from './series.ts';

type Row = SelectedEndpoints['endpoints'][number];

/** What rows are sorted by: largest first, and those without a value last. */
const SORTS = {
  cpu: ({ cpuMicros }: Row) => cpuMicros,
  wall: ({ wallMicros }: Row) => wallMicros,
  requests: ({ requests }: Row) => requests?.count ?? null,
  errors: ({ requests }: Row) => requests?.errors ?? null,
  perRequest: cpuPerRequest,
  duration: durationMean,
} as const;

interface EndpointsQuery extends PlaceQuery {
  readonly limit: number;
  readonly offset: number;
  readonly sort: keyof typeof SORTS | 'name';
  readonly search?: string;
}

interface EndpointSeriesQuery extends PlaceQuery {
  readonly stepMs?: number;
  readonly limit: number;
}

// A chart of more lines is not read.
const SERIES_LIMIT = { type: 'integer', minimum: 1, maximum: 50, default: 5 } as const;

/** `GET /endpoints` and `/endpoints/series`: what each route of a service costs, in all and over time. */
export function endpointsRoutes(app: FastifyInstance, { store, now }: RouteDependencies): void {
  app.get<{ Querystring: EndpointsQuery }>(
    '/endpoints',
    {
      schema: {
        summary: 'CPU, wall time, requests and errors of every endpoint',
        tags: ['endpoints'],
        querystring: querySchema([...PLACE, 'limit', 'offset', 'sort', 'search'], {
          required: ['service'],
          replace: {
            sort: { type: 'string', enum: [...Object.keys(SORTS), 'name'], default: 'cpu' },
            search: { type: 'string', maxLength: 500, description: 'Text in the endpoint' },
          },
        }),
        response: documented(answers.endpoints),
      },
    },
    async (request) => {
      const { query } = request;
      const found = await store.selectEndpoints(readPlace(query, now()), request.signal);
      return endpointsAnswer(found, query);
    },
  );
  app.get<{ Querystring: EndpointSeriesQuery }>(
    '/endpoints/series',
    {
      schema: {
        summary:
          'CPU, request rate, errors and CPU per request over time, of the costliest endpoints',
        tags: ['endpoints'],
        querystring: querySchema([...PLACE, 'stepMs', 'limit'], {
          required: ['service'],
          replace: { limit: SERIES_LIMIT },
        }),
        response: documented(answers.endpointSeries),
      },
    },
    async (request): Promise<EndpointSeriesAnswer> => {
      const place = readPlace(request.query, now());
      const stepMs = checkStep(request.query.stepMs, place.range);
      const { limit } = request.query;
      const found = await store.selectEndpointSeries({ ...place, stepMs, limit }, request.signal);
      const { range, ...series } = found;
      return { service: place.service, ...range, ...series };
    },
  );
}

function endpointsAnswer(found: SelectedEndpoints, query: EndpointsQuery): EndpointsAnswer {
  const wanted = (query.search ?? '').toLowerCase();
  const rows = found.endpoints
    .filter(({ endpoint }) => endpoint.toLowerCase().includes(wanted))
    .sort(order(query.sort));
  const page = rows.slice(query.offset, query.offset + query.limit);
  const column = <T>(pick: (row: Row) => T) => page.map(pick);
  const ofRequests = (pick: (requests: NonNullable<Row['requests']>) => number | null) =>
    column(({ requests }) => (requests === null ? null : pick(requests)));
  return {
    service: query.service,
    from: found.range.from,
    to: found.range.to,
    tier: found.tier,
    coveredSeconds: found.coveredSeconds,
    cpuMicros: found.endpoints.reduce((sum, { cpuMicros }) => sum + cpuMicros, 0),
    wallMicros: found.endpoints.reduce((sum, { wallMicros }) => sum + wallMicros, 0),
    rows: rows.length,
    endpoints: {
      endpoint: column(({ endpoint }) => endpoint),
      cpuMicros: column(({ cpuMicros }) => cpuMicros),
      wallMicros: column(({ wallMicros }) => wallMicros),
      requests: ofRequests(({ count }) => count),
      errors: ofRequests(({ errors }) => errors),
      requestsPerSecond: ofRequests(({ count }) => ratio(count, found.coveredSeconds)),
      errorShare: ofRequests(({ count, errors }) => ratio(errors, count)),
      cpuMicrosPerRequest: column(cpuPerRequest),
      durationMicrosMean: column(durationMean),
    },
  };
}

function cpuPerRequest({ cpuMicros, requests }: Row): number | null {
  return requests === null ? null : ratio(cpuMicros, requests.count);
}

function durationMean({ requests }: Row): number | null {
  return requests === null ? null : ratio(requests.durationMicros, requests.count);
}

function ratio(value: number, by: number): number | null {
  return by === 0 ? null : value / by;
}

function order(sort: EndpointsQuery['sort']): (a: Row, b: Row) => number {
  const byName = (a: Row, b: Row) => (a.endpoint < b.endpoint ? -1 : 1);
  if (sort === 'name') return byName;
  const value = SORTS[sort];
  return (a, b) => (value(b) ?? -1) - (value(a) ?? -1) || byName(a, b);
}
