import type { ErrorAnswer } from '@flamehouse/proto';
import { type CommandContext, UsageError } from './command.ts';

/** Where a command sends its questions, and as whom. */
export interface ApiClient {
  /** The JSON answer. Errors  UsageError when no Flamehouse server answers or it refuses. */
  get<Answer>(path: string, query: URLSearchParams): Promise<Answer>;
  /** The same for a body of JSON. */
  post<Answer>(path: string, body: object): Promise<Answer>;
}

const TIMEOUT_MS = 60_000;

export function serverUrl(given: string | undefined): string {
  const url = given ?? 'http://127.0.0.1:4040';
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url.replace(/\/+$/, '');
  throw new UsageError(`the server is ${JSON.stringify(url)}: write http://host:port`);
}

export function apiClient(
  options: { readonly server?: string | undefined; readonly token?: string | undefined },
  { env }: CommandContext,
): ApiClient {
  const server = serverUrl(options.server ?? env['FLAMEHOUSE_SERVER_URL']);
  const token = options.token ?? env['FLAMEHOUSE_TOKEN'];
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const ask = async <Answer>(path: string, init: RequestInit): Promise<Answer> => {
    let response: Response;
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      response = await fetch(`${server}${path}`, { ...init, signal });
    } catch (cause) {
      throw new UsageError(`${server} does not answer: ${reason(cause)}`, { cause });
    }
    const answer = (await response.json().catch(() => null)) as Answer | ErrorAnswer | null;
    if (response.ok && answer !== null) return answer as Answer;
    if (answer === null || typeof answer !== 'object' || !('code' in answer)) {
      throw new UsageError(`${server} answered ${response.status}, but is no Flamehouse server`);
    }
    throw new UsageError(`${answer.code}: ${answer.message}\n  ${answer.help}`);
  };
  return {
    get: (path, query) => ask(`${path}?${query}`, { headers: authorization }),
    post: (path, body) =>
      ask(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...authorization },
      }),
  };
}

export function reason(cause: unknown): string {
  const inner = (cause as { cause?: { code?: string } }).cause?.code;
  return inner ?? (cause as Error).message;
}
