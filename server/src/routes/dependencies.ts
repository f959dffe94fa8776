import type { SharedDiffs } from '../compare/shared-diffs.ts';
import type { ServerConfig } from '../config.ts';
import type { ProgressOf } from '../deploys/deploy-answer.ts';
import type { DeployBook } from '../deploys/deploy-book.ts';
import type { ServerMetrics } from '../http/metrics.ts';
import type { ComparisonStore } from '../storage/comparison-store.ts';
import type { DeployStore } from '../storage/deploy-store.ts';
import type { IngestPipeline, ProfileStore } from '../storage/profile-store.ts';

/** What the routes work with. Tests pass a store of their own and a clock that stands still. */
export interface RouteDependencies {
  readonly config: ServerConfig;
  readonly store: ProfileStore;
  readonly comparisons: ComparisonStore;
  readonly diffs: SharedDiffs;
  readonly deploys: DeployStore;
  readonly deployBook: DeployBook;
  readonly deployProgress: ProgressOf;
  readonly ingest: IngestPipeline;
  readonly metrics: ServerMetrics;
  readonly now: () => number; // epoch milliseconds
}
