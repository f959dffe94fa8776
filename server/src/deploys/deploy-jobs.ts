import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { DiffStores } from '../compare/run-diff.ts';
import type { ServerConfig } from '../config.ts';
import type { StorageLog } from '../ingest/pipeline.ts';
import type { DeployStore } from '../storage/deploy-store.ts';
import type { Progress } from './deploy-answer.ts';
import type { DeployBook } from './deploy-book.ts';
import { type DeployFacts, DeployFactsReader } from './deploy-facts.ts';
import { DeployWatch } from './deploy-watch.ts';
import { Notifier } from './notify.ts';
import type { WebhookOutcome } from './webhook.ts';

export interface DeployJobsOptions {
  readonly config: Pick<
    ServerConfig,
    'webhookUrl' | 'webhookSecret' | 'metricFunctions' | 'clickHouse' | 'dataDir'
  >;
  readonly log: StorageLog;
  readonly now: () => number;
  readonly book: DeployBook;
  readonly store: DeployStore;
  readonly stores: DiffStores;
  readonly waitsMs?: readonly number[]; // between attempts of a webhook
}

/** What runs beside the routes: deploys are found and judged, verdicts sent out, metrics kept ready. */
export class DeployJobs {
  private readonly options: DeployJobsOptions;
  private readonly facts: DeployFactsReader;
  private watch: DeployWatch | null = null;
  private notifier: Notifier | null = null;

  constructor(options: DeployJobsOptions) {
    this.options = options;
    this.facts = new DeployFactsReader(options);
  }

  /** `uiUrl` is where people reach the pages, for links in messages. */
  start(uiUrl: string): void {
    this.prepare(uiUrl).start();
  }

  /** All of it once; tests drive it by hand. */
  prepare(uiUrl: string): DeployWatch {
    const { config, log, now, book, store, stores, waitsMs } = this.options;
    const { webhookUrl: url, webhookSecret: secret } = config;
    const sharedAs = sharedName(config);
    if (url !== null) {
      const waits = waitsMs === undefined ? {} : { waitsMs };
      this.notifier = new Notifier({ url, secret, now, log, store, uiUrl, sharedAs, ...waits });
    }
    const after = [async () => this.notifier?.tick(), () => this.facts.refresh()];
    this.watch = new DeployWatch({ store, book, stores, now, log, sharedAs, after });
    return this.watch;
  }

  async stop(): Promise<void> {
    await Promise.all([this.watch?.stop(), this.notifier?.stop()]);
  }

  progressOf(id: string): Progress | null {
    return this.watch?.progressOf(id) ?? null;
  }

  /** As of the last round. */
  current(): DeployFacts {
    return this.facts.current;
  }

  webhookOutcomes(): Readonly<Partial<Record<WebhookOutcome, number>>> {
    return this.notifier?.outcomes ?? {};
  }
}

/**
 * A name that stays over restarts. Servers on one ClickHouse have a spool each, so no two are alike; the
 * embedded engine is nobody else's.
 */
function sharedName({ clickHouse, dataDir }: DeployJobsOptions['config']): string | null {
  if (clickHouse.url === null) return null;
  return createHash('sha256').update(`${hostname()}\n${dataDir}`).digest('hex').slice(0, 16);
}
