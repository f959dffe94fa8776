import type { FastifyInstance } from 'fastify';
import { ApiError } from '../errors.ts';
import { documented, object } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';

const status = (value: string) => object({ status: { type: 'string', enum: [value] } });

/** `/healthz` says that the process lives, `/readyz` that it can serve, `/metrics` how it does. */
export function healthRoutes(app: FastifyInstance, { store, metrics }: RouteDependencies): void {
  app.get(
    '/healthz',
    {
      config: { access: 'open' },
      schema: { summary: 'Alive', tags: ['health'], response: documented(status('alive')) },
    },
    async () => ({ status: 'alive' }),
  );
  app.get(
    '/readyz',
    {
      config: { access: 'open' },
      schema: { summary: 'Able to serve', tags: ['health'], response: documented(status('ready')) },
    },
    async (request) => {
      try {
        await store.ping();
      } catch (cause) {
        request.log.error({ err: cause }, 'the store does not answer');
        throw new ApiError('STORAGE_UNAVAILABLE', 'the store does not answer', { cause });
      }
      return { status: 'ready' };
    },
  );
  app.get(
    '/metrics',
    { schema: { summary: 'Numbers for Prometheus', tags: ['health'], produces: ['text/plain'] } },
    async (_request, reply) =>
      reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}
