import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { parseArgs } from 'node:util';
import type { ErrorAnswer } from '@flamehouse/proto';
import { readConfig } from '../config.ts';
import { reason, serverUrl } from './api-client.ts';
import { type CommandContext, EXIT, UsageError } from './command.ts';

export const BACKUP_HELP = `Usage: flamehouse backup FILE [--server URL] [--token TOKEN]

Writes the store of a running server with the embedded engine to a tar file.

  --server URL    else FLAMEHOUSE_SERVER_URL, else http://127.0.0.1:4040
  --token TOKEN   else FLAMEHOUSE_TOKEN; needs the role read
`;

export const RESTORE_HELP = `Usage: flamehouse restore FILE

Fills FLAMEHOUSE_DATA_DIR (./flamehouse-data), which must hold no store, from a backup. The server must not run.
`;

/** Ask a running server for a backup. The file has its name only when it is whole. */
export async function backup(args: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { server: { type: 'string' }, token: { type: 'string' } },
    allowPositionals: true,
  });
  const file = oneFile(positionals);
  const server = serverUrl(values.server ?? context.env['FLAMEHOUSE_SERVER_URL']);
  const body = await ask(server, values.token ?? context.env['FLAMEHOUSE_TOKEN']);
  const part = `${file}.part`;
  try {
    await pipeline(Readable.fromWeb(body), createWriteStream(part));
    const written = await open(part, 'r+');
    await written.sync().finally(() => written.close());
    await rename(part, file);
  } catch (cause) {
    await rm(part, { force: true });
    throw new UsageError(`${file} was not written: ${reason(cause)}`, { cause });
  }
  context.stdout(`${file} is written\n`);
  return EXIT.ok;
}

/** Fill the data directory from a backup. */
export async function restore(args: readonly string[], context: CommandContext): Promise<number> {
  const { positionals } = parseArgs({ args: [...args], options: {}, allowPositionals: true });
  const file = oneFile(positionals);
  const config = readConfig(context.env);
  if (config.clickHouse.url !== null) {
    throw new UsageError('CLICKHOUSE_URL is set: a backup is restored into the embedded engine');
  }
  const { restoreBackup } = await import('../storage/restore.ts');
  await restoreBackup(file, config);
  context.stdout(`${config.dataDir} is restored; start the server\n`);
  return EXIT.ok;
}

function oneFile(files: readonly string[]): string {
  if (files.length === 1) return files[0]!;
  throw new UsageError(`one file is needed, ${files.length} are named`);
}

async function ask(server: string, token: string | undefined): Promise<ReadableStream> {
  let response: Response;
  try {
    response = await fetch(`${server}/api/v1/admin/backup`, {
      method: 'POST',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
  } catch (cause) {
    throw new UsageError(`${server} does not answer: ${reason(cause)}`, { cause });
  }
  if (response.ok && response.body !== null) return response.body as ReadableStream;
  const answer = (await response.json().catch(() => null)) as ErrorAnswer | null;
  if (answer !== null) throw new UsageError(`${answer.code}: ${answer.message}\n  ${answer.help}`);
  throw new UsageError(`${server} answered ${response.status}, but is no Flamehouse server`);
}
