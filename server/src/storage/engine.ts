import { Readable } from 'node:stream';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import type { BoundValue } from './bound-settings.ts';
import { storageError } from './engine-errors.ts';
import { Slots } from './slots.ts';

export interface Query {
  /** SQL without a FORMAT. */
  readonly sql: string;
  readonly values: Readonly<Record<string, BoundValue>>;
}

export interface Insert {
  readonly table: string;
  readonly columns: readonly string[];
  /** Whole lines in the TabSeparated format. */
  readonly tsv: string | Buffer;
  /** An insert whose token the table has seen is not done again. */
  readonly token: string;
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
const INSERT_SETTINGS: ClickHouseSettings = {
  async_insert: 0,
  input_format_parallel_parsing: 0,
  max_insert_block_size: '10000000',
  min_insert_block_size_rows: '10000000',
  min_insert_block_size_bytes: String(2 ** 31),
  deduplicate_blocks_in_dependent_materialized_views: 1,
  // The same for rows that a view unfolds.
  max_block_size: '10000000',
  max_threads: 1,
};

/** SQL with bound values in, rows out, and inserts with a token: all that storage needs of ClickHouse. */
export class Engine {
  private readonly clients: EngineClients;
  private readonly readers: Slots<EngineClient>;

  constructor(clients: EngineClients) {
    this.clients = clients;
    this.readers = new Slots(clients.readers);
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

  async insert({ table, columns, tsv, token }: Insert): Promise<void> {
    if (tsv.length === 0) return;
    const result = await guarded(() =>
      this.clients.writer.client.exec({
        query: `INSERT INTO ${table} (${columns.join(', ')}) FORMAT TabSeparated`,
        values: Readable.from([tsv], { objectMode: false }),
        clickhouse_settings: { ...INSERT_SETTINGS, insert_deduplication_token: token },
      }),
    );
    await readAll(result.stream);
  }

  close(): Promise<void> {
    this.readers.close();
    return this.clients.close();
  }

  private read(query: Query, format: string, signal: AbortSignal | undefined): Promise<Buffer> {
    return this.readers.run(async ({ client, bind, canAbort }) => {
      const { query_params, clickhouse_settings } = bind(query.values);
      return guarded(async () => {
        const { stream } = await client.exec({
          query: `${query.sql}\nFORMAT ${format}`,
          ...(query_params === undefined ? {} : { query_params }),
          clickhouse_settings: {
            ...QUERY_SETTINGS,
            output_format_json_quote_64bit_integers: 1,
            ...clickhouse_settings,
          },
          ...(canAbort && signal !== undefined ? { abort_signal: signal } : {}),
        });
        return readAll(stream);
      });
    }, signal);
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error);
  }
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}
