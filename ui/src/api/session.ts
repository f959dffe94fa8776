import { signal } from '@preact/signals';

/** Open while the token dialog waits; `resolve(true)` once the server took a token. */
export const tokenQuestion = signal<{ resolve: (given: boolean) => void } | null>(null);

let asked: Promise<boolean> | null = null;
let declined = false;
let checked: Promise<unknown> | null = null;

/** Ask the user for the server's token. Requests that fail together ask once; a "not now" holds. */
export function askForToken(): Promise<boolean> {
  if (declined) return Promise.resolve(false);
  asked ??= new Promise<boolean>((resolve) => {
    tokenQuestion.value = {
      resolve: (given) => {
        tokenQuestion.value = null;
        asked = null;
        declined = !given;
        resolve(given);
      },
    };
  });
  return asked;
}

/** The user tries again by hand: then the question may be put again. */
export function askAgain(): void {
  declined = false;
}

/** Before the first request of a page: ask for the token where the server says that it wants one. */
export function ensureSession(): Promise<unknown> {
  checked ??= fetchSession().then((wanted) => (wanted ? askForToken() : false));
  return checked;
}

async function fetchSession(): Promise<boolean> {
  try {
    const answer = (await (await fetch('/api/v1/session')).json()) as Record<string, unknown>;
    return answer['required'] === true && answer['signedIn'] !== true;
  } catch {
    return false; // The requests that follow say what is wrong.
  }
}

/** Trade a token for the HttpOnly cookie of this browser. Returns what was wrong, or null. */
export async function openSession(token: string): Promise<string | null> {
  try {
    const response = await fetch('/api/v1/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    if (response.ok) return null;
    const answer: unknown = await response.json().catch(() => null); // No JSON: the status says enough.
    const { message } = (answer ?? {}) as { message?: unknown };
    return typeof message === 'string'
      ? message
      : `The server answered with status ${response.status}.`;
  } catch {
    return `${window.location.host} did not answer.`;
  }
}
