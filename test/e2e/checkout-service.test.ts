import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningCheckout, startCheckout, startNode, waitFor } from '../support/processes.ts';

let service: RunningCheckout;

beforeAll(async () => {
  service = await startCheckout({ version: '1.1.0' });
});

afterAll(async () => {
  await service.stop();
});

async function search(query: string) {
  const response = await fetch(`${service.url}/search?q=${encodeURIComponent(query)}`);
  expect(response.status).toBe(200);
  return response.json();
}

async function checkout(body: unknown): Promise<Response> {
  return fetch(`${service.url}/checkout`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

describe('GET /search', () => {
  test('finds products that have the words, with price and marked words', async () => {
    const { total, facets, products } = await search('walnut bookcase');
    expect(total).toBeGreaterThan(0);
    expect(facets.categories[0].value).toBe('storage');
    expect(products[0]).toMatchObject({
      name: expect.stringMatching(/walnut bookcase/),
      priceCents: expect.any(Number),
      currency: 'EUR',
      snippet: expect.stringContaining('<strong>bookcase</strong>'),
    });
  });

  test('forgives typing mistakes', async () => {
    expect((await search('boookcse')).products).toEqual((await search('bookcase')).products);
  });

  test('finds nothing for words that resemble none', async () => {
    expect(await search('xylophonequartet')).toMatchObject({ total: 0, products: [] });
  });

  test('without a query is a 400', async () => {
    expect((await fetch(`${service.url}/search`)).status).toBe(400);
  });
});

describe('POST /checkout', () => {
  test('prices the cart: discount by line, VAT on the sum', async () => {
    const { products } = await search('floor lamp');
    const { id, priceCents } = products[0];
    const perPiece = priceCents / 0.97; // a single lamp has 3 % off
    const answer = await (
      await checkout({ country: 'DE', items: [{ productId: id, quantity: 10 }] })
    ).json();
    const net = answer.totalCents - answer.vatCents;
    expect(net / (perPiece * 10)).toBeCloseTo(0.85, 3); // ten lamps have 15 % off
    expect(answer.vatCents / net).toBeCloseTo(0.19, 3);
    expect(answer).toMatchObject({
      orderId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      currency: 'EUR',
      authorization: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(answer.receiptBytes).toBeGreaterThan(100);
  });

  test('an unknown product is a 404 that names it', async () => {
    const response = await checkout({
      country: 'DE',
      items: [{ productId: 'p-9999', quantity: 1 }],
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: 'there is no product p-9999' });
  });

  test('an empty cart is a 400', async () => {
    expect((await checkout({ country: 'DE', items: [] })).status).toBe(400);
  });
});

describe('the process', () => {
  test('prints one line, and stops with exit code 0 on SIGTERM', async () => {
    const other = await startCheckout({ version: '1.1.1' });
    expect(await (await fetch(`${other.url}/healthz`)).json()).toEqual({
      status: 'ok',
      version: '1.1.1',
    });
    expect(await other.stop()).toBe(0);
    expect(other.output()).toBe(`checkout 1.1.1 listening on ${other.url}\n`);
  });

  test('refuses a port that is none', async () => {
    const other = startNode({ args: ['examples/checkout/src/main.js'], env: { PORT: 'http' } });
    const code = await waitFor('exit', () => other.child.exitCode ?? undefined);
    expect(code).toBe(1);
    expect(other.output()).toContain('PORT is http, expected a number from 0 to 65535');
  });
});
