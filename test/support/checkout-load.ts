/** Searches as customers type them: single words, several, and with typing mistakes. */
const QUERIES = [
  'red floor lamp',
  'walnut bookcase office',
  'comfortabel armchair',
  'linen curtain',
  'vintge lantern brass',
  'oak dining chair',
];

const CART = {
  country: 'DE',
  items: [
    { productId: 'p-0001', quantity: 2 },
    { productId: 'p-0042', quantity: 6 },
    { productId: 'p-1200', quantity: 1 },
  ],
};

/**
 * Send `count` searches and half as many checkouts, one after the other.
 *
 * Units   `searchesPerSecond` slows it down; left out, each request follows the answer before it.
 */
export async function driveCheckout(
  url: string,
  count: number,
  searchesPerSecond = Number.POSITIVE_INFINITY,
): Promise<void> {
  const startedAt = performance.now();
  for (let index = 0; index < count; index++) {
    const aheadMs = startedAt + (index * 1_000) / searchesPerSecond - performance.now();
    if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
    const query = encodeURIComponent(QUERIES[index % QUERIES.length]!);
    await expectStatus(await fetch(`${url}/search?q=${query}`), 200);
    if (index % 2 === 0) await expectStatus(await postCart(url), 201);
  }
}

async function postCart(url: string): Promise<Response> {
  return fetch(`${url}/checkout`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(CART),
  });
}

async function expectStatus(response: Response, status: number): Promise<void> {
  const text = await response.text();
  if (response.status !== status) {
    throw new Error(`${response.url} answered ${response.status}, expected ${status}: ${text}`);
  }
}
