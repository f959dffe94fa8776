import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../errors.ts';
import { documented } from './answer-schema.ts';

/** Makes a backup; null when the engine is a ClickHouse server. */
export type BackupRoute = (() => Promise<Readable>) | null;

/** `POST /admin/backup`: the whole store as a tar archive. Whoever may read everything may take it. */
export function backupRoutes(app: FastifyInstance, backup: BackupRoute): void {
  app.post(
    '/admin/backup',
    {
      schema: {
        summary: 'Backup of the store, as `flamehouse restore` takes it',
        tags: ['server'],
        produces: ['application/x-tar'],
        response: documented({ type: 'string', format: 'binary' }),
      },
    },
    async (_request, reply) => {
      if (backup === null) {
        const detail = 'the tables are in a ClickHouse server: use its BACKUP statement';
        throw new ApiError('BACKUP_NOT_EMBEDDED', detail);
      }
      return reply.type('application/x-tar').send(await backup());
    },
  );
}
