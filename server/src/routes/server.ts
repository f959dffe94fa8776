import type { ServerAnswer } from '@flamehouse/proto';
import type { FastifyInstance } from 'fastify';
import { SERVER_VERSION } from '../version.ts';
import { answers, documented } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';
import { querySchema } from './query-schema.ts';

/** `GET /server`: what the server keeps, and how full it is. */
export function serverRoutes(app: FastifyInstance, dependencies: RouteDependencies): void {
  const { store, ingest, metrics, now } = dependencies;
  const startedAt = now();
  app.get(
    '/server',
    {
      schema: {
        summary: 'Version, engine, retention, disk, tables, spool and uploads of the server',
        tags: ['server'],
        querystring: querySchema([]),
        response: documented(answers.server),
      },
    },
    async (): Promise<ServerAnswer> => {
      const [{ engine, tables, dataBytes, retention }, status] = await Promise.all([
        store.describe(),
        ingest.status(),
      ]);
      return {
        version: SERVER_VERSION,
        startedAt,
        engine,
        retention,
        disk: {
          freeBytes: status.diskFreeBytes,
          totalBytes: status.diskTotalBytes,
          freeBytesMin: status.diskFreeBytesMin,
          dataBytes,
        },
        tables,
        spool: {
          bytes: status.spoolBytes,
          bytesMax: status.spoolBytesMax,
          segments: status.segments,
          setAside: status.setAside,
        },
        uploads: metrics.uploads(),
      };
    },
  );
}
