import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { DiffAnswer } from '@flamehouse/proto';
import { type ApiClient, apiClient } from './api-client.ts';
import { type CommandContext, UsageError } from './command.ts';
import { diffMarkdown, diffText } from './diff-text.ts';
import { hintsOf, progressOf } from './diff-wait.ts';
import { exitCodeOf, readFailOn } from './fail-on.ts';

export const DIFF_HELP = `Usage: flamehouse diff --service NAME --base SIDE --head SIDE [options]

Says what takes more CPU, by how much, how sure it is, and how small a change it would have seen.

  --service NAME        required
  --base SIDE           version:1.2.3, range:FROM~TO, or version:1.2.3@FROM~TO
  --head SIDE           likewise
  --environment NAME    such as production
  --normalise HOW       auto (CPU per request where requests are counted) or cores
  --fail-on WHAT        any (a change either way), or 'cpu>5%'; left out, any regression
  --wait MINUTES        ask again until there is enough data, at most so long; progress goes to stderr
  --format FORM         text (default), json or markdown
  --server URL          else FLAMEHOUSE_SERVER_URL, else http://127.0.0.1:4040
  --token TOKEN         else FLAMEHOUSE_TOKEN; needs the role read

Exit code: 0 no regression, 1 regression, 2 it could not run, 3 not enough data.
`;

const OPTIONS = {
  service: { type: 'string' },
  base: { type: 'string' },
  head: { type: 'string' },
  environment: { type: 'string' },
  normalise: { type: 'string' },
  'fail-on': { type: 'string' },
  wait: { type: 'string' },
  format: { type: 'string' },
  server: { type: 'string' },
  token: { type: 'string' },
} as const;

const FORMATS = {
  text: diffText,
  markdown: diffMarkdown,
  json: (answer: DiffAnswer) => `${JSON.stringify(answer, null, 2)}\n`,
} as const;

// A minute of profiles is complete once a minute.
const ASK_EVERY_MS = 20_000;
const WAIT_MINUTES_MAX = 24 * 60;

/** Print the verdict on two sides; the exit code is for CI and canaries. */
export async function diff(args: readonly string[], context: CommandContext): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const query = new URLSearchParams();
  for (const name of ['service', 'base', 'head'] as const) {
    const value = values[name];
    if (value === undefined) throw new UsageError(`--${name} is missing`);
    query.set(name, value);
  }
  for (const name of ['environment', 'normalise'] as const) {
    const value = values[name];
    if (value !== undefined) query.set(name, value);
  }
  const failOn = readFailOn(values['fail-on']);
  const format = formatOf(values.format ?? 'text');
  const answer = await ask(apiClient(values, context), query, waitMs(values.wait), context);
  context.stdout(format(answer));
  return exitCodeOf(answer, failOn);
}

/** Ask until there is enough data or the time is over, and say on stderr what is waited for. */
async function ask(
  client: ApiClient,
  query: URLSearchParams,
  forMs: number,
  { stderr }: CommandContext,
): Promise<DiffAnswer> {
  const end = Date.now() + forMs;
  for (let asked = 0; ; asked++) {
    const answer = await client.get<DiffAnswer>('/api/v1/diff', query);
    if (answer.verdict.state !== 'not-enough-data') return answer;
    // A name with a slip in it has no data either, and would be waited for in vain.
    if (asked === 0) for (const hint of await hintsOf(client, answer)) stderr(`hint: ${hint}\n`);
    const leftMs = end - Date.now();
    if (leftMs <= 0) return answer;
    stderr(`${progressOf(answer, leftMs)}\n`);
    await sleep(Math.min(ASK_EVERY_MS, leftMs));
  }
}

function formatOf(name: string): (answer: DiffAnswer) => string {
  if (Object.hasOwn(FORMATS, name)) return FORMATS[name as keyof typeof FORMATS];
  const known = Object.keys(FORMATS).join(', ');
  throw new UsageError(`--format is ${JSON.stringify(name)}: write one of ${known}`);
}

function waitMs(minutes: string | undefined): number {
  const number = minutes === undefined ? 0 : Number(minutes);
  if (number >= 0 && number <= WAIT_MINUTES_MAX) return number * 60_000;
  throw new UsageError(
    `--wait is ${JSON.stringify(minutes)}: write minutes, 0 to ${WAIT_MINUTES_MAX}`,
  );
}
