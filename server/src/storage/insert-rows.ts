import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { type EngineClient, type InsertStatement, readAll } from './engine.ts';

/** Rows behind the statement, as a server takes them over HTTP. */
export function insertOverHttp(client: ClickHouseClient): EngineClient['insert'] {
  return async ({ into, settings, format }, rows) => {
    const { stream } = await client.exec({
      query: `INSERT INTO ${into} SETTINGS ${settings} FORMAT ${format}`,
      values: Readable.from([rows], { objectMode: false }),
    });
    await readAll(stream);
  };
}

/**
 * Rows in a file that the embedded engine reads: chdb takes a statement as text only, which no binary format survives, and goes
 * through all of it on the event loop. The file never has to reach the disk, since the spool has what is in it.
 */
export async function insertFromFiles(
  client: ClickHouseClient,
  dir: string,
): Promise<EngineClient['insert']> {
  await rm(dir, { recursive: true, force: true }); // What a process left that was killed.
  await mkdir(dir, { recursive: true });
  let count = 0;
  return async (statement, rows) => {
    const path = join(dir, `${++count}.rows`);
    try {
      await writeFile(path, rows);
      await client.command({ query: fromFile(statement, path) });
    } finally {
      await rm(path, { force: true });
    }
  };
}

function fromFile({ into, settings, format }: InsertStatement, path: string): string {
  const quoted = path.replace(/['\\]/g, '\\$&');
  return `INSERT INTO ${into} FROM INFILE '${quoted}' SETTINGS ${settings} FORMAT ${format}`;
}
