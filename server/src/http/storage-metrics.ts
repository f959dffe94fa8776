import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { EngineActivity } from '../storage/engine.ts';
import type { IngestPipeline, IngestStatus } from '../storage/profile-store.ts';

const QUERY_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];
const INSERT_BUCKETS_SECONDS = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];

/** The spool as gauges, read when they are asked for. */
const SPOOL: readonly (readonly [name: string, help: string, field: keyof IngestStatus])[] = [
  ['spool_bytes', 'Bytes of accepted uploads that are not in a table yet.', 'spoolBytes'],
  ['spool_bytes_max', 'FLAMEHOUSE_SPOOL_BYTES_MAX.', 'spoolBytesMax'],
  ['spool_segments', 'Segment files that wait for their insert.', 'segments'],
  ['spool_segments_set_aside', 'Segment files that could not be inserted.', 'setAside'],
  ['disk_free_bytes', 'Free space of the data directory.', 'diskFreeBytes'],
];

/** Add what the spool holds and what the engine does to the registry. */
export function registerStorageMetrics(
  registry: Registry,
  { ingest, activity }: { readonly ingest: IngestPipeline; readonly activity: EngineActivity },
): void {
  const registers = [registry];
  for (const [name, help, field] of SPOOL) {
    new Gauge({
      name: `flamehouse_${name}`,
      help,
      registers,
      async collect() {
        this.set((await ingest.status())[field]);
      },
    });
  }
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('flamehouse_queries_running', 'Queries in the engine.', () => activity.queries.running);
  gauge('flamehouse_queries_waiting', 'Queries in the queue.', () => activity.queries.waiting);
  const refused = new Counter({
    name: 'flamehouse_queries_refused_total',
    help: 'Queries refused with QUERY_BUSY because the queue was full.',
    registers,
  });
  const queries = new Histogram({
    name: 'flamehouse_query_duration_seconds',
    help: 'Time of a query in the engine, without its wait.',
    labelNames: ['result'] as const,
    buckets: QUERY_BUCKETS_SECONDS,
    registers,
  });
  const inserts = new Histogram({
    name: 'flamehouse_insert_duration_seconds',
    help: 'Time of the insert of a segment into one table.',
    labelNames: ['table', 'result'] as const,
    buckets: INSERT_BUCKETS_SECONDS,
    registers,
  });
  const removed = new Counter({
    name: 'flamehouse_disk_partitions_removed_total',
    help: 'Days of raw rows removed before their retention ended because the disk was nearly full.',
    labelNames: ['table'] as const,
    registers,
  });
  activity.observer = {
    partitionRemoved: (table) => removed.inc({ table }),
    query: (seconds, result) => queries.observe({ result }, seconds),
    refused: () => refused.inc(),
    insert: (table, seconds, result) => inserts.observe({ table, result }, seconds),
  };
}
