import { join, resolve } from 'node:path';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { drainPending } from 'chdb';
import { createChdbConnection } from 'chdb/connection';
import { ApiError } from '../errors.ts';
import { boundSettings } from './bound-settings.ts';
import { Engine, type EngineClient } from './engine.ts';
import { EngineThreads } from './engine-threads.ts';
import { insertFromFiles, insertOverHttp } from './insert-rows.ts';

/** Where ClickHouse is. `url` null means the embedded engine below `dataDir`. */
export interface EngineConfig {
  readonly dataDir: string;
  readonly clickHouse: {
    readonly url: string | null;
    readonly user: string;
    readonly password: string;
    readonly database: string;
    readonly cluster?: string | null; // null or left out: one server
  };
}

/** Errors are thrown, and logged by whoever knows what they mean. */
const LOG = { level: ClickHouseLogLevel.OFF };

type Connection = NonNullable<NonNullable<Parameters<typeof createClient>[0]>['connection']>;

// A connection of the embedded engine runs one query at a time, on a thread of libuv's pool of four.
// Two for queries and one for inserts leave a thread for files, so that uploads are never answered late.
const EMBEDDED_READERS = 2;
const REMOTE_READERS = 8;
const REMOTE_TIMEOUT_MS = 30_000;
// Uploads are taken meanwhile, but only once the first attempt has failed.
const START_TIMEOUT_MS = 5_000;

/**
 * Open the engine. The embedded one has its database then; a server is not asked for anything yet.
 *
 * Errors  STORAGE_UNAVAILABLE when the directory is taken by another process.
 */
export async function openEngine(config: EngineConfig): Promise<Engine> {
  return config.clickHouse.url === null
    ? openEmbedded(config)
    : openRemote(config, config.clickHouse.url);
}

async function openEmbedded({ dataDir, clickHouse }: EngineConfig): Promise<Engine> {
  await drainPending(); // An engine that was closed a moment ago may still hold its directory.
  const path = join(dataDir, 'clickhouse');
  const clients: ClickHouseClient[] = [];
  const threads = new EngineThreads();
  const connect = async (): Promise<EngineClient> => {
    // chdb types its connection with @clickhouse/client-common, whose copy inside the client is a type of its own.
    const connection = createChdbConnection({ path }) as unknown as Connection;
    const client = createClient({ connection, log: LOG });
    clients.push(client);
    await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${clickHouse.database}` });
    await client.command({ query: `USE ${clickHouse.database}` });
    const bind = (values: Parameters<typeof boundSettings>[0]) => ({
      clickhouse_settings: boundSettings(values),
    });
    const insert = await insertFromFiles(client, resolve(dataDir, 'inserts'));
    return { client, bind, insert, canAbort: false, onDone: () => threads.giveWay() };
  };
  const close = async () => {
    await Promise.all(clients.map((client) => client.close()));
    await drainPending();
  };
  try {
    const writer = await connect();
    const readers: EngineClient[] = [];
    while (readers.length < EMBEDDED_READERS) readers.push(await connect());
    return new Engine({ writer, readers, close });
  } catch (cause) {
    await close();
    throw new ApiError('STORAGE_UNAVAILABLE', `cannot open ${path}: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** In a cluster a subquery is about all shards, and an insert is done when the rows are on theirs. */
const CLUSTER_SETTINGS = {
  distributed_product_mode: 'global',
  distributed_foreground_insert: 1,
} as const;

/**
 * Make the database of a ClickHouse server when it is missing.
 *
 * Errors  STORAGE_UNAVAILABLE when the server does not answer, with its name and without its password.
 */
export async function ensureDatabase({ clickHouse }: EngineConfig): Promise<void> {
  const { url, user: username, password, database, cluster = null } = clickHouse;
  if (url === null) return;
  const client = createClient({
    url,
    username,
    password,
    request_timeout: START_TIMEOUT_MS,
    log: LOG,
  });
  const everywhere = cluster === null ? '' : ` ON CLUSTER '${cluster}'`;
  try {
    await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}${everywhere}` });
  } catch (cause) {
    const detail = `ClickHouse at ${new URL(url).host}: ${(cause as Error).message}`;
    throw new ApiError('STORAGE_UNAVAILABLE', detail, { cause });
  } finally {
    await client.close();
  }
}

async function openRemote({ clickHouse }: EngineConfig, url: string): Promise<Engine> {
  const { user: username, password, database, cluster = null } = clickHouse;
  const options = { url, username, password, request_timeout: REMOTE_TIMEOUT_MS, log: LOG };
  const client = createClient({
    ...options,
    database,
    max_open_connections: REMOTE_READERS + 1,
    ...(cluster !== null && { clickhouse_settings: CLUSTER_SETTINGS }),
  });
  const slot: EngineClient = {
    client,
    bind: (query_params) => ({
      query_params,
      clickhouse_settings: {
        cancel_http_readonly_queries_on_client_close: 1,
        wait_end_of_query: 1, // Else an error after the first bytes would look like an answer.
      },
    }),
    insert: insertOverHttp(client),
    canAbort: true,
  };
  const clients = {
    writer: slot,
    readers: Array.from({ length: REMOTE_READERS }, () => slot),
    close: () => client.close(),
  };
  return new Engine(clients, {
    isReady: false,
    cluster: cluster === null ? null : { name: cluster, database },
  });
}
