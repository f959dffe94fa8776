export interface RetryPolicy {
  readonly firstDelayMs: number;
  readonly delayMsMax: number;
  readonly retryAfterMsMax: number;
  readonly giveUpMs: number;
}

/** The server forgets upload ids after an hour; 50 minutes keep a late repeat from counting twice. */
export const RETRY_POLICY: RetryPolicy = {
  firstDelayMs: 1_000,
  delayMsMax: 60_000,
  retryAfterMsMax: 300_000,
  giveUpMs: 50 * 60_000,
};

/** What an HTTP status means for the upload. */
export function classify(status: number): 'done' | 'retry' | 'rejected' {
  if (status >= 200 && status < 300) return 'done';
  return status === 408 || status === 429 || status >= 500 ? 'retry' : 'rejected';
}

/**
 * How long to wait after the `failures`-th failure in a row (from 1): full jitter below a ceiling
 * that doubles, but never less than the server asked for.
 *
 * Source  https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelayMs(
  options: { readonly failures: number; readonly retryAfterMs: number; readonly random: number },
  policy: RetryPolicy = RETRY_POLICY,
): number {
  const ceiling = Math.min(policy.delayMsMax, policy.firstDelayMs * 2 ** (options.failures - 1));
  const asked = Math.min(options.retryAfterMs, policy.retryAfterMsMax);
  return Math.max(ceiling * options.random, asked);
}

/** `Retry-After` in seconds or as a date; 0 when absent or unreadable. */
export function parseRetryAfterMs(header: string | null, nowMs: number): number {
  if (header === null) return 0;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - nowMs);
}
