import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onCluster } from '../../server/src/storage/cluster-ddl.ts';
import { migrations } from '../../server/src/storage/migrations/index.ts';
import { openTestStorage, type TestStorage } from '../support/server-storage.ts';

const CLUSTER = { name: 'main', database: 'flamehouse' };
const statements = migrations.flatMap(({ id, statements: all }) =>
  all.map((one) => ({ id, sql: typeof one === 'string' ? one : one.sql })),
);

let storage: TestStorage;
beforeAll(async () => {
  storage = await openTestStorage();
});
afterAll(() => storage.close());

describe('the tables of a cluster', () => {
  test('are made by statements that the parser of the engine takes', async () => {
    const all = statements.flatMap(({ sql }) => onCluster(sql, CLUSTER));
    for (const sql of all) {
      expect(sql).toContain("ON CLUSTER 'main'");
      const rows = await storage.engine.rows<[string]>({
        sql: 'SELECT formatQuerySingleLine({sql: String})',
        values: { sql },
      });
      expect(rows[0]![0]).toContain('ON CLUSTER main');
    }
    expect(all.length).toBeGreaterThan(statements.length);
  });

  test('have a replicated part on each shard for every table that holds rows', async () => {
    const held = await storage.engine.rows<[string]>({
      sql: `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name != 'migrations' ORDER BY name`,
      values: {},
    });
    const all = statements.flatMap(({ sql }) => onCluster(sql, CLUSTER)).join('\n');
    for (const [name] of held) {
      const made = new RegExp(
        `CREATE TABLE IF NOT EXISTS ${name}_local |RENAME TABLE IF EXISTS \\w+ TO ${name}_local `,
      );
      expect(all).toMatch(made);
      expect(all).toContain(`'${name}_local'`); // of its Distributed table
    }
    expect(all.match(/ENGINE = (?!Replicated|Distributed|Null)\w+/g)).toBe(null);
  });

  test('are written by views that stay on their shard', () => {
    const [view] = onCluster(
      'CREATE MATERIALIZED VIEW IF NOT EXISTS a_of_b TO a AS\n SELECT b.x FROM b GROUP BY x',
      CLUSTER,
    );
    expect(view).toBe(
      "CREATE MATERIALIZED VIEW IF NOT EXISTS a_of_b ON CLUSTER 'main' TO a_local AS\n SELECT b.x FROM b_local AS b GROUP BY x",
    );
  });

  test('keep the arguments of an engine, and the window of its tokens', () => {
    const [local, distributed] = onCluster(
      'CREATE TABLE IF NOT EXISTS t (service String, n UInt64) ENGINE = SummingMergeTree((n)) ORDER BY service SETTINGS non_replicated_deduplication_window = 5',
      CLUSTER,
    );
    expect(local).toBe(
      "CREATE TABLE IF NOT EXISTS t_local ON CLUSTER 'main' (service String, n UInt64) ENGINE = ReplicatedSummingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', (n)) ORDER BY service SETTINGS replicated_deduplication_window = 5",
    );
    expect(distributed).toBe(
      "CREATE TABLE IF NOT EXISTS t ON CLUSTER 'main' AS t_local ENGINE = Distributed('main', 'flamehouse', 't_local', cityHash64(service))",
    );
  });

  test('are not guessed from a statement of an unknown form', () => {
    expect(() => onCluster('OPTIMIZE TABLE samples', CLUSTER)).toThrow('OPTIMIZE TABLE samples');
  });
});
