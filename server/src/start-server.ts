import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { buildApp } from './app.ts';
import type { ServerConfig } from './config.ts';
import { DeployBook } from './deploys/deploy-book.ts';
import { DeployJobs } from './deploys/deploy-jobs.ts';
import { createLogger } from './http/logging.ts';
import { createStorage } from './storage/create-storage.ts';

/** A server that listens, and how to stop it. */
export interface RunningServer {
  readonly url: string; // where it listens
  stop(): Promise<void>;
}

// Requests get most of the 10 s that DESIGN section 6 allows, the store the rest.
const DRAIN_MS = 6_000;

/** Open the store, build the app and listen. `stop` answers what is under way, then closes the store. */
export async function startServer(
  config: ServerConfig,
  options: { readonly logger?: FastifyBaseLogger } = {},
): Promise<RunningServer> {
  const logger = options.logger ?? createLogger(config.logLevel);
  const storage = await createStorage(config, { log: logger });
  try {
    const { store, comparisons, deploys, ingest, spans, backup, engine: activity } = storage;
    const now = Date.now;
    const deployBook = new DeployBook({ store: deploys, now });
    const jobs = new DeployJobs({
      config,
      log: logger,
      now,
      book: deployBook,
      store: deploys,
      stores: { store, comparisons },
    });
    const app = await buildApp({
      config,
      store,
      comparisons,
      deploys,
      deployBook,
      deployJobs: jobs,
      ingest,
      spans,
      activity,
      backup,
      logger,
    });
    await app.listen({ host: config.host, port: config.port });
    const url = urlOf(config.host, app.server.address() as AddressInfo);
    jobs.start(config.uiUrl ?? url);
    return {
      url,
      async stop() {
        const idle = jobs.stop();
        const closed = app.close();
        await Promise.race([closed, sleep(DRAIN_MS, undefined, { ref: false })]);
        app.server.closeAllConnections();
        await closed;
        await idle;
        await storage.close();
      },
    };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

function urlOf(host: string, { port }: AddressInfo): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
