import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { SharedDiffs } from './compare/shared-diffs.ts';
import type { ServerConfig } from './config.ts';
import { DeployBook } from './deploys/deploy-book.ts';
import type { DeployJobs } from './deploys/deploy-jobs.ts';
import { registerAuth } from './http/auth.ts';
import { registerCompression } from './http/compress.ts';
import { registerDeployMetrics } from './http/deploy-metrics.ts';
import { registerDocs } from './http/docs.ts';
import { answerBrokenRequest, registerErrors, sendError, toKnown } from './http/error-handler.ts';
import { createLogger, registerRequestLog, traceIdOf } from './http/logging.ts';
import { createMetrics, registerHttpMetrics } from './http/metrics.ts';
import { registerSecurityHeaders } from './http/security.ts';
import { registerSpanMetrics } from './http/span-metrics.ts';
import { findUiDirectory, registerStaticUi } from './http/static-ui.ts';
import { registerStopping } from './http/stopping.ts';
import { registerStorageMetrics } from './http/storage-metrics.ts';
import { AJV_OPTIONS, registerValidation } from './http/validation.ts';
import { type BackupRoute, backupRoutes } from './routes/backup.ts';
import type { RouteDependencies } from './routes/dependencies.ts';
import { deploysRoutes } from './routes/deploys.ts';
import { diffRoutes } from './routes/diff.ts';
import { diffFlamegraphRoutes } from './routes/diff-flamegraph.ts';
import { endpointsRoutes } from './routes/endpoints.ts';
import { flamegraphRoutes } from './routes/flamegraph.ts';
import { functionLinesRoutes } from './routes/function-lines.ts';
import { functionSeriesRoutes } from './routes/function-series.ts';
import { functionsRoutes } from './routes/functions.ts';
import { healthRoutes } from './routes/health.ts';
import { heapGrowthRoutes } from './routes/heap-growth.ts';
import { otlpTracesRoutes } from './routes/otlp-traces.ts';
import { pickerRoutes } from './routes/pickers.ts';
import { profilesRoutes } from './routes/profiles.ts';
import { sandwichRoutes } from './routes/sandwich.ts';
import { seriesRoutes } from './routes/series.ts';
import { serverRoutes } from './routes/server.ts';
import { sessionRoutes } from './routes/session.ts';
import { spanFlamegraphRoutes } from './routes/span-flamegraph.ts';
import { stallsRoutes } from './routes/stalls.ts';
import { tracesRoutes } from './routes/traces.ts';
import type { SpanPipeline } from './spans/span-pipeline.ts';
import type { ComparisonStore } from './storage/comparison-store.ts';
import type { DeployStore } from './storage/deploy-store.ts';
import type { EngineActivity } from './storage/engine.ts';
import type { IngestPipeline, ProfileStore } from './storage/profile-store.ts';
import { SERVER_VERSION } from './version.ts';

export interface AppDependencies {
  readonly config: ServerConfig;
  readonly store: ProfileStore;
  readonly comparisons: ComparisonStore;
  readonly deploys: DeployStore;
  readonly deployBook?: DeployBook; // by default one of its own
  readonly deployJobs?: DeployJobs; // by default nothing is judged
  readonly ingest: IngestPipeline;
  readonly spans: SpanPipeline;
  readonly activity: EngineActivity;
  readonly backup: BackupRoute;
  readonly logger?: FastifyBaseLogger; // by default one on stdout at config.logLevel
  readonly now?: () => number; // epoch milliseconds
  readonly uiDirectory?: string; // by default where the built UI is found
}

// A request that sends nothing for this long holds a connection for nothing.
const CONNECTION_TIMEOUT_MS = 60_000;
// The largest upload over a slow line; without a limit, a request that never ends would hold its memory.
const REQUEST_TIMEOUT_MS = 120_000;
// Node closes idle connections after 5 s, which races with agents that upload every 15 s.
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** Assemble the server without listening, so that tests can call `app.inject()`. */
export async function buildApp(dependencies: AppDependencies): Promise<FastifyInstance> {
  const { config } = dependencies;
  const metrics = createMetrics();
  const app = Fastify({
    loggerInstance: dependencies.logger ?? createLogger(config.logLevel),
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    genReqId: (request) => requestId(request.headers['x-request-id']),
    childLoggerFactory: (logger, bindings, options, request) =>
      logger.child({ ...bindings, traceId: traceIdOf(request) }, options),
    ajv: AJV_OPTIONS,
    bodyLimit: 2 ** 20,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => sendError(reply, toKnown(error, request)),
    routerOptions: { maxParamLength: 256 },
  });
  const now = dependencies.now ?? Date.now;
  const routes = {
    config,
    store: dependencies.store,
    comparisons: dependencies.comparisons,
    diffs: new SharedDiffs(dependencies),
    deploys: dependencies.deploys,
    deployBook: dependencies.deployBook ?? new DeployBook({ store: dependencies.deploys, now }),
    deployProgress: (id: string) => dependencies.deployJobs?.progressOf(id) ?? null,
    ingest: dependencies.ingest,
    metrics,
    backup: dependencies.backup,
    now,
  };
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.removeContentTypeParser('text/plain');
  registerStopping(app);
  registerRequestLog(app);
  registerHttpMetrics(app, metrics);
  registerStorageMetrics(metrics.registry, dependencies);
  registerSpanMetrics(metrics.registry, dependencies.spans);
  if (dependencies.deployJobs !== undefined) {
    registerDeployMetrics(metrics.registry, dependencies.deployJobs);
  }
  registerErrors(app, metrics);
  registerValidation(app);
  registerCompression(app);
  await app.register(cookie);
  await registerSecurityHeaders(app);
  registerAuth(app, config);
  await registerDocs(app, SERVER_VERSION);
  await app.register(apiRoutes, { prefix: '/api/v1', ...routes });
  await app.register(async (own) =>
    otlpTracesRoutes(own, { ...routes, spans: dependencies.spans }),
  );
  healthRoutes(app, routes);
  await registerStaticUi(app, dependencies.uiDirectory ?? findUiDirectory());
  return app;
}

async function apiRoutes(
  app: FastifyInstance,
  routes: RouteDependencies & { readonly backup: BackupRoute },
): Promise<void> {
  // Answers hold a team's source paths; no cache on the way keeps them.
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  pickerRoutes(app, routes);
  seriesRoutes(app, routes);
  flamegraphRoutes(app, routes);
  functionsRoutes(app, routes);
  deploysRoutes(app, routes);
  diffRoutes(app, routes);
  diffFlamegraphRoutes(app, routes);
  sandwichRoutes(app, routes);
  functionSeriesRoutes(app, routes);
  functionLinesRoutes(app, routes);
  endpointsRoutes(app, routes);
  tracesRoutes(app, routes);
  spanFlamegraphRoutes(app, routes);
  stallsRoutes(app, routes);
  heapGrowthRoutes(app, routes);
  serverRoutes(app, routes);
  sessionRoutes(app, routes);
  backupRoutes(app, routes.backup);
  // Of its own, because it takes bodies as bytes.
  await app.register(async (own) => profilesRoutes(own, routes));
}

/** The caller's request id if it is harmless in a log line, else a new one. */
function requestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w.:-]{1,64}$/.test(header) ? header : randomUUID();
}
