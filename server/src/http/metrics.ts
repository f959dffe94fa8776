import type { ServerAnswer, UploadAnswer } from '@flamehouse/proto';
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** The numbers that `/metrics` shows. Each app has its own registry, so several can live in one process. */
export interface ServerMetrics {
  readonly registry: Registry;
  countStored(answer: UploadAnswer, upload: StoredUpload): void;
  countRejected(code: string): void;
  /** The same counts, for answers of the API. */
  uploads(): ServerAnswer['uploads'];
}

export interface StoredUpload {
  readonly bytes: number; // as they came
  readonly stalls: number;
}

// From a warm lookup to the slowest query that the store allows.
const DURATION_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Make the registry with process metrics and the counters of ingest. */
export function createMetrics(): ServerMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string) =>
    new Counter({ name, help, registers: [registry] });
  const uploads = new Counter({
    name: 'flamehouse_ingest_uploads_total',
    help: 'Uploads, by result: stored, or the code of the error.',
    labelNames: ['result'] as const,
    registers: [registry],
  });
  const bytes = counter('flamehouse_ingest_bytes_total', 'Bytes of stored uploads as they came.');
  const samples = counter('flamehouse_ingest_samples_total', 'Samples of stored uploads.');
  const folded = counter('flamehouse_ingest_folded_total', 'Repairs made in stored uploads.');
  const stalls = counter('flamehouse_ingest_stalls_total', 'Event-loop stalls in stored uploads.');
  const sums = { stored: 0, bytes: 0, samples: 0 };
  const rejected: Record<string, number> = {};
  return {
    registry,
    countStored(answer, upload) {
      uploads.inc({ result: 'stored' });
      bytes.inc(upload.bytes);
      stalls.inc(upload.stalls);
      sums.stored++;
      sums.bytes += upload.bytes;
      sums.samples += answer.samples;
      samples.inc(answer.samples);
      folded.inc(answer.folded);
    },
    countRejected(code) {
      uploads.inc({ result: code });
      rejected[code] = (rejected[code] ?? 0) + 1;
    },
    uploads: () => ({ ...sums, rejected: { ...rejected } }),
  };
}

/** Measure every answer under the pattern of its route, never its URL, so the number of series stays small. */
export function registerHttpMetrics(app: FastifyInstance, metrics: ServerMetrics): void {
  const duration = new Histogram({
    name: 'flamehouse_http_request_duration_seconds',
    help: 'Time from the request to the end of its answer.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: DURATION_BUCKETS_SECONDS,
    registers: [metrics.registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    duration.observe(
      {
        method: request.method,
        route: request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched'),
        status: String(reply.statusCode),
      },
      reply.elapsedTime / 1_000,
    );
  });
}
