import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** One message for the address that FLAMEHOUSE_WEBHOOK_URL names. */
export interface WebhookMessage {
  readonly delivery: string; // the same for each attempt, so that a receiver can tell repeats
  readonly event: string;
  readonly body: string; // JSON
}

export type WebhookOutcome = 'sent' | 'refused' | 'failed' | 'stopped';

export interface WebhookOptions {
  readonly url: string;
  readonly secret: string | null;
  readonly now: () => number;
  readonly waitsMs?: readonly number[]; // between attempts
}

const TIMEOUT_MS = 10_000;
/** Six attempts within six minutes: a restart of the receiver is bridged, an outage is not waited for. */
const WAITS_MS = [1_000, 4_000, 15_000, 60_000, 300_000] as const;

/**
 * The header that a receiver checks: the time, and the HMAC-SHA256 of `time.body` in hex.
 *
 * Units   `atSeconds` is epoch seconds
 */
export function signatureOf(secret: string, atSeconds: number, body: string): string {
  const digest = createHmac('sha256', secret).update(`${atSeconds}.${body}`).digest('hex');
  return `t=${atSeconds},v1=${digest}`;
}

/** Post a message, again after each wait while the receiver is away. It never rejects. */
export async function sendWebhook(
  message: WebhookMessage,
  { url, secret, now, waitsMs = WAITS_MS }: WebhookOptions,
  signal: AbortSignal,
): Promise<WebhookOutcome> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await post(message, { url, secret, now }, signal);
    if (signal.aborted) return 'stopped';
    if (outcome !== 'away') return outcome;
    const waitMs = waitsMs[attempt];
    if (waitMs === undefined) return 'failed';
    await sleep(waitMs, undefined, { signal, ref: false }).catch(() => {}); // Stopped; the next line says so.
    if (signal.aborted) return 'stopped';
  }
}

async function post(
  { delivery, event, body }: WebhookMessage,
  { url, secret, now }: WebhookOptions,
  signal: AbortSignal,
): Promise<'sent' | 'refused' | 'away'> {
  const signature =
    secret === null
      ? {}
      : { 'x-flamehouse-signature': signatureOf(secret, Math.floor(now() / 1_000), body) };
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      // Elsewhere than where the user said, nothing of this may go.
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'flamehouse',
        'x-flamehouse-event': event,
        'x-flamehouse-delivery': delivery,
        ...signature,
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    if (response.ok) return 'sent';
    const later = response.status >= 500 || response.status === 408 || response.status === 429;
    return later ? 'away' : 'refused';
  } catch {
    return 'away'; // It did not answer; how often that happens is counted by outcome.
  }
}
