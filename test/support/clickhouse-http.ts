import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** chdb is a dependency of the server folder; a test reaches it from there. */
const { Session } = createRequire(new URL('../../server/package.json', import.meta.url))(
  'chdb',
) as typeof import('chdb');

/** What is about HTTP and not a setting of the engine. */
const NOT_SETTINGS = new Set(['query', 'database', 'query_id', 'wait_end_of_query']);

export interface ClickHouseHttp {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * ClickHouse's HTTP interface in front of the embedded engine, as far as @clickhouse/client uses it.
 *
 * It stands in for a server where none is at hand, so that the way to a remote ClickHouse (parameters
 * in the URL, settings, insert bodies, errors by status) is run by tests. One query at a time.
 * Source  https://clickhouse.com/docs/en/interfaces/http
 */
export async function startClickHouseHttp(port = 0): Promise<ClickHouseHttp> {
  const dir = await mkdtemp(join(tmpdir(), 'flamehouse-test-'));
  const session = new Session(dir);
  let last: Promise<unknown> = Promise.resolve();
  const server = createServer((request, response) => {
    last = last.then(async () => {
      try {
        const result = await session.queryAsync(await sqlOf(request, join(dir, 'insert.rows')));
        response.end(result.bytes());
      } catch (error) {
        const { message } = error as Error;
        response.statusCode = 500;
        response.setHeader('x-clickhouse-exception-code', /Code: (\d+)/.exec(message)?.[1] ?? '0');
        response.end(message);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await last;
      session.close();
      await rm(dir, { recursive: true });
    },
  };
}

/** The statement with its database, settings and parameters before it. */
async function sqlOf(request: IncomingMessage, file: string): Promise<string> {
  const { searchParams } = new URL(request.url!, 'http://localhost');
  const body = await readBody(request);
  const statement = searchParams.get('query');
  const settings = [...searchParams]
    .filter(([name]) => !NOT_SETTINGS.has(name))
    .map(([name, value]) => `SET ${name} = '${value.replace(/['\\]/g, '\\$&')}'`);
  return [
    `USE ${searchParams.get('database') ?? 'default'}`,
    ...settings,
    statement === null ? body.toString('utf8') : await withRows(statement, body, file),
  ].join(';\n');
}

/** Rows of a binary format are read from a file, since a statement of chdb is text. */
async function withRows(statement: string, body: Buffer, file: string): Promise<string> {
  if (!statement.trimEnd().endsWith('FORMAT Native'))
    return `${statement}\n${body.toString('utf8')}`;
  await writeFile(file, body);
  return statement.replace(' SETTINGS ', ` FROM INFILE '${file}' SETTINGS `);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
