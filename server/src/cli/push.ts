import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { ErrorAnswer, UploadAnswer } from '@flamehouse/proto';
import { reason, serverUrl } from './api-client.ts';
import { type CommandContext, EXIT, UsageError } from './command.ts';

export const PUSH_HELP = `Usage: flamehouse push --service NAME [options] FILE...

Uploads pprof files, gzip or not, made by any tool.

  --service NAME        required
  --version VERSION     what ran: a release or a commit
  --environment NAME    such as production
  --instance NAME       which process it was
  --label KEY=VALUE     may be repeated
  --from TIME --to TIME the time that the profile covers; left out, the profile's own
  --server URL          else FLAMEHOUSE_SERVER_URL, else http://127.0.0.1:4040
  --token TOKEN         else FLAMEHOUSE_TOKEN; needs the role ingest

Exit code: 0 all files are stored, 1 the server rejected one, 2 it could not run.
`;

const OPTIONS = {
  service: { type: 'string' },
  version: { type: 'string' },
  environment: { type: 'string' },
  instance: { type: 'string' },
  label: { type: 'string', multiple: true },
  from: { type: 'string' },
  to: { type: 'string' },
  server: { type: 'string' },
  token: { type: 'string' },
} as const;

// An upload is answered after one fsync; a server that takes longer is as good as away.
const TIMEOUT_MS = 60_000;

/** Upload files one after the other and say what was stored of each. */
export async function push(args: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  });
  if (values.service === undefined) throw new UsageError('--service is missing');
  if (positionals.length === 0) throw new UsageError('no file is named');
  const server = serverUrl(values.server ?? context.env['FLAMEHOUSE_SERVER_URL']);
  const token = values.token ?? context.env['FLAMEHOUSE_TOKEN'];
  const query = queryOf(values);

  let rejected = 0;
  for (const file of positionals) {
    const body = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
      throw new UsageError(`${file} cannot be read: ${cause.code ?? cause.message}`, { cause });
    });
    query.set('uploadId', randomUUID());
    const stored = await upload({ url: `${server}/api/v1/profiles?${query}`, token, body, server });
    if ('code' in stored) {
      rejected++;
      context.stderr(`${basename(file)}: ${stored.code}: ${stored.message}\n  ${stored.help}\n`);
    } else {
      context.stdout(describe(basename(file), stored, values.service));
    }
  }
  return rejected === 0 ? EXIT.ok : EXIT.rejected;
}

function describe(file: string, answer: UploadAnswer, service: string): string {
  const folded = answer.folded === 0 ? '' : `, ${answer.folded} repaired or folded`;
  const warnings = answer.warnings.map((warning) => `  ${warning}\n`).join('');
  return `${file}: stored ${answer.samples} samples for ${service}${folded} (upload ${answer.uploadId})\n${warnings}`;
}

function queryOf(values: {
  readonly [name: string]: string | readonly string[] | undefined;
  readonly label?: string[];
}): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of ['service', 'version', 'environment', 'instance', 'from', 'to']) {
    const value = values[name];
    if (typeof value === 'string') query.set(name, value);
  }
  for (const label of values.label ?? []) {
    const at = label.indexOf('=');
    if (at < 1) throw new UsageError(`--label is ${JSON.stringify(label)}: write KEY=VALUE`);
    query.set(`label.${label.slice(0, at)}`, label.slice(at + 1));
  }
  return query;
}

/** One upload. An answer that is not of our shape counts as "could not run": it is some other server. */
async function upload(options: {
  readonly url: string;
  readonly server: string;
  readonly token: string | undefined;
  readonly body: Buffer;
}): Promise<UploadAnswer | ErrorAnswer> {
  const { url, server, token, body } = options;
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: {
        'content-type': 'application/octet-stream',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (cause) {
    throw new UsageError(`${server} does not answer: ${reason(cause)}`, { cause });
  }
  const answer = (await response.json().catch(() => null)) as UploadAnswer | ErrorAnswer | null;
  if (answer !== null && ('uploadId' in answer || 'code' in answer)) return answer;
  throw new UsageError(`${server} answered ${response.status}, but is no Flamehouse server`);
}
