import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a payment provider in the same region takes to answer. */
const PROVIDER_MS = 12;

/** The provider is made up, so the key protects nothing. */
const SIGNING_KEY = 'example-key';

/** @typedef {{ authorization: string }} Payment */

/**
 * Ask the payment provider, which this example replaces by a timer.
 *
 * @param {{ orderId: string, amountCents: number }} order
 * @returns {Promise<Payment>}
 */
export async function authorizePayment(order) {
  const signature = signRequest(order);
  await sleep(PROVIDER_MS);
  return { authorization: signature.slice(0, 16) };
}

/** @param {{ orderId: string, amountCents: number }} order */
function signRequest({ orderId, amountCents }) {
  return createHmac('sha256', SIGNING_KEY).update(`${orderId}:${amountCents}`).digest('hex');
}
