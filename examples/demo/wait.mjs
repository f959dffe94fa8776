import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Ask again and again until there is an answer. A question that throws counts as not yet.
 *
 * Errors  throws after the deadline: what was waited for, and what the last question threw.
 *
 * @template T
 * @param {{ what: string, deadlineMs: number, signal: AbortSignal, everyMs?: number }} options
 * @param {() => Promise<T | null>} ask
 * @returns {Promise<T>}
 */
export async function waitFor({ what, deadlineMs, signal, everyMs = 250 }, ask) {
  const end = Date.now() + deadlineMs;
  let seen = '';
  for (;;) {
    signal.throwIfAborted();
    try {
      const answer = await ask();
      if (answer !== null) return answer;
    } catch (error) {
      seen = `: ${error instanceof Error ? error.message : error}`;
    }
    if (Date.now() > end) throw new Error(`no ${what} within ${deadlineMs / 1_000} s${seen}`);
    await sleep(everyMs, undefined, { signal });
  }
}
