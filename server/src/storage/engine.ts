import type { Readable } from 'node:stream';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import { ApiError } from '../errors.ts';
import type { BoundValue } from './bound-settings.ts';
import { type Cluster, localTable, onCluster } from './cluster-ddl.ts';
import { storageError } from './engine-errors.ts';
import { Slots } from './slots.ts';

export interface Query {
  /** SQL without a FORMAT. */
  readonly sql: string;
  readonly values: Readonly<Record<string, BoundValue>>;
  /** Asked to bring the tables up to date, before anything else may be asked. */
  readonly preparing?: boolean;
}

export interface Insert {
  readonly table: string;
  readonly columns: readonly string[];
  /** Whole lines in the TabSeparated format. */
  readonly tsv?: string | Buffer;
  /** Instead of lines, a block in the Native format. */
  readonly native?: Buffer;
  /** Whether each key is in the rows once, so that a table that adds up need not look for equal ones. */
  readonly isSummed?: boolean;
  /** An insert whose token the table has seen is not done again. */
  readonly token: string;
}

/** The parts of an insert, between which its rows or the name of their file go. */
export interface InsertStatement {
  readonly into: string;
  readonly settings: string;
  readonly format: string;
}

/** One client of @clickhouse/client, and how values are bound through it. */
export interface EngineClient {
  readonly client: ClickHouseClient;
  readonly bind: (values: Query['values']) => {
    readonly query_params?: Record<string, unknown>;
    readonly clickhouse_settings?: ClickHouseSettings;
  };
  /** Whether a running query stops when its signal fires; if not, its slot stays taken until it ends. */
  readonly canAbort: boolean;
  readonly insert: (statement: InsertStatement, rows: Buffer) => Promise<void>;
  /** Is told when a query or an insert has ended. */
  readonly onDone?: () => void;
}

export interface EngineClients {
  readonly readers: readonly EngineClient[]; // one per query that may run at a time
  readonly writer: EngineClient;
  /** Resolves once nothing of the engine runs any more. */
  readonly close: () => Promise<void>;
}

// A flame graph of 26 million rows takes 0.3 s and 200 MB. What takes far more would only starve the others.
const QUERY_SECONDS_MAX = 15;
const QUERY_BYTES_MAX = 2 ** 30;
const QUERY_SETTINGS: ClickHouseSettings = {
  max_execution_time: QUERY_SECONDS_MAX,
  max_memory_usage: String(QUERY_BYTES_MAX),
};

// One block per insert and partition: the token stands for blocks, so replaying must cut them alike.
//
// They are part of the statement. As settings of the client each would become a statement of its own before it on the
// embedded engine, which goes through the whole text for each of them: 1.5 ms of CPU an upload instead of 0.4 (2026-11-20).
const INSERT_SETTINGS = Object.entries({
  async_insert: 0,
  input_format_parallel_parsing: 0,
  max_insert_block_size: 10_000_000,
  min_insert_block_size_rows: 10_000_000,
  min_insert_block_size_bytes: 2 ** 31,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  // The same for rows that a view unfolds.
  max_block_size: 10_000_000,
  max_threads: 1,
})
  .map(([name, value]) => `${name} = ${value}`)
  .join(', ');

export type Outcome = 'done' | 'failed' | 'left'; // left: whoever asked is gone

/** Is told what the engine did and how long it took. */
export interface EngineObserver {
  query(seconds: number, result: Outcome): void;
  /** A query found no room in the queue. */
  refused(): void;
  insert(table: string, seconds: number, result: Outcome): void;
  /** A day of a table was removed because the disk was nearly full. */
  partitionRemoved(table: string): void;
}

/** How busy the engine is. */
export interface EngineActivity {
  readonly queries: { readonly running: number; readonly waiting: number };
  observer: EngineObserver | null;
}

/** SQL with bound values in, rows out, and inserts with a token: all that storage needs of ClickHouse. */
export class Engine implements EngineActivity {
  observer: EngineObserver | null = null;
  readonly queries: EngineActivity['queries'];
  private readonly clients: EngineClients;
  private readonly readers: Slots<EngineClient>;
  private readonly cluster: Cluster | null;
  private isReady: boolean;

  constructor(
    clients: EngineClients,
    { isReady = true, cluster = null }: { isReady?: boolean; cluster?: Cluster | null } = {},
  ) {
    this.clients = clients;
    this.isReady = isReady;
    this.cluster = cluster;
    this.readers = new Slots(clients.readers);
    this.queries = this.readers;
  }

  /** The tables are up to date: questions may be asked. */
  open(): void {
    this.isReady = true;
  }

  /** Rows of one query as arrays. UInt64 columns come as text. */
  async rows<Row extends readonly unknown[]>(query: Query, signal?: AbortSignal): Promise<Row[]> {
    const text = (await this.read(query, 'JSONCompactEachRow', signal)).toString('utf8');
    if (text === '') return [];
    return JSON.parse(`[${text.trimEnd().replaceAll('\n', ',')}]`) as Row[];
  }

  /** The same in the RowBinary format, for answers of many rows. */
  binary(query: Query, signal?: AbortSignal): Promise<Buffer> {
    return this.read(query, 'RowBinary', signal);
  }

  /** A statement without an answer, on the writing connection. */
  async command(sql: string): Promise<void> {
    await guarded(() => this.clients.writer.client.command({ query: sql }));
  }

  /** A statement that makes or changes a table, on all servers of the cluster if there is one. */
  async define(sql: string): Promise<void> {
    const statements = this.cluster === null ? [sql] : onCluster(sql, this.cluster);
    for (const statement of statements) await this.command(statement);
  }

  /** The table that holds the rows of `table` on a server. */
  rowsTable(table: string): string {
    return this.cluster === null ? table : localTable(table);
  }

  async insert({
    table,
    columns,
    tsv = '',
    native,
    isSummed = false,
    token,
  }: Insert): Promise<void> {
    const rows = native ?? Buffer.from(tsv);
    if (rows.length === 0) return;
    const { writer } = this.clients;
    const settings = `${INSERT_SETTINGS}, optimize_on_insert = ${isSummed ? 0 : 1}`;
    const timed = this.timed((seconds, result) => this.observer?.insert(table, seconds, result));
    await timed(async () => {
      await writer.insert(
        {
          into: `${table} (${columns.join(', ')})`,
          settings: `${settings}, insert_deduplication_token = '${checkedToken(token)}'`,
          format: native === undefined ? 'TabSeparated' : 'Native',
        },
        rows,
      );
      writer.onDone?.();
    });
  }

  close(): Promise<void> {
    this.readers.close();
    return this.clients.close();
  }

  private async read(
    query: Query,
    format: string,
    signal: AbortSignal | undefined,
  ): Promise<Buffer> {
    if (!this.isReady && query.preparing !== true) {
      const detail = 'ClickHouse has not answered since this server started';
      throw new ApiError('STORAGE_UNAVAILABLE', detail);
    }
    const timed = this.timed((seconds, result) => this.observer?.query(seconds, result), signal);
    try {
      return await this.readers.run(
        (client) => timed(() => answer(client, query, { format, signal })),
        signal,
      );
    } catch (error) {
      if (error instanceof ApiError && error.code === 'QUERY_BUSY') this.observer?.refused();
      throw error;
    }
  }

  /** Runs work, says how long it took, and puts its errors into the words of our catalogue. */
  private timed(report: (seconds: number, result: Outcome) => void, signal?: AbortSignal) {
    return async <T>(work: () => Promise<T>): Promise<T> => {
      const start = performance.now();
      const done = (result: Outcome) => {
        report((performance.now() - start) / 1_000, signal?.aborted ? 'left' : result);
      };
      try {
        const result = await guarded(work);
        done('done');
        return result;
      } catch (error) {
        done('failed');
        throw error;
      }
    };
  }
}

async function answer(
  { client, bind, canAbort, onDone }: EngineClient,
  { sql, values }: Query,
  { format, signal }: { readonly format: string; readonly signal: AbortSignal | undefined },
): Promise<Buffer> {
  const { query_params, clickhouse_settings } = bind(values);
  const { stream } = await client.exec({
    query: `${sql}\nFORMAT ${format}`,
    ...(query_params === undefined ? {} : { query_params }),
    clickhouse_settings: {
      ...QUERY_SETTINGS,
      output_format_json_quote_64bit_integers: 1,
      ...clickhouse_settings,
    },
    ...(canAbort && signal !== undefined ? { abort_signal: signal } : {}),
  });
  const bytes = await readAll(stream);
  onDone?.();
  return bytes;
}

/** A token is made of names of segments and tables; it stands in the statement as it is. */
function checkedToken(token: string): string {
  if (/^[\w:. -]+$/.test(token)) return token;
  throw new Error(`token ${JSON.stringify(token)} holds more than letters, digits and _:.-`);
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error);
  }
}

export async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}
