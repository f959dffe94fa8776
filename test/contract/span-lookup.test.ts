import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { migrate } from '../../server/src/storage/migrate.ts';
import { migrations } from '../../server/src/storage/migrations/index.ts';
import { openEngine } from '../../server/src/storage/open-engine.ts';
import { storageSettings } from '../support/server-storage.ts';

const COLUMNS = [
  'trace_id',
  'span_id',
  'active_span_id',
  'service',
  'type',
  'window_start',
  'value',
];

test('spans that were stored before they were found by their id alone still are', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'flamehouse-test-'));
  const engine = await openEngine(storageSettings(dir));
  const insert = (span: number) =>
    engine.insert({
      table: 'spans',
      columns: COLUMNS,
      tsv: `0af76519-16cd-43dd-8448-eb211c80319c\t${span}\t${span}\tshop\tcpu\t1795176000\t7\n`,
      token: `span ${span}`,
    });
  await migrate(engine, migrations.slice(0, 1));
  await insert(5);
  await migrate(engine, migrations);
  await insert(6);
  for (const column of ['span_id', 'active_span_id']) {
    for (const span of [5, 6]) {
      const rows = await engine.rows({
        sql: `SELECT trace_id, toUInt32(sum(value)), toUInt32(sum(ticks)) FROM spans WHERE ${column} = {span: UInt64} GROUP BY trace_id`,
        values: { span },
      });
      expect(rows).toEqual([['0af76519-16cd-43dd-8448-eb211c80319c', 7, 0]]);
    }
  }
  await engine.close();
  await rm(dir, { recursive: true });
});
