import type { FastifyInstance } from 'fastify';
import { ApiError } from '../errors.ts';

/**
 * Once the server is told to close, answer what still arrives on open connections in our own shape.
 *
 * Fastify's own answer is 503 as well, but without a code; its option return503OnClosing is off for this.
 */
export function registerStopping(app: FastifyInstance): void {
  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
  });
  app.addHook('onRequest', async () => {
    if (stopping) throw new ApiError('SERVER_STOPPING', 'the server is being stopped');
  });
}
