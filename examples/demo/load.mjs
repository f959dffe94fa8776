import autocannon from 'autocannon';

/** For each instance: one request in 20 ms keeps a core about a tenth busy. */
export const REQUESTS_PER_SECOND = 50;
const CONNECTIONS = 4;
const DAY_SECONDS = 86_400;
const TURNS_BETWEEN_LARGE = 10;

/** Searches as customers type them: single words, several, and with typing mistakes. */
const QUERIES = [
  'red floor lamp',
  'comfortabel armchair',
  'vintge lantern brass',
  'oak dining chair',
];

const CART = {
  country: 'DE',
  items: [
    { productId: 'p-0001', quantity: 2 },
    { productId: 'p-0042', quantity: 6 },
  ],
};

/** What an office orders: the plan of its parcels makes the slowest traces. */
const LARGE_CART = {
  country: 'DE',
  items: Array.from({ length: 20 }, (_, item) => ({
    productId: `p-${String(100 + item).padStart(4, '0')}`,
    quantity: 5,
  })),
};

/**
 * Put a steady load on one instance, two searches to a checkout, until it is stopped or the signal comes.
 *
 * @param {string} url
 * @param {AbortSignal} signal
 * @returns {{ requests(): number, failures(): number, stop(): Promise<void> }}
 */
export function startLoad(url, signal) {
  const run = autocannon({
    url,
    connections: CONNECTIONS,
    overallRate: REQUESTS_PER_SECOND,
    duration: DAY_SECONDS,
    requests: requestsInTurn(),
  });
  let requests = 0;
  let failures = 0;
  run.on('response', (_client, statusCode) => {
    requests++;
    if (statusCode >= 400) failures++;
  });
  run.on('reqError', () => failures++);
  signal.addEventListener('abort', () => run.stop());
  return {
    requests: () => requests,
    failures: () => failures,
    async stop() {
      run.stop();
      await run;
    },
  };
}

/** @returns {import('autocannon').Options['requests']} */
function requestsInTurn() {
  const checkout = order(CART);
  const searches = QUERIES.map((query) => ({
    method: /** @type {const} */ ('GET'),
    path: `/search?q=${encodeURIComponent(query)}`,
  }));
  const turn = [...searches.slice(0, 2), checkout, ...searches.slice(2), checkout];
  return [...Array.from({ length: TURNS_BETWEEN_LARGE }, () => turn).flat(), order(LARGE_CART)];
}

/** @param {{ country: string, items: object[] }} cart */
function order(cart) {
  return /** @type {const} */ ({
    method: 'POST',
    path: '/checkout',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(cart),
  });
}
