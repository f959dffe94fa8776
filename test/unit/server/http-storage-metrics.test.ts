import { expect, test } from 'vitest';
import { createMetrics } from '../../../server/src/http/metrics.ts';
import { registerStorageMetrics } from '../../../server/src/http/storage-metrics.ts';
import type { EngineActivity } from '../../../server/src/storage/engine.ts';
import { FakeStore } from '../../support/server-fake-store.ts';

test('/metrics has the spool, the queue, and how long queries and inserts took', async () => {
  const { registry } = createMetrics();
  const ingest = new FakeStore();
  const status = await ingest.status();
  const queries = { running: 0, waiting: 0 };
  const activity: EngineActivity = { queries, observer: null };
  registerStorageMetrics(registry, { ingest, activity });
  queries.running = 2;
  queries.waiting = 7;
  activity.observer!.query(0.2, 'done');
  activity.observer!.query(3, 'left');
  activity.observer!.refused();
  activity.observer!.partitionRemoved('samples');
  activity.observer!.insert('samples', 0.02, 'failed');

  const text = await registry.metrics();
  for (const line of [
    `flamehouse_spool_bytes ${status.spoolBytes}`,
    `flamehouse_spool_segments ${status.segments}`,
    `flamehouse_spool_segments_set_aside ${status.setAside}`,
    'flamehouse_queries_running 2',
    'flamehouse_queries_waiting 7',
    'flamehouse_queries_refused_total 1',
    'flamehouse_disk_partitions_removed_total{table="samples"} 1',
    'flamehouse_query_duration_seconds_sum{result="done"} 0.2',
    'flamehouse_query_duration_seconds_count{result="left"} 1',
    'flamehouse_insert_duration_seconds_bucket{le="0.05",table="samples",result="failed"} 1',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
});
