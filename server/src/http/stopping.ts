import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../errors.ts';

// Connections that become idle after the close began are looked for this often.
const SWEEP_MS = 100;

/**
 * Once the server is told to close, finish what is under way, answer what still arrives in our own
 * shape, and let no open connection hold the end up.
 *
 * Fastify's own answer is 503 as well, but without a code; its option return503OnClosing is off for this.
 */
export function registerStopping(app: FastifyInstance): void {
  let stopping = false;
  let sweep: NodeJS.Timeout | undefined;
  const open = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  const closeIdle = () => {
    app.server.closeIdleConnections();
    // Clients open connections ahead of need, and node does not count one without a request as idle.
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  };
  app.addHook('preClose', async () => {
    stopping = true;
    closeIdle();
    sweep = setInterval(closeIdle, SWEEP_MS);
  });
  app.addHook('onClose', async () => clearInterval(sweep));
  app.addHook('onRequest', async () => {
    if (stopping) throw new ApiError('SERVER_STOPPING', 'the server is being stopped');
  });
  app.addHook('onSend', async (_request, reply) => {
    if (stopping) reply.header('connection', 'close');
  });
}
