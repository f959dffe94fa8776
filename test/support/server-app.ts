import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../server/src/app.ts';
import { readConfig } from '../../server/src/config.ts';
import { createLogger } from '../../server/src/http/logging.ts';
import type { ComparisonStore } from '../../server/src/storage/comparison-store.ts';
import { FakeDeployStore, fakeDeploys } from './server-fake-deploys.ts';
import { FakeSpans } from './server-fake-spans.ts';
import { FAKE_NOW_MS, FakeStore } from './server-fake-store.ts';

/** A server on a fake store, with every line that it logged. */
export interface TestApp {
  readonly app: FastifyInstance;
  readonly store: FakeStore;
  readonly deploys: FakeDeployStore;
  readonly spans: FakeSpans;
  readonly logLines: string[];
}

/** Comparisons are tested on the real engine; here they find nothing. */
const NOTHING_STORED: ComparisonStore = {
  listMinutes: async () => [],
  sumMinutes: async () => ({ cpu: [], requests: [] }),
  functionNames: async () => new Map(),
  listHeap: async () => [],
  listCosts: async () => [],
};

/** Build the server without a port. `env` holds settings, `folded` what the store answers with. */
export async function buildTestApp(
  options: {
    readonly env?: Record<string, string>;
    readonly folded?: string;
    readonly uiDirectory?: string;
    readonly comparisons?: ComparisonStore;
  } = {},
): Promise<TestApp> {
  const store = new FakeStore(options.folded);
  const deploys = new FakeDeployStore(fakeDeploys(FAKE_NOW_MS));
  const spans = new FakeSpans();
  const logLines: string[] = [];
  const app = await buildApp({
    config: readConfig(options.env ?? {}),
    store,
    comparisons: options.comparisons ?? NOTHING_STORED,
    deploys,
    ingest: store,
    spans,
    backup: null,
    activity: { queries: { running: 0, waiting: 0 }, observer: null },
    logger: createLogger('debug', { write: (line) => logLines.push(line) }),
    now: () => FAKE_NOW_MS,
    ...(options.uiDirectory === undefined ? {} : { uiDirectory: options.uiDirectory }),
  });
  return { app, store, deploys, spans, logLines };
}

/** A multipart body as an agent sends it, with its content type. */
export function multipart(
  parts: readonly {
    readonly name: string;
    readonly fileName?: string;
    readonly body: string | Uint8Array;
  }[],
): { payload: Buffer; headers: Record<string, string> } {
  const boundary = 'flamehouse-test-boundary';
  const chunks = parts.flatMap(({ name, fileName, body }) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}\r\n\r\n`,
    body,
    '\r\n',
  ]);
  return {
    payload: Buffer.concat([...chunks, `--${boundary}--\r\n`].map((chunk) => Buffer.from(chunk))),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}
