import { parseArgs } from 'node:util';
import type { Deploy, DeploysAnswer } from '@flamehouse/proto';
import { type ApiClient, apiClient } from './api-client.ts';
import { type CommandContext, EXIT, UsageError } from './command.ts';
import { deployLine, deployText } from './deploy-text.ts';

export const DEPLOYS_HELP = `Usage: flamehouse deploys list [options]
       flamehouse deploys show ID [options]
       flamehouse deploys mark --service NAME --environment NAME --version VERSION [options]

A version that takes over is a deploy by itself. A mark adds what CI knows of it; of a version that
runs already, what comes after the mark is compared with what came before.

  --service NAME        list: of this service only
  --environment NAME    list: of this environment only
  --from TIME --to TIME list: the last 30 days when left out
  --state STATE         list: more, less, no-change, not-enough-data or judging
  --search TEXT         list: in version, revision, author, service and address
  --limit N             list: at most so many, newest first (20)
  --version VERSION     mark: as FLAMEHOUSE_VERSION of the processes says it
  --revision COMMIT     mark
  --url ADDRESS         mark: of the CI run
  --author NAME         mark
  --at TIME             mark: when it takes over; left out, now
  --format FORM         text (default) or json
  --server URL          else FLAMEHOUSE_SERVER_URL, else http://127.0.0.1:4040
  --token TOKEN         else FLAMEHOUSE_TOKEN; needs the role read

Exit code: 0 done, 2 it could not run. flamehouse diff has exit codes for gates.
`;

const OPTIONS = {
  service: { type: 'string' },
  environment: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  state: { type: 'string' },
  search: { type: 'string' },
  limit: { type: 'string', default: '20' },
  version: { type: 'string' },
  revision: { type: 'string' },
  url: { type: 'string' },
  author: { type: 'string' },
  at: { type: 'string' },
  format: { type: 'string', default: 'text' },
  server: { type: 'string' },
  token: { type: 'string' },
} as const;

type Values = Readonly<Partial<Record<keyof typeof OPTIONS, string>>>;

const LIST = ['service', 'environment', 'from', 'to', 'state', 'search', 'limit'] as const;
const MARK = ['service', 'environment', 'version', 'revision', 'url', 'author', 'at'] as const;
const API = '/api/v1/deploys';

/** List deploys, show one, or mark one. */
export async function deploys(args: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  });
  const [action, ...rest] = positionals;
  const client = apiClient(values, context);
  const print = printer(values, context);
  switch (action) {
    case 'list':
      print(await client.get<DeploysAnswer>(API, queryOf(values)), listText);
      return EXIT.ok;
    case 'show':
      print(await show(client, rest), deployText);
      return EXIT.ok;
    case 'mark':
      print(await mark(client, values), deployText);
      return EXIT.ok;
    default:
      throw new UsageError(`${action ?? 'nothing'} is no action: write list, show or mark`);
  }
}

function printer({ format }: Values, { stdout }: CommandContext) {
  if (format !== 'text' && format !== 'json') {
    throw new UsageError(`--format is ${JSON.stringify(format)}: write text or json`);
  }
  return <T>(answer: T, text: (answer: T) => string) =>
    stdout(format === 'json' ? `${JSON.stringify(answer, null, 2)}\n` : text(answer));
}

function queryOf(values: Values): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of LIST) {
    const value = values[name];
    if (value !== undefined) query.set(name, value);
  }
  return query;
}

function listText({ deploys: found, rows, falseAlarms }: DeploysAnswer): string {
  if (found.length === 0) return 'No deploys.\n';
  const more = rows > found.length ? `${rows - found.length} more; --limit shows them\n` : '';
  const { restarts, alarms } = falseAlarms;
  const rate =
    restarts === 0 ? '' : `${alarms} of ${restarts} restarts of an unchanged version alarmed\n`;
  return `${found.map(deployLine).join('')}${more}${rate}`;
}

function show(client: ApiClient, [id, ...more]: readonly string[]): Promise<Deploy> {
  if (id === undefined || more.length > 0) throw new UsageError('show takes one id');
  if (!/^[0-9a-f]{16}$/.test(id)) {
    throw new UsageError(`${JSON.stringify(id)} is no id: flamehouse deploys list shows them`);
  }
  return client.get<Deploy>(`${API}/${id}`, new URLSearchParams());
}

function mark(client: ApiClient, values: Values): Promise<Deploy> {
  const body: Record<string, string> = {};
  for (const name of MARK) {
    const value = values[name];
    if (value !== undefined) body[name] = value;
  }
  for (const name of ['service', 'environment', 'version']) {
    if (body[name] === undefined) throw new UsageError(`--${name} is missing`);
  }
  return client.post<Deploy>(API, body);
}
