import { signal } from '@preact/signals';

/** Open while the token dialog waits; `resolve(true)` once the server took a token. */
export const tokenQuestion = signal<{ resolve: (given: boolean) => void } | null>(null);

let asked: Promise<boolean> | null = null;

/** Ask the user for the server's token. Requests that fail together ask once. */
export function askForToken(): Promise<boolean> {
  asked ??= new Promise<boolean>((resolve) => {
    tokenQuestion.value = {
      resolve: (given) => {
        tokenQuestion.value = null;
        asked = null;
        resolve(given);
      },
    };
  });
  return asked;
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
