import { describeStore } from './describe-store.ts';
import type { DetailStore, StoreFacts } from './detail-store.ts';
import type { Engine } from './engine.ts';
import type {
  FunctionSeriesQuery,
  ProfileSelection,
  ProfileStore,
  SelectedStacks,
  SeriesQuery,
} from './profile-store.ts';
import type { Retention } from './retention.ts';
import { selectAgent } from './select-agent.ts';
import {
  selectDeploys,
  selectLabels,
  selectLabelValues,
  selectProfileTypes,
  selectServices,
} from './select-catalogue.ts';
import { selectEndpointSeries } from './select-endpoint-series.ts';
import { selectEndpoints } from './select-endpoints.ts';
import { selectFunctionSamples } from './select-function-samples.ts';
import { selectHeapGrowth } from './select-heap-growth.ts';
import { selectLines } from './select-lines.ts';
import { selectFunctionSeries, selectSeries } from './select-series.ts';
import { selectSpan } from './select-span.ts';
import { selectStacks } from './select-stacks.ts';
import { selectStalls } from './select-stalls.ts';
import { selectTrace } from './select-trace.ts';
import { selectTraces } from './select-traces.ts';
import { SharedRuns } from './shared-runs.ts';
import { StackNames } from './stack-names.ts';
import { chooseTier } from './tier.ts';

export interface StoreOptions {
  readonly retention: Retention;
  readonly now: () => number;
  readonly engineKind: StoreFacts['engine']['kind'];
  readonly close: () => Promise<void>;
}

/** ProfileStore on ClickHouse, embedded or remote. */
export class ClickHouseStore implements ProfileStore {
  private readonly engine: Engine;
  private readonly options: StoreOptions;
  private readonly names: StackNames;
  private readonly stacks = new SharedRuns<SelectedStacks>();

  constructor(engine: Engine, options: StoreOptions) {
    this.engine = engine;
    this.options = options;
    this.names = new StackNames(engine);
  }

  listServices(signal?: AbortSignal) {
    return selectServices(this.engine, signal);
  }

  listProfileTypes(query: Parameters<ProfileStore['listProfileTypes']>[0], signal?: AbortSignal) {
    return selectProfileTypes(this.engine, query, signal);
  }

  listLabels(query: Parameters<ProfileStore['listLabels']>[0], signal?: AbortSignal) {
    return selectLabels(this.engine, query, signal);
  }

  listLabelValues(query: Parameters<ProfileStore['listLabelValues']>[0], signal?: AbortSignal) {
    return selectLabelValues(this.engine, query, signal);
  }

  listDeploys(query: Parameters<ProfileStore['listDeploys']>[0], signal?: AbortSignal) {
    return selectDeploys(this.engine, query, signal);
  }

  async selectStacks(query: ProfileSelection, signal?: AbortSignal) {
    const choice = chooseTier(query, this.options.retention, this.options.now());
    const reader = { engine: this.engine, names: this.names };
    return this.stacks.run(
      JSON.stringify([{ ...query, range: choice.range }, choice.tier]),
      (running) => selectStacks(reader, query, choice, running),
      signal,
    );
  }

  async selectSeries(query: SeriesQuery, signal?: AbortSignal) {
    const choice = chooseTier(query, this.options.retention, this.options.now());
    return selectSeries(this.engine, query, choice, signal);
  }

  async selectFunctionSeries(query: FunctionSeriesQuery, signal?: AbortSignal) {
    const { retention, now } = this.options;
    const choice = chooseTier(query, retention, now());
    const isCounted = now() - query.range.from <= retention.minuteMs;
    const [lines, samples] = await Promise.all([
      selectFunctionSeries(this.engine, query, choice, signal),
      isCounted ? selectFunctionSamples(this.engine, query, choice, signal) : null,
    ]);
    return { ...lines, samples };
  }

  async selectEndpoints(
    query: Parameters<DetailStore['selectEndpoints']>[0],
    signal?: AbortSignal,
  ) {
    const { retention, now } = this.options;
    const choice = chooseTier(query, retention, now());
    // Counts that begin later than the CPU they are to be divided by would mislead.
    const requestsKept = now() - query.range.from <= retention.minuteMs;
    return selectEndpoints(this.engine, query, { choice, requestsKept }, signal);
  }

  async selectEndpointSeries(
    query: Parameters<DetailStore['selectEndpointSeries']>[0],
    signal?: AbortSignal,
  ) {
    const { retention, now } = this.options;
    const choice = chooseTier(query, retention, now());
    const requestsKept = now() - query.range.from <= retention.minuteMs;
    return selectEndpointSeries(this.engine, query, { choice, requestsKept }, signal);
  }

  selectTrace(query: Parameters<DetailStore['selectTrace']>[0], signal?: AbortSignal) {
    return selectTrace(this.engine, query, signal);
  }

  async selectAgent(query: Parameters<DetailStore['selectAgent']>[0], signal?: AbortSignal) {
    const { retention, now } = this.options;
    const kept = query.range.from >= now() - retention.rawMs;
    return { ...(await selectAgent(this.engine, query, signal)), kept };
  }

  selectSpan(query: Parameters<DetailStore['selectSpan']>[0], signal?: AbortSignal) {
    return selectSpan({ engine: this.engine, names: this.names }, query, signal);
  }

  selectTraces(query: Parameters<DetailStore['selectTraces']>[0], signal?: AbortSignal) {
    return selectTraces(this.engine, query, signal);
  }

  selectStalls(query: Parameters<DetailStore['selectStalls']>[0], signal?: AbortSignal) {
    return selectStalls({ engine: this.engine, names: this.names }, query, signal);
  }

  async selectHeapGrowth(
    query: Parameters<DetailStore['selectHeapGrowth']>[0],
    signal?: AbortSignal,
  ) {
    const choice = chooseTier(query, this.options.retention, this.options.now());
    return selectHeapGrowth({ engine: this.engine, names: this.names }, query, choice, signal);
  }

  async selectLines(query: Parameters<DetailStore['selectLines']>[0], signal?: AbortSignal) {
    const choice = chooseTier(query, this.options.retention, this.options.now());
    return selectLines({ engine: this.engine, names: this.names }, query, choice, signal);
  }

  async describe() {
    const { engineKind, retention } = this.options;
    return { ...(await describeStore(this.engine, engineKind)), retention: { ...retention } };
  }

  async ping(): Promise<void> {
    await this.engine.rows({ sql: 'SELECT 1', values: {} });
  }

  close(): Promise<void> {
    return this.options.close();
  }
}
