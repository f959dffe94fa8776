/** Where tables of a cluster are made. */
export interface Cluster {
  readonly name: string;
  readonly database: string;
}

/**
 * A statement of a migration, for a cluster: what holds rows becomes `<table>_local`, replicated, on every shard, and the name
 * itself becomes a Distributed table over it. Views read and write the local tables: rows of a service stay on one shard.
 *
 * Errors  a statement of a form that no migration has had yet.
 * Source  https://clickhouse.com/docs/en/engines/table-engines/mergetree-family/replication, .../special/distributed
 */
export function onCluster(statement: string, cluster: Cluster): string[] {
  for (const [form, rewrite] of FORMS) {
    const match = form.exec(statement.trim());
    if (match !== null) return rewrite(match, cluster);
  }
  throw new Error(`no form of a cluster for: ${statement.trim().slice(0, 120)}`);
}

const LOCAL = '_local';

/** The table of this shard behind a name. */
export function localTable(table: string): string {
  return `${table}${LOCAL}`;
}

type Rewrite = (match: RegExpExecArray, cluster: Cluster) => string[];

const FORMS: readonly (readonly [RegExp, Rewrite])[] = [
  [
    /^CREATE TABLE IF NOT EXISTS (\w+)(\s*\(.*\)\s*)ENGINE = (\w+)(\([^)]*\))?(.*)$/s,
    ([, table, columns, engine, args = '', rest], cluster) => [
      `CREATE TABLE IF NOT EXISTS ${localTable(table!)} ${on(cluster)}${columns}ENGINE = ${replicated(engine!, args)}${rest!.replaceAll('non_replicated_deduplication_window', 'replicated_deduplication_window')}`,
      distributed(table!, cluster, columns!),
    ],
  ],
  [
    /^CREATE MATERIALIZED VIEW IF NOT EXISTS (\w+) TO (\w+) AS(.*)$/s,
    ([, view, target, select], cluster) => [
      `CREATE MATERIALIZED VIEW IF NOT EXISTS ${view} ${on(cluster)} TO ${localTable(target!)} AS${select!.replace(FROM_TABLE, (_, table) => `FROM ${localTable(table)} AS ${table}`)}`,
    ],
  ],
  [
    /^CREATE VIEW IF NOT EXISTS (\w+) AS(.*)$/s,
    ([, view, select], cluster) => [`CREATE VIEW IF NOT EXISTS ${view} ${on(cluster)} AS${select}`],
  ],
  [
    /^DROP VIEW IF EXISTS (\w+)$/,
    ([, view], cluster) => [`DROP VIEW IF EXISTS ${view} ${on(cluster)}`],
  ],
  [
    /^RENAME TABLE (\w+) TO (\w+)$/,
    ([, from, to], cluster) => [
      `DROP TABLE IF EXISTS ${from} ${on(cluster)}`,
      `RENAME TABLE IF EXISTS ${localTable(from!)} TO ${localTable(to!)} ${on(cluster)}`,
      `CREATE TABLE IF NOT EXISTS ${to} ${on(cluster)} AS ${localTable(to!)} ${engineOfDistributed(to!, cluster, 'cityHash64(service)')}`,
    ],
  ],
  [
    /^ALTER TABLE (\w+) (ADD COLUMN.*)$/s,
    ([, table, change], cluster) => [
      `ALTER TABLE ${localTable(table!)} ${on(cluster)} ${change}`,
      // A Distributed table has neither codecs nor an order of columns of its own.
      `ALTER TABLE ${table} ${on(cluster)} ${change!.replace(/ CODEC\(.*\)/s, '')}`,
    ],
  ],
  [
    /^ALTER TABLE (\w+) (.*)$/s,
    ([, table, change], cluster) => [`ALTER TABLE ${localTable(table!)} ${on(cluster)} ${change}`],
  ],
];

const FROM_TABLE = /FROM (\w+)/;

function on({ name }: Cluster): string {
  return `ON CLUSTER '${name}'`;
}

function replicated(engine: string, args: string): string {
  if (!engine.endsWith('MergeTree')) return `${engine}${args}`;
  const own = args === '' ? '' : `, ${args.slice(1, -1)}`;
  return `Replicated${engine}('/clickhouse/tables/{shard}/{database}/{table}', '{replica}'${own})`;
}

function distributed(table: string, cluster: Cluster, columns: string): string {
  return `CREATE TABLE IF NOT EXISTS ${table} ${on(cluster)} AS ${localTable(table)} ${engineOfDistributed(table, cluster, shardKey(columns))}`;
}

function engineOfDistributed(table: string, { name, database }: Cluster, key: string): string {
  return `ENGINE = Distributed('${name}', '${database}', '${localTable(table)}', ${key})`;
}

/** Samples, stacks and series of a service sit together; frames are shared by services. */
function shardKey(columns: string): string {
  const names = new Set(columns.match(/\b\w+\b/g));
  if (names.has('trace_id') && names.has('parent_span_id')) return 'cityHash64(trace_id)';
  if (names.has('service')) return 'cityHash64(service)';
  return names.has('frame_id') ? 'frame_id' : 'cityHash64(id)';
}
