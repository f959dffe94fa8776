import type { ErrorAnswer } from '@flamehouse/proto';
import { readColumns } from './column-reader.ts';
import { askForToken, ensureSession } from './session.ts';

/** An answer that is no data: the server's own words, or what kept it from answering. */
export class ApiFailure extends Error {
  readonly code: string;
  readonly help: string;
  readonly status: number;

  constructor(answer: ErrorAnswer, status: number, options?: ErrorOptions) {
    super(answer.message, options);
    this.name = 'ApiFailure';
    this.code = answer.code;
    this.help = answer.help;
    this.status = status;
  }
}

export type Params = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** An address of the API; parameters that are undefined or empty are left out, lists repeat theirs. */
export function apiUrl(path: string, params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (Array.isArray(value)) for (const one of value) query.append(key, one);
    else if (value !== undefined && value !== '') query.set(key, String(value));
  }
  const text = query.toString();
  return `/api/v1/${path}${text === '' ? '' : `?${text}`}`;
}

/**
 * Ask the server. When it wants a token, the user is asked once and the request is sent again.
 *
 * Errors  ApiFailure; an aborted request rejects with the browser's AbortError.
 */
export async function getJson<T>(url: string, signal: AbortSignal): Promise<T> {
  return readAnswer(await ask(url, signal));
}

/** The same for a flame graph, which is parsed while it arrives. */
export async function getFlamegraph<T>(url: string, signal: AbortSignal): Promise<T> {
  const response = await ask(url, signal);
  const streams = response.ok && response.body !== null;
  return streams ? ((await readColumns(response.body)) as T) : readAnswer(response);
}

async function ask(url: string, signal: AbortSignal): Promise<Response> {
  await ensureSession();
  const response = await send(url, signal);
  return response.status === 401 && (await askForToken()) ? send(url, signal) : response;
}

/**
 * Tell the server something.
 *
 * Errors  ApiFailure; where the server wants a token, the session of a browser is good for reading only.
 */
export async function postJson<T>(url: string, body: unknown): Promise<T> {
  await ensureSession();
  return readAnswer(
    await send(url, undefined, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
}

async function send(
  url: string,
  signal?: AbortSignal,
  init: RequestInit = { headers: { accept: 'application/json' } },
): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiFailure(
      {
        code: 'SERVER_UNREACHABLE',
        message: `${window.location.host} did not answer`,
        help: 'Check that the server is running and that this machine reaches it.',
      },
      0,
      { cause: error },
    );
  }
}

async function readAnswer<T>(response: Response): Promise<T> {
  if (response.ok) return (await response.json()) as T;
  const body: unknown = await response.json().catch(() => null); // A proxy's own error page is not JSON.
  throw new ApiFailure(asError(body, response.status), response.status);
}

function asError(body: unknown, status: number): ErrorAnswer {
  const { code, message, help } = (body ?? {}) as Partial<Record<keyof ErrorAnswer, unknown>>;
  return {
    code: typeof code === 'string' ? code : `HTTP_${status}`,
    message: typeof message === 'string' ? message : `The server answered with status ${status}`,
    help: typeof help === 'string' ? help : 'Try again; the log of the server says more.',
  };
}
